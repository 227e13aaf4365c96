import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlink } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { realPace } from '#providers/audio/pacing.ts'
import type { LineAsk, LineEnds } from './line-wire.ts'
import type { Network } from './network.ts'

/** Of the range that is set aside for benchmarks of networks (RFC 2544): nobody's real network. */
const addresses = { near: '198.18.77.2', far: '198.18.77.1' } as const
/** This namespace is new and ours alone, so that no port is taken. */
const ends: LineEnds = { near: { line: 7001, device: 7002 }, far: { line: 7003, device: 7004 } }
/** As over most connections of homes; Opus packets are far smaller. */
const mtu = 1500
const run = promisify(execFile)

/**
 * Two ends of a line: this network namespace, and another one for callers. Each has a TUN device, by socat, whose packets
 * go through the line's process. Only within a new namespace, whose end is the end of all of it (`within-namespace.ts`).
 */
export async function openNamespaces(signal: AbortSignal): Promise<Network> {
  await using stack = new AsyncDisposableStack()
  const begin = (command: readonly string[]): ChildProcess => {
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] })
    stack.defer(() => ended(child))
    return child
  }
  await run('ip', ['link', 'set', 'lo', 'up'], { signal })
  const callers = begin(['unshare', '--net', 'sleep', 'infinity'])
  const callersId = String(callers.pid)
  const own = await readlink('/proc/self/ns/net')
  await until(async () => (await readlink(`/proc/${callersId}/ns/net`)) !== own, signal)

  const line = fork(fileURLToPath(new URL('./line-process.ts', import.meta.url)), [JSON.stringify(ends)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  stack.defer(() => ended(line))
  await once(line, 'message', { signal })

  const within = (end: keyof LineEnds) => (end === 'near' ? ['nsenter', `--target=${callersId}`, '--net'] : [])
  for (const end of ['near', 'far'] as const) {
    const { line: to, device: from } = ends[end]
    begin(['socat', `TUN,iff-no-pi,tun-name=${end}`, `UDP4:127.0.0.1:${to},bind=127.0.0.1:${from}`])
    await until(() => run('ip', ['link', 'show', end]), signal)
    // Its other side, socat's, stays here.
    if (end === 'near') await run('ip', ['link', 'set', end, 'netns', callersId], { signal })
    for (const command of [
      ['ip', 'link', 'set', 'lo', 'up'],
      ['ip', 'address', 'add', `${addresses[end]}/30`, 'dev', end],
      ['ip', 'link', 'set', end, 'mtu', String(mtu), 'up'],
    ]) {
      const [program = '', ...args] = [...within(end), ...command]
      await run(program, args, { signal })
    }
  }

  const ask = async (what: LineAsk): Promise<void> => {
    const done = once(line, 'message', { signal })
    line.send(what)
    await done
  }
  const opened = stack.move()
  return {
    kind: 'namespaces',
    addressOf: async (port) => `${addresses.far}:${port}`,
    callersCommand: (program) => [...within('near'), ...program],
    become: (quality, seed) => ask({ kind: 'become', quality, seed }),
    cut: (isCut) => ask({ kind: 'cut', isCut }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Looks every 20 ms for 5 s; what fails is not there yet. */
async function until(isSo: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let left = 250; left > 0; left--) {
    const isDone = await isSo().catch((cause: unknown) => {
      if (left === 1) throw cause
      return false
    })
    if (isDone !== false) return
    await realPace.wait(20, signal)
  }
  throw new Error('a network namespace was not there within 5 s')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
