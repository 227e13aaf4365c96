import type { DocumentStore, EntryFailure, SourceState } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { inParallel } from './in-parallel.ts'
import { preparing } from './preparing.ts'
import type { Source, Survey, Surveyed, SurveyedEntry } from './source.ts'
import { failureReason, readOne } from './sync-reading.ts'
import { removeEntries } from './sync-removing.ts'
import type { SyncProgress, SyncReport } from './sync-report.ts'
import { knownBefore, tagOf } from './sync-revisions.ts'
import { createSyncWriter } from './sync-writer.ts'

export interface SyncParts {
  documents: DocumentStore
  /** Absent: passages are stored without vectors. */
  embedder?: Embedder | undefined
  clock: Clock
  log: Log
  /** Entries read side by side. Default 8. */
  readsAtOnce?: number | undefined
  /** Entries stored in one transaction; so many may have to be done again when the process dies. Default 256. */
  entriesAtOnce?: number | undefined
}

export interface SyncOptions {
  /** Read and index everything again, changed or not. */
  full?: boolean | undefined
  /** Only say what would be done; nothing is read entry by entry, and nothing is written. */
  dryRun?: boolean | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
}

/** Brings what is stored of a source in line with the source. */
export interface Sync {
  /**
   * Every finished entry is kept, whatever happens to the others or to the process; the next run does the rest. An
   * entry that can't be read keeps its last good version and is tried again. Where another process syncs the same source
   * at the same time, both may do the same work, and neither writes over what the other has stored since this one began.
   * @throws {OpsError} When the source as a whole can't be reached (nothing was touched), or the store fails.
   */
  run(source: Source, options: SyncOptions, signal: AbortSignal): Promise<SyncReport>
}

export function createSync(parts: SyncParts): Sync {
  return { run: (source, options, signal) => run(parts, source, options, signal) }
}

async function run(parts: SyncParts, source: Source, options: SyncOptions, signal: AbortSignal): Promise<SyncReport> {
  const { documents, clock } = parts
  const startedAt = clock.now()
  const callsBefore = source.apiCalls
  const progress = progressTeller(clock, options.onProgress)
  progress('surveying', 0, 0)
  const [stored, state] = [await documents.revisions(source.id, signal), await documents.sourceState(source.id, signal)]
  const tag = tagOf(source, parts.embedder)
  const known = knownBefore({ stored, state, tag, full: options.full === true })
  const survey = await source.survey(known, signal)
  const report = (done: Partial<SyncReport>): SyncReport => ({
    source: source.id,
    dryRun: options.dryRun === true,
    unchanged: survey.unchanged,
    deleted: survey.gone.length,
    ...counted(survey, stored),
    failed: 0,
    failures: [],
    documents: 0,
    passages: 0,
    maskedSecrets: 0,
    skipped: survey.skipped,
    warnings: survey.warnings ?? [],
    apiCalls: source.apiCalls - callsBefore,
    seconds: (clock.now().getTime() - startedAt.getTime()) / 1000,
    ...done,
  })
  if (options.dryRun === true) return report({})

  const outcome = await indexChanged(parts, { source, survey, known, stored, tag, progress }, signal)
  const left = [...survey.gone, ...outcome.vanished.filter((entry) => stored.has(entry))]
  if (left.length > 0) progress('removing', 0, left.length)
  const gone = await removeEntries(documents, { source: source.id, entries: left, stored }, signal)
  const failures = keptTimes(outcome.failures, state)
  if (isWorthSaving(state, survey, failures, gone.length)) {
    // What another sync stored meanwhile may be older than what this one found: the next one looks at all of it again.
    const cursor = outcome.overtaken.length === 0 ? survey.cursor : state?.cursor
    const finished = { startedAt, finishedAt: clock.now(), cursor }
    await documents.saveSourceState({ source: source.id, ...finished, failures }, signal)
  }
  const changed = [...survey.changed, ...outcome.led]
  progress('done', changed.length, changed.length)
  const failed = new Set(failures.map((failure) => failure.entry))
  const notDone = new Set([...failed, ...outcome.vanished, ...outcome.skipped.map(({ entry }) => entry)])
  return report({
    ...counted({ changed: changed.filter(({ entry }) => !notDone.has(entry)) }, stored),
    deleted: gone.length,
    failed: failures.length,
    failures,
    ...outcome.written,
    skipped: [...survey.skipped, ...outcome.skipped],
    warnings: [...(survey.warnings ?? []), ...outcome.warnings],
  })
}

interface Work {
  source: Source
  survey: Survey
  known: Surveyed
  stored: ReadonlyMap<string, string>
  tag: string
  progress: ReturnType<typeof progressTeller>
}

