import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { RepairProgress, RepairReport } from '#knowledge/candidate-index.ts'
import type { PostgresStore } from '#knowledge/postgres/postgres-store.ts'
import type { QdrantIndex } from '#knowledge/qdrant/qdrant-index.ts'
import { openScaleOutStore, type ScaleOutParts } from '#knowledge/scale-out-store.ts'
import type { SqliteCandidates } from '#knowledge/sqlite/sqlite-candidates.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { keepingRepaired, openConfiguredQdrant } from './qdrant.ts'

export interface OpenedStore extends AsyncDisposable {
  store: KnowledgeStore
  /** Everything that is kept, to be carried elsewhere. */
  contents: StoreContents
  /** What it consists of, for people. */
  engines: string
  /** Where passages are found by Qdrant. */
  qdrant?: Pick<QdrantIndex, 'status'> | undefined
  /** Compares what finds the passages with the passages and mends what differs; undefined: they can't differ. */
  repair: (onProgress: (progress: RepairProgress) => void, signal: AbortSignal) => Promise<RepairReport | undefined>
}

export interface StoreParts {
  config: Config
  log: Log
  /** The model whose vectors are stored and searched; absent: none are made. */
  embedder: Embedder | undefined
}

/** What the configuration says: in the data directory, or on engines of their own. */
export async function openConfiguredStore(parts: StoreParts, signal: AbortSignal): Promise<OpenedStore> {
  if (parts.config.env.DATABASE_URL !== undefined) return await openScaledOutStore(parts, signal)
  const qdrant = await openConfiguredQdrant(parts)
  const embedded = openEmbeddedStore(parts)
  if (qdrant === undefined) return embedded
  const { store, contents, engines } = embedded
  const { index, ...kept } = store
  return await foundByQdrant({ ...kept, passages: index, contents, engines, fallback: index }, qdrant, parts.log)
}

/** @param path Absent: in the data directory. */
export function openEmbeddedStore({ config, log, embedder }: StoreParts, path?: string): OpenedStore {
  const embeddingModel = embedder?.id
  const store = openSqliteStore({ path: path ?? join(config.dataDir, 'nightdesk.db'), log, embeddingModel })
  return {
    store,
    contents: store.contents,
    engines: 'embedded SQLite',
    // Passages and what finds them stand in one transaction.
    repair: async () => undefined,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** What is kept on engines of their own, without what finds it. @throws {OpsError} When it can't be reached. */
export async function openDatabase({ config, log, embedder }: StoreParts, signal: AbortSignal): Promise<PostgresStore> {
  const url = config.env.DATABASE_URL
  if (url === undefined) throw new ConfigError('  DATABASE_URL: must be set to scale out')
  // Loaded only where it is used: most people never do.
  const { openPostgresStore } = await import('#knowledge/postgres/postgres-store.ts')
  return openPostgresStore({ url, log, embeddingModel: embedder?.id }, signal)
}

/** @throws {OpsError} When DATABASE_URL is not set, or an engine can't be reached. */
export async function openScaledOutStore(parts: StoreParts, signal: AbortSignal): Promise<OpenedStore> {
  const { log } = parts
  const postgres = await openDatabase(parts, signal)
  const { documents, conversations, contents } = postgres
  const engines = `PostgreSQL at ${postgres.host}`
  const qdrant = await openConfiguredQdrant(parts)
  if (qdrant !== undefined) {
    const fallbackShortfall = 'The passage index does not answer, so this was found by words alone.'
    const fallback = { fallback: postgres.scan, fallbackShortfall }
    const kept = { documents, passages: documents, conversations, contents, engines }
    return await foundByQdrant({ ...kept, ...fallback }, qdrant, log)
  }
  const search = await openEmbeddedSearch(parts, postgres, signal)
  const store = openScaleOutStore({ documents, passages: documents, conversations, candidates: search.candidates, log })
  return {
    store,
    contents,
    engines: `${engines}, passages found by the index in the data directory`,
    repair: (onProgress, stop) => store.repair(onProgress, stop),
    async [Symbol.asyncDispose]() {
      await search[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

type Found = Pick<ScaleOutParts, 'documents' | 'passages' | 'conversations' | 'fallback' | 'fallbackShortfall'> &
  Pick<OpenedStore, 'contents' | 'engines'>

async function foundByQdrant(
  { contents, engines, ...kept }: Found,
  qdrant: QdrantIndex,
  log: Log,
): Promise<OpenedStore> {
  const store = openScaleOutStore({ ...kept, candidates: qdrant, log })
  const keeping = await keepingRepaired(qdrant, kept, store, log)
  return {
    store,
    contents,
    engines: `${engines}, passages found by Qdrant at ${qdrant.host}`,
    qdrant,
    repair: (onProgress, signal) => store.repair(onProgress, signal),
    async [Symbol.asyncDispose]() {
      await keeping[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** What others wrote is found so much later at worst, */
const lagMs = 2000
/** and looking for it takes no more than this part of the time, however much there is. */
const shareOfTime = 0.02

/** Searches in this machine's own file, which is brought up to what others stored, first before it is used and then on and on. */
async function openEmbeddedSearch(
  { config, log, embedder }: StoreParts,
  postgres: PostgresStore,
  signal: AbortSignal,
): Promise<{ candidates: SqliteCandidates } & AsyncDisposable> {
  const truth = { documents: postgres.documents, passages: postgres.documents, contents: postgres.contents }
  const { openSqliteCandidates } = await import('#knowledge/sqlite/sqlite-candidates.ts')
  const candidates = openSqliteCandidates({
    path: join(config.dataDir, 'passages.db'),
    log,
    embeddingModel: embedder?.id,
  })
  const catchUp = async (stop: AbortSignal) => {
    const startedAt = performance.now()
    const { changed, gone } = await candidates.catchUp(truth, stop)
    const tookMs = performance.now() - startedAt
    if (changed + gone > 0) log.debug({ changed, gone, tookMs }, 'the passage index took in what others stored')
    return tookMs
  }
  const closing = new AbortController()
  try {
    let tookMs = await catchUp(signal)
    const keepingUp = (async () => {
      for (;;) {
        await pause(Math.max(lagMs, tookMs / shareOfTime), undefined, { signal: closing.signal, ref: false })
        try {
          tookMs = await catchUp(closing.signal)
        } catch (err) {
          closing.signal.throwIfAborted()
          log.warn({ err }, 'the passage index could not take in what others stored')
        }
      }
    })().catch(() => undefined)
    return {
      candidates,
      async [Symbol.asyncDispose]() {
        closing.abort(new Error('the store is being closed'))
        await keepingUp
      },
    }
  } catch (error) {
    await candidates[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
    throw error
  }
}
