import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { BullmqQueue } from '#ingest/queue/bullmq/bullmq-queue.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import type { SyncQueue } from '#ingest/queue/sync-queue.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'

export interface BenchWorkersOptions {
  documents: number
  /** How long the source takes for each answer. */
  answerMs: number
  /** Worker processes; one run each. */
  workers: readonly number[]
  /** Absent: the queue in the data directory alone. */
  redisUrl?: string | undefined
  /** Told what is being done. */
  progress?: ((what: string) => void) | undefined
}

export interface BenchWorkersRow {
  name: string
  documents: number
  answerMs: number
  /** From the request until everything is stored and the sync has ended; starting the processes is not in it. */
  seconds: number
  documentsPerSecond: number
  /** Against the first run on the same queue. */
  speedup: number
}

/** How much faster several workers read a slow source than one, on each kind of queue. */
export async function benchWorkers(options: BenchWorkersOptions, signal: AbortSignal): Promise<BenchWorkersRow[]> {
  const rows: BenchWorkersRow[] = []
  for (const redisUrl of options.redisUrl === undefined ? [undefined] : [undefined, options.redisUrl]) {
    let first: number | undefined
    for (const workers of options.workers) {
      const on = redisUrl === undefined ? 'SQLite' : 'Redis'
      const name = `${workers === 1 ? '1 worker' : `${workers} workers`}, queue in ${on}`
      options.progress?.(name)
      const seconds = await syncWith(workers, redisUrl, options, signal)
      first ??= seconds
      const { documents, answerMs } = options
      const documentsPerSecond = Math.round(documents / seconds)
      rows.push({ name, documents, answerMs, seconds, documentsPerSecond, speedup: first / seconds })
    }
  }
  return rows
}

async function syncWith(
  workers: number,
  redisUrl: string | undefined,
  { documents, answerMs }: BenchWorkersOptions,
  signal: AbortSignal,
): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  const prefix = `nightdesk-bench-${process.pid}-${performance.now().toFixed(0)}`
  const where = redisUrl ?? join(directory, 'queue.db')
  const store = join(directory, 'nightdesk.db')
  const processes: ChildProcess[] = []
  const queue: SyncQueue =
    redisUrl === undefined
      ? new SqliteQueue({ path: where, clock: systemClock })
      : new BullmqQueue({ url: where, prefix, log: silentLog })
  try {
    const script = join(import.meta.dirname, 'workers-process.ts')
    const given = JSON.stringify({ queue: where, prefix, store, documents, answerMs })
    for (let n = 0; n < workers; n++) {
      const args = ['--disable-warning=ExperimentalWarning', script, given]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      processes.push(child)
      await once(child.stdout, 'data', { signal })
    }
    const started = performance.now()
    await queue.request('bench', 'all', signal)
    while (!(await isDone(queue, signal))) await setTimeout(100, undefined, { signal })
    const seconds = (performance.now() - started) / 1000
    await expectStored(store, documents, signal)
    return seconds
  } finally {
    for (const child of processes) await ended(child)
    await queue.unplan('bench', AbortSignal.timeout(5000)).catch(() => undefined)
    await queue[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  }
}

async function isDone(queue: SyncQueue, signal: AbortSignal): Promise<boolean> {
  const [counts] = await queue.counts(signal)
  return counts?.sync === 'idle' && counts.waiting + counts.running === 0
}

/** @throws {Error} When the figure would be that of less work than was asked for. */
async function expectStored(path: string, documents: number, signal: AbortSignal): Promise<void> {
  await using store = openSqliteStore({ path, log: silentLog })
  const counts = await store.documents.counts(signal)
  if (counts.documents !== documents) throw new Error(`${counts.documents} of ${documents} documents were stored`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
