import { z } from 'zod'
import { filesSource } from '#ingest/files/files-source.ts'
import { BullmqQueue } from '#ingest/queue/bullmq/bullmq-queue.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import type { SyncQueue } from '#ingest/queue/sync-queue.ts'
import type { Source } from '#ingest/source.ts'
import type { RepairReport } from '#knowledge/candidate-index.ts'
import { openPostgresStore } from '#knowledge/postgres/postgres-store.ts'
import { openQdrantIndex } from '#knowledge/qdrant/qdrant-index.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'

export const sourceId = 'docs'

/** Where a store is: a file, or engines of their own. */
export const StorePlace = z.union([
  z.object({ path: z.string() }),
  z.object({ postgres: z.string(), qdrant: z.string(), collection: z.string() }),
])
export type StorePlace = z.infer<typeof StorePlace>

/** What workers and whoever watches them share; it travels on the command line of a worker. */
export const Place = z.object({
  /** A git work tree. */
  folder: z.string(),
  /** A file, or the address of a Redis. */
  queue: z.string(),
  store: StorePlace,
  leaseMs: z.number(),
  /** How often the source is synced as a whole. */
  everyMs: z.number(),
})
export type Place = z.infer<typeof Place>

export interface OpenStore extends AsyncDisposable {
  store: KnowledgeStore
  contents: StoreContents
  /** Undefined: nothing can be left over, since passages and what finds them stand in one transaction. */
  repair: ((signal: AbortSignal) => Promise<RepairReport>) | undefined
}

export function openPlaceQueue({ queue, leaseMs }: Pick<Place, 'queue' | 'leaseMs'>, log: Log): SyncQueue {
  const retries = { attempts: 5, firstMs: 200, mostMs: 2000 }
  return queue.startsWith('redis:')
    ? new BullmqQueue({ url: queue, log, leaseMs, retries })
    : new SqliteQueue({ path: queue, clock: systemClock, leaseMs, retries })
}

export async function openPlaceStore(
  place: StorePlace,
  { embedder, log }: { embedder: Embedder; log: Log },
  signal: AbortSignal,
): Promise<OpenStore> {
  const embeddingModel = embedder.id
  if ('path' in place) {
    const store = openSqliteStore({ path: place.path, log, embeddingModel })
    return { store, contents: store.contents, repair: undefined, [Symbol.asyncDispose]: () => closing(store) }
  }
  const { documents, conversations, contents } = await openPostgresStore(
    { url: place.postgres, log, embeddingModel },
    signal,
  )
  const models = [{ id: embedder.id, dimensions: async () => embedder.dimensions ?? 0 }]
  const candidates = openQdrantIndex({
    url: place.qdrant,
    log,
    name: place.collection,
    quantization: 'none',
    models,
  })
  const store = openScaleOutStore({ documents, passages: documents, conversations, candidates, log })
  const repair = (stop: AbortSignal) => store.repair(() => {}, stop)
  return { store, contents, repair, [Symbol.asyncDispose]: () => closing(store) }
}

/** Lines are dated by git as they usually are. */
export function placeSource(folder: string, log: Log): Source {
  return filesSource({ id: sourceId, path: folder, audience: [], clock: systemClock, log })
}

async function closing(store: KnowledgeStore): Promise<void> {
  await store[Symbol.asyncDispose]()
}
