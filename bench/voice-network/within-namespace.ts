import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { BenchProcessEndedError } from './errors.ts'
import type { VoiceNetworkBench, VoiceNetworkFindings } from './measuring.ts'

const run = promisify(execFile)
/**
 * Namespaces of users, networks and processes of its own: nothing in them outlives their first process, whatever ends
 * it, and whoever isn't root is root there alone.
 */
const unshare = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
] as const

/** Our own process says it. */
const Found = z.custom<VoiceNetworkFindings>((found) => typeof found === 'object' && found !== null)

/** @returns Why no network namespaces can be made here, as a sentence; undefined where they can. */
export async function namespacesMissing(signal: AbortSignal): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'Network namespaces are a thing of Linux.'
  const packages = { unshare: 'util-linux', ip: 'iproute2', socat: 'socat' }
  for (const [program, ofPackage] of Object.entries(packages)) {
    const isThere = await run(program, ['-V'], { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : true
    })
    if (isThere === undefined) return `${program} is not installed (Debian package ${ofPackage}).`
  }
  const device = '/dev/net/tun'
  if (await denied(access(device, constants.R_OK | constants.W_OK)))
    return `${device} is not there, or not ours to use.`
  const [command, ...args] = unshare
  if (await denied(run(command, [...args, 'ip', 'link', 'set', 'lo', 'up'], { signal })))
    return 'Network namespaces are not allowed here: run it as root, or let users have namespaces of their own.'
  return undefined
}

async function denied(attempt: Promise<unknown>): Promise<boolean> {
  return await attempt.then(
    () => false,
    () => true,
  )
}

/** Measures in a process whose network is a new one. */
export async function measureWithinNamespace(
  { progress, ...options }: VoiceNetworkBench,
  signal: AbortSignal,
): Promise<VoiceNetworkFindings> {
  const program = fileURLToPath(new URL('./network-process.ts', import.meta.url))
  const [command, ...args] = [
    ...unshare,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    JSON.stringify(options),
  ]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  await using _ = { [Symbol.asyncDispose]: () => ended(child) }
  const stop = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stderr }).on('line', progress)
  const found = await json(child.stdout).catch(() => {
    signal.throwIfAborted()
    throw new BenchProcessEndedError('the network')
  })
  signal.removeEventListener('abort', stop)
  return Found.parse(found)
}

/** By its end all that it began ends, too. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
