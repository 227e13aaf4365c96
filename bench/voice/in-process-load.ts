import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import { percentiles } from '../search.ts'
import type { VoiceLoadRow } from './load.ts'

const execute = promisify(execFile)

class InProcessLoadError extends OpsError {
  override readonly name = 'InProcessLoadError'
  readonly code = 'bench_in_process_load'
  readonly retryable = true
  readonly userMessage: string
  constructor(reason: string) {
    super(`Sessions in one process could not be measured: ${reason}`)
    this.userMessage = `Sessions in one process could not be measured: ${reason}. It needs espeak-ng; then try again.`
  }
}

const InProcessLoad = z.object({
  /** Milliseconds from the last voiced frame to the first sound. */
  times: z.array(z.number()),
  missed: z.number(),
  cpuSecondsPerSessionMinute: z.number(),
  emptyMb: z.number(),
  /** Each half minute. */
  residentMb: z.array(z.number()),
  reachableMb: z.object({ begun: z.number(), ended: z.number() }),
})
/** What a process took in which sessions, their clients and their providers were. */
export type InProcessLoad = z.infer<typeof InProcessLoad>

/** Sessions with their clients and providers as objects of one process, as LiveKit's drivers have them: no sockets. */
export async function benchInProcessLoad(
  { sessions, minutes }: { sessions: number; minutes: number },
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<VoiceLoadRow> {
  progress(`Nightdesk, ${sessions} sessions in one process`)
  const script = join(import.meta.dirname, 'in-process-load-process.ts')
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', script, String(sessions), String(minutes)]
  try {
    const { stdout } = await execute(process.execPath, args, { signal, maxBuffer: 64 * 1024 * 1024 })
    return inProcessRow(InProcessLoad.parse(JSON.parse(stdout)), { sessions, minutes })
  } catch (error) {
    signal.throwIfAborted()
    throw new InProcessLoadError(reasonOf(error))
  }
}

export function inProcessRow(
  { times, missed, cpuSecondsPerSessionMinute, emptyMb, residentMb, reachableMb }: InProcessLoad,
  { sessions, minutes }: { sessions: number; minutes: number },
): VoiceLoadRow {
  return {
    system: 'Nightdesk, all in one process',
    sessions,
    minutes,
    turns: times.length,
    missed,
    cpuSecondsPerSessionMinute,
    firstSound: percentiles(times),
    heapMb: reachableMb,
    residentMbPerSession: (Math.max(...residentMb) - emptyMb) / sessions,
    memory: residentMb.map((mb, at) => ({ minute: (at + 1) / 2, residentMb: mb })),
  }
}
