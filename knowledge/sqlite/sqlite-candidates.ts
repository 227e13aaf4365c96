import type { CandidateIndex, Truth } from '#knowledge/candidate-index.ts'
import { chunks } from '#knowledge/chunks.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { Candidate } from '#knowledge/passage-index.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import { writingVersions } from '#knowledge/versioned-candidates.ts'
import { openReader, type ReaderMemory } from './connection.ts'
import { naming } from './errors.ts'
import { openSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
import { passageIdOf, SqliteVersions } from './sqlite-versions.ts'

/** Looks up versions by entry while it writes. */
const memory: ReaderMemory = { cacheMb: 8, mappedMb: 64 }

const entriesAtOnce = 200

/** The revisions that the index is up to are kept beside it, as entries without documents of a source of this name. */
const revisionsOf = (source: string) => `${revisionsPrefix}${source}`
const revisionsPrefix = '\u0001'
/** The revision of no entry: something of it may stand in the index. */
const notReached = ''

/** What the index learned while it caught up. */
export interface CaughtUp {
  changed: number
  gone: number
}

export interface CaughtUpWith extends Truth {
  contents: StoreContents & {
    /** By source, how often it was written to: where that is known, revisions are only compared after a change. */
    changes?(signal: AbortSignal): Promise<ReadonlyMap<string, number>>
  }
}

export interface SqliteCandidates extends CandidateIndex {
  /**
   * Takes in what others stored since, entry by entry by their revisions. It may be stopped at any time and goes on
   * from there.
   */
  catchUp(truth: CaughtUpWith, signal: AbortSignal): Promise<CaughtUp>
}

/**
 * Candidates in an SQLite file, for documents that are kept elsewhere. It belongs to one machine; several processes may
 * have it open.
 * @throws {OpsError} When the file can't be opened.
 */
export function openSqliteCandidates(options: SqliteStoreOptions): SqliteCandidates {
  const store = openSqliteStore(options)
  const versions = new SqliteVersions(
    store,
    naming(() => openReader(options.path, memory)),
  )
  const writing = writingVersions(versions)
  const { index, documents } = store
  /** How often each source had been written to when it was last compared. */
  const compared = new Map<string, number>()

  const reach = (entries: readonly Pick<EntryContent, 'source' | 'entry' | 'revision'>[], signal: AbortSignal) =>
    documents.replaceEntries(
      entries.map(({ source, entry, revision }) => ({ source: revisionsOf(source), entry, revision, documents: [] })),
      signal,
    )
  /** Whatever becomes of what is put: the entry is known from then on, and compared until a revision is reached. */
  const put: CandidateIndex['put'] = async (entries, signal) => {
    await reach(
      entries.map(({ source, entry }) => ({ source, entry, revision: notReached })),
      signal,
    )
    await writing.put(entries, signal)
  }
  const settle: CandidateIndex['settle'] = async (entries, truth, signal) => {
    await writing.settle(entries, truth, signal)
    await reach(entries.written, signal)
  }
  const remove: CandidateIndex['remove'] = async (source, entries, truth, signal) => {
    await writing.remove(source, entries, truth, signal)
    await documents.removeEntries(revisionsOf(source), entries, signal)
  }

  return {
    ...writing,
    put,
    settle,
    remove,
    matching: (terms, filter, limit, signal) =>
      withoutRepeats(limit, (most) => index.matching(terms, filter, most, signal)),
    nearest: (embedding, filter, limit, signal) =>
      withoutRepeats(limit, (most) => index.nearest(embedding, filter, most, signal)),
    async candidates(ask, filter, signal) {
      const found = await index.candidates(ask, filter, signal)
      return [...new Set(found.map(passageIdOf))]
    },
    statistics: (...asked) => index.statistics(...asked),
    async catchUp(truth, signal) {
      const caughtUp: CaughtUp = { changed: 0, gone: 0 }
      const changes = await truth.contents.changes?.(signal)
      const known = (await documents.sources(signal)).filter((name) => name.startsWith(revisionsPrefix))
      const sources = new Set([
        ...(await truth.documents.sources(signal)),
        ...known.map((name) => name.slice(revisionsPrefix.length)),
      ])
      for (const source of sources) {
        const change = changes?.get(source)
        if (change !== undefined && change === compared.get(source)) continue
        const stored = await truth.documents.revisions(source, signal)
        const reached = await documents.revisions(revisionsOf(source), signal)
        const changed = [...stored].flatMap(([entry, revision]) => (reached.get(entry) === revision ? [] : [entry]))
        for (const some of chunks(changed, entriesAtOnce)) {
          const written = await truth.contents.entries(source, some, signal)
          await put(written, signal)
          await settle({ written, overtaken: [] }, truth, signal)
        }
        const gone = [...reached.keys()].filter((entry) => !stored.has(entry))
        for (const some of chunks(gone, entriesAtOnce)) await remove(source, some, truth, signal)
        caughtUp.changed += changed.length
        caughtUp.gone += gone.length
        if (change !== undefined) compared.set(source, change)
      }
      return caughtUp
    },
    [Symbol.asyncDispose]: () => versions[Symbol.asyncDispose](),
  }
}

/** Two versions of one passage may be found while one is being replaced by the other; the better one counts. */
async function withoutRepeats(limit: number, find: (most: number) => Promise<Candidate[]>): Promise<Candidate[]> {
  for (let most = limit; ; most *= 2) {
    const found = await find(most)
    const best = new Map<string, Candidate>()
    for (const { passageId, score } of found) {
      const id = passageIdOf(passageId)
      if (!best.has(id)) best.set(id, { passageId: id, score })
    }
    if (best.size >= limit || found.length < most) return [...best.values()].slice(0, limit)
  }
}