async function indexChanged(parts: SyncParts, work: Work, signal: AbortSignal) {
  const { source, stored, tag, progress } = work
  const { changed } = work.survey
  await using writer = createSyncWriter(parts)
  await using aside = preparing({ source, entries: changed.length })
  const failures: EntryFailure[] = []
  const vanished: string[] = []
  const skipped: { entry: string; reason: string }[] = []
  const warnings: string[] = []
  const fail = (entry: string, error: unknown) => {
    parts.log.warn({ source: source.id, entry, err: error }, 'an entry could not be read')
    failures.push({ entry, reason: failureReason(error), failedAt: parts.clock.now() })
  }
  const leads = leadsFrom(work)
  let done = 0
  progress('indexing', 0, changed.length)
  const prepare = (surveyed: SurveyedEntry) => readOne({ source, aside }, surveyed, signal)
  const index = async ({ surveyed, outcome }: Awaited<ReturnType<typeof prepare>>) => {
    if (outcome.kind === 'failed') fail(surveyed.entry, outcome.error)
    else if (outcome.kind === 'gone') vanished.push(surveyed.entry)
    else {
      const { entry } = outcome
      if (entry.skipped !== undefined) skipped.push({ entry: surveyed.entry, reason: entry.skipped })
      warnings.push(...entry.warnings)
      const revision = `${surveyed.revision}${tag}`
      const failed = await writer.add({ revision, replaces: stored.get(surveyed.entry) ?? null }, entry, signal)
      for (const failure of failed) fail(failure.entry, failure.error)
      leads.note(outcome.leadsTo)
    }
    done++
    progress('indexing', done, changed.length + leads.found.length)
  }
  for (let next: readonly SurveyedEntry[] = changed; next.length > 0; next = await leads.follow(signal))
    for await (const read of inParallel(next, parts.readsAtOnce ?? 8, prepare, signal)) await index(read)
  for (const failure of await writer.finish(signal)) fail(failure.entry, failure.error)
  const { written, overtaken } = writer
  return { failures, vanished, skipped, warnings, written, overtaken, led: leads.found }
}

/** What entries lead to that the survey didn't list: looked at when everything listed is read, and so on from there. */
function leadsFrom({ source, survey, known, stored }: Pick<Work, 'source' | 'survey' | 'known' | 'stored'>) {
  const seen = new Set([...stored.keys(), ...survey.changed.map(({ entry }) => entry)])
  const found: SurveyedEntry[] = []
  let noted = new Set<string>()
  return {
    found,
    note(entries: readonly string[]) {
      for (const entry of entries) if (!seen.has(entry)) noted.add(entry)
    },
    async follow(signal: AbortSignal): Promise<readonly SurveyedEntry[]> {
      const entries = [...noted]
      noted = new Set()
      if (entries.length === 0 || source.surveyEntries === undefined) return []
      for (const entry of entries) seen.add(entry)
      const { changed } = await source.surveyEntries(entries, known, signal)
      const unseen = changed.filter(({ entry }) => entries.includes(entry) || !seen.has(entry))
      for (const { entry } of unseen) seen.add(entry)
      found.push(...unseen)
      return unseen
    },
  }
}

function counted(survey: Pick<Survey, 'changed'>, stored: ReadonlyMap<string, string>) {
  const changed = survey.changed.filter(({ entry }) => stored.has(entry)).length
  return { added: survey.changed.length - changed, changed }
}

/** A failure for the same reason as last time is the same failure: nothing need be written for it. */
function keptTimes(failures: readonly EntryFailure[], state: SourceState | undefined): EntryFailure[] {
  return failures.map(
    (failure) => state?.failures.find((old) => old.entry === failure.entry && old.reason === failure.reason) ?? failure,
  )
}

function isWorthSaving(
  state: SourceState | undefined,
  survey: Survey,
  failures: readonly EntryFailure[],
  gone: number,
): boolean {
  if (state === undefined || state.cursor !== survey.cursor || gone > 0) return true
  const allFailedAsBefore =
    survey.changed.length === failures.length &&
    failures.length === state.failures.length &&
    failures.every((failure) => state.failures.includes(failure))
  return !allFailedAsBefore
}

function progressTeller(clock: Clock, tell: SyncOptions['onProgress']) {
  let phase: SyncProgress['phase'] | undefined
  let began = clock.now().getTime()
  return (now: SyncProgress['phase'], done: number, total: number) => {
    if (now !== phase) began = clock.now().getTime()
    phase = now
    const seconds = (clock.now().getTime() - began) / 1000
    tell?.({ phase: now, done, total, rate: seconds > 0 ? done / seconds : 0 })
  }
}
