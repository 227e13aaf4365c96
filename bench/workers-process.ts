import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { BullmqQueue } from '#ingest/queue/bullmq/bullmq-queue.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import type { Source } from '#ingest/source.ts'
import { runSyncWorker } from '#ingest/sync-worker.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { createLog } from '#runtime/log.ts'

/** A worker on a source whose every answer takes so long: `node workers-process.ts OPTIONS`. It says `ready`, and works until SIGTERM. */
const Options = z.object({
  queue: z.string(),
  prefix: z.string(),
  store: z.string(),
  documents: z.number(),
  answerMs: z.number(),
})
const options = Options.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ level: 'warn', content: false })

const source: Source = {
  id: 'bench',
  audience: [],
  apiCalls: 0,
  async survey({ revisions }, signal) {
    await setTimeout(options.answerMs, undefined, { signal })
    const all = Array.from({ length: options.documents }, (_, n) => ({ entry: `${n}.md`, revision: 'r1' }))
    const changed = all.filter(({ entry, revision }) => revisions.get(entry) !== revision)
    return { changed, unchanged: all.length - changed.length, gone: [], skipped: [] }
  },
  async read({ entry }, signal) {
    await setTimeout(options.answerMs, undefined, { signal })
    const url = `https://bench.example/${entry}`
    return { entry, path: entry, url, content: pageOf(entry), owners: ['sre'], editedAt: new Date('2026-01-01') }
  },
  async [Symbol.asyncDispose]() {},
}

/** As much text as a short runbook has. */
function pageOf(entry: string): string {
  const steps = Array.from({ length: 8 }, (_, n) => `${n + 1}. Run \`drain --node ${entry} --step ${n}\` and wait.`)
  return [`# Runbook ${entry}`, `What to do when ${entry} does not answer.`, '## Steps', ...steps].join('\n\n')
}

await using queue = options.queue.startsWith('redis')
  ? new BullmqQueue({ url: options.queue, prefix: options.prefix, log })
  : new SqliteQueue({ path: options.queue, clock: systemClock })
await using embedder = await loadOpsEmbed()
await using store = openSqliteStore({ path: options.store, log, embeddingModel: embedder.id })
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort(new Error('stopped')))
process.stdout.write('ready\n')
await runSyncWorker(
  { queue, documents: store.documents, embedder, sources: [source], clock: systemClock, log },
  stop.signal,
)
