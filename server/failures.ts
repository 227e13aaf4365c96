import type { Log } from '#runtime/log.ts'
import { problemOf, RequestProblem } from './problems.ts'

/**
 * What to tell the client of a failure, which is logged here. Work that was cut off failed for that reason, whatever it
 * threw then; where the client itself hung up, nobody reads the answer and nothing is wrong.
 */
export function failureToTell(error: unknown, signal: AbortSignal | undefined, log: Log): unknown {
  const cause: unknown = signal?.aborted === true ? signal.reason : error
  if (cause instanceof RequestProblem) return cause
  if (signal?.aborted === true) log.debug({ err: error }, 'request was given up')
  else if (problemOf(cause).status < 500) log.debug({ err: error }, 'request was refused')
  else log.error({ err: error }, 'request failed')
  return cause
}
