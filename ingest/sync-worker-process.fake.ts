import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { systemClock } from '#runtime/clock.ts'
import { createLog } from '#runtime/log.ts'
import { filesSource } from './files/files-source.ts'
import { BullmqQueue } from './queue/bullmq/bullmq-queue.ts'
import { SqliteQueue } from './queue/sqlite/sqlite-queue.ts'
import type { Source } from './source.ts'
import { runSyncWorker } from './sync-worker.ts'

/**
 * A worker in a process of its own, which notes when it begins and ends to read an entry: `node sync-worker-process.fake.ts
 * OPTIONS`. It works until it is killed.
 */
const Options = z.object({
  /** A file, or the address of a Redis. */
  queue: z.string(),
  store: z.string(),
  folder: z.string(),
  /** A file to which every process appends. */
  notes: z.string(),
  readMs: z.number(),
  leaseMs: z.number(),
  everyMs: z.number(),
})
const {
  queue: where,
  store: path,
  folder,
  notes,
  readMs,
  leaseMs,
  everyMs,
} = Options.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ level: 'warn', content: false })
const retries = { attempts: 5, firstMs: 100, mostMs: 500 }
await using queue = where.startsWith('redis:')
  ? new BullmqQueue({ url: where, log, leaseMs, retries })
  : new SqliteQueue({ path: where, clock: systemClock, leaseMs, retries })
await using store = openSqliteStore({ path, log })
const files = filesSource({ id: 'docs', path: folder, audience: [], useGit: false, clock: systemClock, log })
const note = (what: string, entry: string) => appendFileSync(notes, `${what} ${process.pid} ${entry}\n`)
const source: Source = {
  id: files.id,
  audience: files.audience,
  apiCalls: 0,
  survey: (known, signal) => files.survey(known, signal),
  async read(entry, signal) {
    note('begin', entry.entry)
    await setTimeout(readMs, undefined, { signal })
    const raw = await files.read(entry, signal)
    note('end', entry.entry)
    return raw
  },
  [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
}
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort(new Error('stopped')))
const plan = { everyMs, firstInMs: 0 }
await runSyncWorker(
  { queue, documents: store.documents, sources: [source], clock: systemClock, log, plan },
  stop.signal,
)
