import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { keepMemoryLean } from '#ingest/lean-memory.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import { runSyncWorker } from '#ingest/sync-worker.ts'
import { openPostgresStore } from '#knowledge/postgres/postgres-store.ts'
import { openQdrantIndex } from '#knowledge/qdrant/qdrant-index.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { createLog, type Log } from '#runtime/log.ts'
import { madeUpSource } from './made-up-source.ts'

/**
 * A worker whose memory can be told, on a source of made-up pages: `node worker-process.ts OPTIONS`. It says on stdout how
 * it is doing, a line of JSON at a time, and ends after its second sync.
 */
const Options = z.object({
  directory: z.string(),
  documents: z.number(),
  passagesPerDocument: z.number(),
  /** Absent: the embedded store. */
  scaleOut: z.object({ postgres: z.string(), qdrant: z.string() }).optional(),
})
keepMemoryLean()
const options = Options.parse(JSON.parse(process.argv[2] ?? ''))
const sampleMs = 250
const tellEverySamples = 20

const log = createLog({ level: 'warn', content: false })
const done = new AbortController()
const { signal } = done

async function openStore(embedder: Embedder, openLog: Log): Promise<KnowledgeStore> {
  const { directory, scaleOut } = options
  const embeddingModel = embedder.id
  if (scaleOut === undefined)
    return openSqliteStore({ path: join(directory, 'nightdesk.db'), log: openLog, embeddingModel })
  const { postgres: url, qdrant } = scaleOut
  const { documents, conversations } = await openPostgresStore({ url, log: openLog, embeddingModel }, signal)
  const models = [{ id: embedder.id, dimensions: async () => embedder.dimensions ?? 0 }]
  const candidates = openQdrantIndex({ url: qdrant, log: openLog, name: 'bench', quantization: 'none', models })
  return openScaleOutStore({ documents, passages: documents, conversations, candidates, log: openLog })
}

/** Bytes in memory, and those of them that are no file's: what is mapped of a file can be dropped at any time. */
async function memory(): Promise<{ bytes: number; ownBytes: number }> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { bytes: process.memoryUsage.rss(), ownBytes: kb('RssAnon') * 1024 }
}

const tell = (said: object) => process.stdout.write(`${JSON.stringify(said)}\n`)

await using queue = new SqliteQueue({ path: join(options.directory, 'queue.db'), clock: systemClock })
await using embedder = await loadOpsEmbed()
await using store = await openStore(embedder, log)
let passages = 0
let syncs = 0
let peakOwnBytes = 0
const began = performance.now()
const seconds = () => (performance.now() - began) / 1000

async function watch(): Promise<void> {
  for (let sample = 0; !signal.aborted; sample++) {
    const { bytes, ownBytes } = await memory()
    peakOwnBytes = Math.max(peakOwnBytes, ownBytes)
    if (sample % tellEverySamples === 0) tell({ kind: 'sample', syncs, passages, bytes, ownBytes, seconds: seconds() })
    await setTimeout(sampleMs, undefined, { signal }).catch(() => undefined)
  }
}

const watching = watch()
await runSyncWorker(
  {
    queue,
    documents: store.documents,
    embedder,
    sources: [madeUpSource({ id: 'bench', ...options })],
    clock: systemClock,
    log,
    plan: { everyMs: 1000, firstInMs: 0 },
    onStored: async (contents) => {
      for (const { documents } of contents) for (const document of documents) passages += document.passages.length
    },
    onSynced: ({ failed }) => {
      syncs++
      // Kilobytes, on Linux and macOS alike.
      const peakBytes = process.resourceUsage().maxRSS * 1024
      tell({ kind: 'synced', syncs, passages, failed, peakBytes, peakOwnBytes, seconds: seconds() })
      if (syncs === 2) done.abort(new Error('measured'))
    },
  },
  signal,
)
await watching
