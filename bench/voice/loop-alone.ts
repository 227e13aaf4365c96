import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import { percentiles } from '../search.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { addedMs, loopTimes } from './added-time.ts'
import { loopProviders } from './scripts.ts'
import type { VoiceTurnsRow } from './turns.ts'

const execute = promisify(execFile)

/** So that its p95 is more than the slowest but one. */
const fewestTurns = 100

class LoopAloneError extends OpsError {
  override readonly name = 'LoopAloneError'
  readonly code = 'bench_loop_alone'
  readonly retryable = true
  readonly userMessage: string
  constructor(reason: string) {
    super(`The loop alone could not be measured: ${reason}`)
    this.userMessage = `The loop alone could not be measured: ${reason}. It needs espeak-ng; then try again.`
  }
}

const LoopRun = z.object({
  times: z.array(z.object({ endedAt: z.number(), soundAt: z.number() })),
  missed: z.number(),
  marks: z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object')),
})
/** What was talked in a process, and what its providers noted. */
export type LoopRun = z.infer<typeof LoopRun>

/** A session, its client and its providers as objects of one process, as LiveKit's drivers have them: no sockets. */
export async function benchLoopAlone(
  turns: number,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<VoiceTurnsRow> {
  progress('Nightdesk, the loop alone')
  const script = join(import.meta.dirname, 'loop-process.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, String(Math.max(fewestTurns, turns))]
  try {
    const { stdout } = await execute(process.execPath, args, { signal, maxBuffer: 64 * 1024 * 1024 })
    return loopRow(LoopRun.parse(JSON.parse(stdout)))
  } catch (error) {
    signal.throwIfAborted()
    throw new LoopAloneError(reasonOf(error))
  }
}

export function loopRow({ times, missed, marks }: LoopRun): VoiceTurnsRow {
  return {
    system: 'Nightdesk',
    turnEnds: 'the loop alone, all in one process',
    turns: times.length,
    missed,
    total: percentiles(times.map(({ endedAt, soundAt }) => soundAt - endedAt)),
    added: percentiles(times.map((time) => addedMs(time, marks, 0, loopProviders))),
    loop: loopTimes(times, marks, 0),
  }
}
