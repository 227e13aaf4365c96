import { setTimeout } from 'node:timers/promises'
import type { DocumentStore, EntryFailure } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Clock } from '#runtime/clock.ts'
import type { FailedEntry, FoundEntry, SyncQueue } from './queue/sync-queue.ts'
import type { Source } from './source.ts'
import { type Before, look, whatIsStored } from './sync-look.ts'
import { removeEntries } from './sync-removing.ts'
import type { SyncReport } from './sync-report.ts'

export interface SourceSyncParts {
  queue: SyncQueue
  documents: DocumentStore
  embedder?: Embedder | undefined
  clock: Clock
}

/** What a sync found and what became of it; which worker read which entry, and what it wrote, is not told. */
export type QueuedSyncReport = Omit<SyncReport, 'dryRun' | 'documents' | 'passages' | 'maskedSecrets'>

/** In one call, so that a queue over the network isn't asked entry by entry. */
const addedAtOnce = 1000
/** How often we ask whether the entries are through. */
const askEveryMs = 200
/** So often we look at the entries themselves: where others are added all the time, the queue is never empty. */
const compareEveryMs = 5000
/** What the queue lost, or somebody else stored, is looked at again so often before it is left to the next sync. */
const mostRounds = 3

/**
 * One sync of a source by way of the queue: surveys it, has its entries read by whichever workers there are, and saves the
 * cursor when every one of them is stored or recorded as failed. What fails is tried again by the queue, and by the next sync.
 * Whoever does it anew from the beginning, after a crash say, repeats nothing that was stored.
 * @throws {OpsError} When the source as a whole can't be reached, or the store or the queue fails.
 */
export async function syncByQueue(
  parts: SourceSyncParts,
  source: Source,
  signal: AbortSignal,
): Promise<QueuedSyncReport> {
  const { queue, documents, clock } = parts
  const startedAt = clock.now()
  const callsBefore = source.apiCalls
  const before = await whatIsStored(parts, source, signal)
  const failedBefore = await queue.failures(source.id, signal)
  const failed = new Set([...before.known.failed, ...failedBefore.map(({ entry }) => entry)])
  const { found, gone, survey } = await look(
    source,
    { before: { ...before, known: { ...before.known, failed } } },
    signal,
  )
  const open = await readByWorkers(parts, { source, found, before }, signal)

  const removed = await removeEntries(documents, { source: source.id, entries: gone, stored: before.stored }, signal)
  const failures = await failuresOf(queue, { source, toRead: found, failedBefore }, signal)
  const cursor = open.length === 0 ? survey.cursor : before.state?.cursor
  await documents.saveSourceState({ source: source.id, startedAt, finishedAt: clock.now(), cursor, failures }, signal)

  const notDone = new Set([...open.map(({ entry }) => entry), ...failures.map(({ entry }) => entry)])
  const read = found.filter(({ entry }) => !notDone.has(entry))
  return {
    source: source.id,
    added: read.filter(({ replaces }) => replaces === null).length,
    changed: read.filter(({ replaces }) => replaces !== null).length,
    unchanged: survey.unchanged,
    deleted: removed.length,
    failed: failures.length,
    failures,
    skipped: survey.skipped,
    warnings: survey.warnings ?? [],
    apiCalls: source.apiCalls - callsBefore,
    seconds: (clock.now().getTime() - startedAt.getTime()) / 1000,
  }
}

interface Reading {
  source: Source
  found: readonly FoundEntry[]
  before: Before
}

/** @returns What is neither stored as it was found, nor has failed. */
async function readByWorkers(
  parts: SourceSyncParts,
  { source, found, before }: Reading,
  signal: AbortSignal,
): Promise<FoundEntry[]> {
  let open = [...found]
  for (let round = 1; open.length > 0; round++) {
    for (let from = 0; from < open.length; from += addedAtOnce)
      await parts.queue.addEntries(source.id, open.slice(from, from + addedAtOnce), signal)
    open = await afterAttempts(parts, { source, found: open, tag: before.tag }, signal)
    if (open.length === 0 || round === mostRounds) break
    const now = await whatIsStored(parts, source, signal)
    const again = await look(source, { before: now, entries: open.map(({ entry }) => entry) }, signal)
    await removeEntries(parts.documents, { source: source.id, entries: again.gone, stored: now.stored }, signal)
    open = again.found
  }
  return open
}

/** Waits until every entry was tried once. @returns Those of which nothing came. */
async function afterAttempts(
  parts: SourceSyncParts,
  { source, found, tag }: { source: Source; found: readonly FoundEntry[]; tag: string },
  signal: AbortSignal,
): Promise<FoundEntry[]> {
  const stillOpen = async () => {
    const stored = await parts.documents.revisions(source.id, signal)
    const failed = new Set((await parts.queue.failures(source.id, signal)).map(({ entry }) => entry))
    return found.filter(({ entry, revision }) => stored.get(entry) !== `${revision}${tag}` && !failed.has(entry))
  }
  for (let waitedMs = 0; ; waitedMs += askEveryMs) {
    const counts = (await parts.queue.counts(signal)).find((each) => each.source === source.id)
    if (counts === undefined || counts.waiting + counts.running === 0) return await stillOpen()
    if (waitedMs > 0 && waitedMs % compareEveryMs === 0 && (await stillOpen()).length === 0) return []
    await setTimeout(askEveryMs, undefined, { signal })
  }
}

interface Failing {
  source: Source
  /** What the survey found to be stored otherwise than it is at the source. */
  toRead: readonly FoundEntry[]
  failedBefore: readonly FailedEntry[]
}

/**
 * What failed, oldest first. What had failed before and need not be read any more is dropped: it is gone, or stored as it is,
 * perhaps by a worker that ended before it could say so.
 */
async function failuresOf(
  queue: SyncQueue,
  { source, toRead, failedBefore }: Failing,
  signal: AbortSignal,
): Promise<EntryFailure[]> {
  const needed = new Set(toRead.map(({ entry }) => entry))
  const before = new Map(failedBefore.map(({ entry, failedAt }) => [entry, failedAt.getTime()]))
  const isMoot = ({ entry, failedAt }: FailedEntry) => !needed.has(entry) && before.get(entry) === failedAt.getTime()
  const failed = (await queue.failures(source.id, signal)).toReversed()
  const dropped = failed.filter(isMoot).map(({ entry }) => entry)
  if (dropped.length > 0) await queue.dropEntries(source.id, dropped, signal)
  return failed
    .filter((failure) => !isMoot(failure))
    .map(({ entry, reason, failedAt }) => ({ entry, reason, failedAt }))
}
