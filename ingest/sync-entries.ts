import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Clock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { inParallel } from './in-parallel.ts'
import type { Preparing } from './preparing.ts'
import type { EntryClaim, FoundEntry, Outcome, SyncQueue } from './queue/sync-queue.ts'
import type { Source } from './source.ts'
import { look, whatIsStored } from './sync-look.ts'
import { failureReason, readOne } from './sync-reading.ts'
import { removeEntries } from './sync-removing.ts'
import { tagOf } from './sync-revisions.ts'
import { createSyncWriter, type OnStored } from './sync-writer.ts'

export interface EntriesParts {
  queue: SyncQueue
  documents: DocumentStore
  embedder?: Embedder | undefined
  clock: Clock
  log: Log
  /** Entries read side by side. */
  readsAtOnce: number
  onStored?: OnStored | undefined
}

/** Some entries of one source, as taken from the queue. */
export interface EntriesWork {
  source: Source
  claims: readonly EntryClaim[]
  aside: Preparing
}

/** No entry is at fault, but what all of them need: the work is given back, to be done when it answers again. */
class EmbedderDownError extends OpsError {
  override readonly name = 'EmbedderDownError'
  readonly code = 'ingest_embedder_down'
  readonly retryable = true
  readonly userMessage = 'The embedding model does not answer. What changed is indexed as soon as it does.'
  constructor(cause: unknown) {
    super('The embedder fails for one entry after the other', { cause })
  }
}

/**
 * Brings what is stored of these entries in line with the source.
 * @returns What became of each, as far as it came; who has none was not worked on. An entry that somebody else stored
 *   meanwhile is asked for again, to be compared with what it is now.
 * @throws {OpsError} When the source, the store or the embedder as a whole can't be used.
 */
export async function syncEntries(
  parts: EntriesParts,
  { source, claims, aside }: EntriesWork,
  outcomes: Map<EntryClaim, Outcome>,
  signal: AbortSignal,
): Promise<void> {
  const telling = tellingOf(parts.log, source, { claims, outcomes })
  const found = claims.flatMap(({ entry, found }) => (found === undefined ? [] : [{ entry, ...found }]))
  const unseen = claims.filter((claim) => claim.found === undefined).map(({ entry }) => entry)
  if (unseen.length > 0) found.push(...(await lookAt(parts, { source, entries: unseen, telling }, signal)))
  await readAndStore(parts, { source, aside, found, telling }, signal)
}

/** Notes what became of an entry, by its name. */
interface Telling {
  done(entries: Iterable<string>): void
  failed(entry: string, error: unknown): void
}

function tellingOf(
  log: Log,
  source: Source,
  { claims, outcomes }: { claims: readonly EntryClaim[]; outcomes: Map<EntryClaim, Outcome> },
): Telling {
  const byEntry = new Map(claims.map((claim) => [claim.entry, claim]))
  const tell = (entry: string, outcome: Outcome) => {
    const claim = byEntry.get(entry)
    if (claim !== undefined) outcomes.set(claim, outcome)
  }
  return {
    done: (entries) => {
      for (const entry of entries) tell(entry, { kind: 'done' })
    },
    failed: (entry, error) => {
      log.warn({ source: source.id, entry, err: error }, 'an entry could not be read')
      tell(entry, { kind: 'failed', reason: failureReason(error), retry: mayWorkLater(error) })
    },
  }
}

/** @returns Those to be read; of the others, what is gone is removed. */
async function lookAt(
  parts: EntriesParts,
  { source, entries, telling }: { source: Source; entries: readonly string[]; telling: Telling },
  signal: AbortSignal,
): Promise<FoundEntry[]> {
  const before = await whatIsStored(parts, source, signal)
  const looked = await look(source, { before, entries }, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    for (const entry of entries) telling.failed(entry, error)
  })
  if (looked === undefined) return []
  const { found, others, gone } = looked
  if (others.length > 0) await parts.queue.addEntries(source.id, others, signal)
  await removeEntries(parts.documents, { source: source.id, entries: gone, stored: before.stored }, signal)
  const toRead = new Set(found.map(({ entry }) => entry))
  telling.done(entries.filter((entry) => !toRead.has(entry)))
  return found
}

interface Reading {
  source: Source
  aside: Preparing
  found: readonly FoundEntry[]
  telling: Telling
}

async function readAndStore(
  parts: EntriesParts,
  { source, aside, found, telling }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const tag = tagOf(source, parts.embedder)
  await using writer = createSyncWriter(parts)
  const added = new Set<string>()
  const leads = new Set<string>()
  const vanished: FoundEntry[] = []
  const notStored = (failures: Awaited<ReturnType<typeof writer.add>>) => {
    for (const { entry, error } of failures) {
      added.delete(entry)
      if (!isOutage(writer.outOfOrder)) telling.failed(entry, error)
    }
  }
  const read = (entry: FoundEntry) => readOne({ source, aside }, entry, signal)
  for await (const { surveyed, outcome } of inParallel(found, parts.readsAtOnce, read, signal)) {
    const { entry, revision, replaces } = surveyed
    if (outcome.kind === 'failed') telling.failed(entry, outcome.error)
    else if (outcome.kind === 'gone') vanished.push(surveyed)
    else {
      for (const warning of outcome.entry.warnings) parts.log.warn({ source: source.id, entry, warning }, 'sync warned')
      for (const lead of outcome.leadsTo) leads.add(lead)
      added.add(entry)
      notStored(await writer.add({ revision: `${revision}${tag}`, replaces }, outcome.entry, signal))
    }
  }
  notStored(await writer.finish(signal))
  if (writer.overtaken.length > 0) await parts.queue.request(source.id, writer.overtaken, signal)
  if (leads.size > 0) await addLeads(parts, source, [...leads], signal)
  await removeVanished(parts.documents, source.id, vanished, signal)
  await forgetFailures(parts.documents, source.id, added, signal)
  telling.done([...added, ...vanished.map(({ entry }) => entry)])
  if (isOutage(writer.outOfOrder)) throw new EmbedderDownError(writer.outOfOrder)
}

function mayWorkLater(error: unknown): boolean {
  return !(error instanceof OpsError) || error.retryable
}

function isOutage(error: unknown): boolean {
  return error !== undefined && mayWorkLater(error)
}

async function removeVanished(
  documents: DocumentStore,
  source: string,
  vanished: readonly FoundEntry[],
  signal: AbortSignal,
): Promise<void> {
  const stored = new Map(vanished.flatMap(({ entry, replaces }) => (replaces === null ? [] : [[entry, replaces]])))
  await removeEntries(documents, { source, entries: [...stored.keys()], stored }, signal)
}

async function addLeads(parts: EntriesParts, source: Source, leads: readonly string[], signal: AbortSignal) {
  const stored = await parts.documents.revisions(source.id, signal)
  const unknown = leads.filter((entry) => !stored.has(entry))
  if (unknown.length > 0) await parts.queue.addLeads(source.id, unknown, signal)
}

/** What could be read at last is no longer shown as a failure, before the next sync says so too. */
async function forgetFailures(
  documents: DocumentStore,
  source: string,
  stored: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const state = await documents.sourceState(source, signal)
  const failures = state?.failures.filter(({ entry }) => !stored.has(entry))
  if (state === undefined || failures?.length === state.failures.length) return
  await documents.saveSourceState({ ...state, failures: failures ?? [] }, signal)
}
