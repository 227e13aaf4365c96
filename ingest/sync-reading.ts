import { OpsError, reasonOf, userMessageOf } from '#runtime/errors.ts'
import type { PreparedEntry } from './index-entry.ts'
import type { Preparing } from './preparing.ts'
import type { Source, SurveyedEntry } from './source.ts'

export type ReadOutcome =
  | { kind: 'prepared'; entry: PreparedEntry; leadsTo: readonly string[] }
  | { kind: 'gone' }
  | { kind: 'failed'; error: unknown }

/** Reads an entry and makes it ready to be stored; what fails is an outcome, so that the others go on. */
export async function readOne<Entry extends SurveyedEntry>(
  { source, aside }: { source: Source; aside: Preparing },
  surveyed: Entry,
  signal: AbortSignal,
): Promise<{ surveyed: Entry; outcome: ReadOutcome }> {
  try {
    const raw = await source.read(surveyed, signal)
    if (raw === 'gone') return { surveyed, outcome: { kind: 'gone' } }
    const { leadsTo = [] } = raw
    return { surveyed, outcome: { kind: 'prepared', entry: await aside.prepare(raw, signal), leadsTo } }
  } catch (error) {
    signal.throwIfAborted()
    return { surveyed, outcome: { kind: 'failed', error } }
  }
}

/** Why an entry or a source could not be synced, in a sentence that may be shown. */
export function failureReason(error: unknown): string {
  return error instanceof OpsError || !(error instanceof Error) ? userMessageOf(error) : reasonOf(error)
}
