import { measureVoiceNetwork } from './measuring.ts'
import { openNamespaces } from './namespaces.ts'

/**
 * Measures within its own network namespace: `unshare … node network-process.ts OPTIONS`. What it's at goes to stderr, a
 * line each, and what it found to stdout. It ends with stdin, and with it its namespaces and all processes in them.
 */
const options: { turns: number; seed: number } = JSON.parse(process.argv[2] ?? '')
const leaving = new AbortController()
process.stdin.on('close', () => process.exit(1)).resume()
await using network = await openNamespaces(leaving.signal)
const progress = (what: string) => void process.stderr.write(`${what}\n`)
const findings = await measureVoiceNetwork(network, { ...options, progress }, leaving.signal)
process.stdout.write(JSON.stringify(findings), () => process.exit(0))
