import { createRedisBackend, Queue, Worker } from 'bullmq'
import type { Log } from '#runtime/log.ts'
import { backoffMs, mostTakeovers, type RetryRule } from '../sync-queue.ts'
import type { RedisConnection } from './redis-connection.ts'
import { SourceNotes } from './source-notes.ts'

export interface SourceQueuesParts {
  connection: RedisConnection
  prefix: string
  source: string
  leaseMs: number
  retries: RetryRule
  log: Log
}

/** Nobody reads BullMQ's events here; some are kept for those who look into Redis. */
const eventsKept = 200

/** BullMQ's queues for one source, one of entries and one for the sync of the whole, and where our own notes of it stand. */
export class SourceQueues {
  readonly entries: Queue
  readonly syncs: Queue
  readonly notes: SourceNotes
  readonly #parts: SourceQueuesParts
  readonly #workers: Worker[] = []
  #entryWorker: Worker | undefined
  #syncWorker: Worker | undefined

  constructor(parts: SourceQueuesParts) {
    this.#parts = parts
    // BullMQ's names must not hold a colon.
    const name = encodeURIComponent(parts.source)
    const options = { ...this.#common(), streams: { events: { maxLen: eventsKept } } }
    this.entries = new Queue(`${name}.entries`, options)
    this.syncs = new Queue(`${name}.sync`, options)
    for (const queue of [this.entries, this.syncs]) queue.on('error', (err) => this.#quietly(err))
    this.notes = new SourceNotes(parts.connection.client, `${parts.prefix}:${name}`)
  }

  /** The worker that takes entries, made when it is first needed: those that only add need none. */
  entryWorker(): Worker {
    this.#entryWorker ??= this.#worker(this.entries.name, mostTakeovers - 1)
    return this.#entryWorker
  }

  syncWorker(): Worker {
    this.#syncWorker ??= this.#worker(this.syncs.name, Number.MAX_SAFE_INTEGER)
    return this.#syncWorker
  }

  /** When the sync that is planned is due, in ms since 1970. */
  async syncDueAt(): Promise<number | undefined> {
    const delayed = this.syncs.keys.delayed ?? ''
    const [, score] = await this.#parts.connection.client.zrange(delayed, 0, 0, { WITHSCORES: true })
    // BullMQ multiplies the time so that jobs of one millisecond keep their order.
    return score === undefined ? undefined : Math.floor(Number(score) / 0x1000)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.map((worker) => worker.close(true)), this.entries.close(), this.syncs.close()])
  }

  #common() {
    const { connection, prefix } = this.#parts
    // Its own check would write to the console; ours is in doctor and says what to do.
    // Nor may it wait for a connection: one that it has waited for in vain it never tries again.
    return { connection: connection.client, prefix, skipVersionCheck: true, skipWaitingForReady: true }
  }

  /** Fetched from by hand, in batches; BullMQ's own loop takes one job at a time. */
  #worker(name: string, maxStalledCount: number): Worker {
    const { leaseMs, retries } = this.#parts
    const options = {
      ...this.#common(),
      autorun: false,
      lockDuration: leaseMs,
      stalledInterval: Math.ceil(leaseMs / 2),
      maxStalledCount,
      settings: { backoffStrategy: (attempts: number) => backoffMs(retries, attempts) },
    }
    // Without the second connection that a worker of BullMQ's opens to wait for jobs, which this one never does.
    const worker = new Worker(name, null, options, (queue, its) => createRedisBackend(queue, its))
    worker.on('error', (err) => this.#quietly(err))
    this.#workers.push(worker)
    void worker.startStalledCheckTimer()
    return worker
  }

  /** Whoever asks something of the queue is told of the same. */
  #quietly(err: Error): void {
    const { connection, log, source } = this.#parts
    log.debug({ err: connection.withoutSecrets(err), source }, 'BullMQ reports')
  }
}
