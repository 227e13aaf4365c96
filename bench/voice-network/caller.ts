import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type CallerFindings, type CallerOptions, CallerTold } from './caller-wire.ts'
import { BenchProcessEndedError } from './errors.ts'
import type { Network } from './network.ts'

/** A caller at the other end of the line. */
export interface Caller extends AsyncDisposable {
  findings: Promise<CallerFindings>
  /** The line is whole again, at that time of the machine's steady clock. */
  mended(at: number): void
}

/** @param onAnswer An answer begins to be heard. */
export function startCaller(
  network: Network,
  options: CallerOptions,
  onAnswer: (turn: number) => void,
  signal: AbortSignal,
): Caller {
  const program = fileURLToPath(new URL('./caller-process.ts', import.meta.url))
  const [command = '', ...args] = network.callersCommand([
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    JSON.stringify(options),
  ])
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], signal })
  const { promise: findings, resolve, reject } = Promise.withResolvers<CallerFindings>()
  child.on('message', (message) => {
    const told = CallerTold.parse(message)
    if (told.kind === 'answering') onAnswer(told.turn)
    else resolve(told.findings)
  })
  child.on('error', reject)
  child.on('exit', () => reject(new BenchProcessEndedError('a caller')))
  // Whoever waits for it hears of it; nobody may have begun to.
  findings.catch(() => undefined)
  return {
    findings,
    mended: (at) => void child.send({ kind: 'mended', at }),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
