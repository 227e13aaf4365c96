import { randomUUID } from 'node:crypto'
import type { Log } from '#runtime/log.ts'
import {
  type Claim,
  type EntryClaim,
  type FailedEntry,
  type FoundEntry,
  type Pause,
  type QueueCounts,
  type RetryRule,
  type Settlement,
  type SyncClaim,
  type SyncQueue,
  usualLeaseMs,
  usualRetries,
} from '../sync-queue.ts'
import { claimed } from './claiming.ts'
import { entryOptions, markOf, nameOf, surveyedPriority, syncOptions } from './jobs.ts'
import { RedisConnection } from './redis-connection.ts'
import { type HeldJob, settleEntries, settleSync, tolerantly } from './settling.ts'
import { countsOf } from './source-counts.ts'
import { SourceQueues } from './source-queues.ts'

export interface BullmqQueueParts {
  /** redis:// or rediss:// */
  url: string
  log: Log
  /** Before every key, so that several installations can share one Redis. Default `nightdesk`. */
  prefix?: string | undefined
  /** Default 30 s. */
  leaseMs?: number | undefined
  retries?: RetryRule | undefined
}

interface Held extends HeldJob {
  claim: Claim
}

/**
 * BullMQ on Redis, for workers on several machines. Entries of a source wait in one queue, jobs deduplicated by their name,
 * its syncs in another. Dead letters are kept in a note of ours instead of among BullMQ's failed jobs, so that an entry that is
 * retried can't run beside the job of a newer change.
 */
export class BullmqQueue implements SyncQueue {
  readonly leaseMs: number
  readonly #connection: RedisConnection
  readonly #parts: BullmqQueueParts & { prefix: string; retries: RetryRule }
  readonly #sources = new Map<string, SourceQueues>()
  readonly #held = new Map<string, Held>()

  /** Nothing is asked of Redis before it is needed. */
  constructor(parts: BullmqQueueParts) {
    const { url, log, prefix = 'nightdesk', retries = usualRetries, leaseMs = usualLeaseMs } = parts
    this.#parts = { ...parts, prefix, retries }
    this.leaseMs = leaseMs
    this.#connection = new RedisConnection({ url, log })
  }

  async plan(source: string, { everyMs, firstInMs }: { everyMs: number; firstInMs: number }, signal: AbortSignal) {
    await this.#connection.ask(async () => {
      const queues = await this.#listed(source)
      await queues.notes.saveSync({ ...(await queues.notes.sync()), everyMs })
      // Where one is planned or running already, this is no second one.
      await queues.syncs.add('sync', {}, { ...syncOptions(false), delay: Math.min(firstInMs, everyMs) })
      const [planned] = await queues.syncs.getDelayed(0, 0)
      const dueAt = planned === undefined ? undefined : await queues.syncDueAt()
      if (planned !== undefined && dueAt !== undefined && dueAt > Date.now() + everyMs) {
        await tolerantly(() => planned.changeDelay(everyMs))
      }
    }, signal)
  }

  async unplan(source: string, signal: AbortSignal): Promise<void> {
    await this.#connection.ask(async () => {
      const queues = this.#queuesOf(source)
      await queues.syncs.obliterate({ force: true })
      await queues.entries.obliterate({ force: true })
      await queues.notes.forgetAll()
      await this.#connection.client.hdel(this.#sourcesKey(), source)
      this.#sources.delete(source)
      await queues.close()
    }, signal)
  }

  async request(source: string, entries: readonly string[] | 'all', signal: AbortSignal): Promise<void> {
    await this.#connection.ask(async () => {
      const queues = await this.#listed(source)
      if (entries === 'all') {
        await queues.syncs.add('sync', {}, { ...syncOptions(true), delay: 0 })
        return
      }
      if (entries.length === 0) return
      // Never the same twice, so that whatever was found before counts as old.
      const jobs = [...new Set(entries)].map((entry) => ({ entry, mark: randomUUID() }))
      await queues.notes.mark(jobs)
      await queues.notes.forgetFailures(entries)
      await queues.entries.addBulk(
        jobs.map((data) => ({ name: 'entry', data, opts: entryOptions(data.entry, this.#parts.retries) })),
      )
    }, signal)
  }

  async addEntries(source: string, entries: readonly FoundEntry[], signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return
    await this.#connection.ask(async () => {
      const queues = await this.#listed(source)
      const jobs = entries.map((found) => ({ ...found, mark: markOf(found) }))
      const failures = await queues.notes.failuresOf(jobs.map(({ entry }) => entry))
      // Noted before they are added: a job that waits already with something else found is known to be old.
      await queues.notes.mark(jobs)
      await queues.entries.addBulk(
        jobs.map((data, at) => {
          const failure = failures[at]
          const isSame = failure?.mark === data.mark
          const opts = { ...entryOptions(data.entry, this.#parts.retries, !isSame), priority: surveyedPriority }
          const lastAttempt = failure?.state === 'dead' && isSame
          return { name: 'entry', data, opts: lastAttempt ? { ...opts, attempts: 1 } : opts }
        }),
      )
    }, signal)
  }

  async addLeads(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return
    await this.#connection.ask(async () => {
      const queues = await this.#listed(source)
      const failures = await queues.notes.failuresOf(entries)
      const unknown = entries.filter((_, at) => failures[at] === undefined)
      await queues.entries.addBulk(
        unknown.map((entry) => {
          const opts = { ...entryOptions(entry, this.#parts.retries), priority: surveyedPriority }
          return { name: 'entry', data: { entry, mark: '' }, opts: { ...opts, deduplication: { id: nameOf(entry) } } }
        }),
      )
    }, signal)
  }

  async dropEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return
    await this.#connection.ask(async () => {
      const queues = this.#queuesOf(source)
      await queues.notes.forgetFailures(entries)
      for (const entry of entries) {
        const id = await queues.entries.getDeduplicationJobId(nameOf(entry))
        // Where it is running, it is not removed.
        if (id !== null) await tolerantly(() => queues.entries.remove(id))
      }
    }, signal)
  }

  async takeSync(source: string, signal: AbortSignal): Promise<SyncClaim | undefined> {
    return await this.#connection.askToTheEnd(async () => {
      const queues = this.#queuesOf(source)
      if ((await queues.notes.pause()) !== undefined) return undefined
      const token = randomUUID()
      const job = await queues.syncWorker().getNextJob(token, { block: false })
      if (job === undefined) return undefined
      const claim: SyncClaim = { kind: 'sync', id: token, source }
      this.#held.set(claim.id, { claim, token, job })
      return claim
    }, signal)
  }

  async takeEntries(source: string, limit: number, signal: AbortSignal): Promise<EntryClaim[]> {
    return await this.#connection.askToTheEnd(async () => {
      const queues = this.#queuesOf(source)
      if ((await queues.notes.pause()) !== undefined) return []
      const worker = queues.entryWorker()
      const token = randomUUID()
      // The first one also moves those whose delay is over to where the others wait.
      const first = await worker.getNextJob(token, { block: false })
      if (first === undefined) return []
      const { wait = 0, prioritized = 0 } = await queues.entries.getJobCounts('wait', 'prioritized')
      const more = Array.from({ length: Math.min(limit - 1, wait + prioritized) }, () =>
        worker.getNextJob(token, { block: false }),
      )
      const jobs = [first, ...(await Promise.all(more))].filter((job) => job !== undefined)
      const held = await claimed(queues, { source, token, jobs })
      for (const one of held) this.#held.set(one.claim.id, one)
      return held.map(({ claim }) => claim)
    }, signal)
  }

  async renew(claims: readonly Claim[], signal: AbortSignal): Promise<Claim[]> {
    return await this.#connection.ask(async () => {
      const lost = claims.filter(({ id }) => !this.#held.has(id))
      const held = claims.flatMap(({ id }) => this.#held.get(id) ?? [])
      const byWorker = Map.groupBy(held, ({ claim, job }) => JSON.stringify([claim.source, job.queueName]))
      for (const group of byWorker.values()) {
        const [one] = group
        if (one === undefined) continue
        const queues = this.#queuesOf(one.claim.source)
        const isSync = one.job.queueName === queues.syncs.name
        const worker = isSync ? queues.syncWorker() : queues.entryWorker()
        const tokens = group.map(({ token }) => token)
        const notRenewed = new Set(
          await worker.extendJobLocks(
            group.map(({ job }) => job.id ?? ''),
            tokens,
            this.leaseMs,
          ),
        )
        lost.push(...group.filter(({ job }) => notRenewed.has(job.id ?? '')).map(({ claim }) => claim))
      }
      const lostIds = new Set(lost.map(({ id }) => id))
      for (const id of lostIds) this.#held.delete(id)
      return claims.filter(({ id }) => lostIds.has(id))
    }, signal)
  }

  async settle(settlements: readonly Settlement[], signal: AbortSignal): Promise<void> {
    await this.#connection.ask(async () => {
      const work = settlements.flatMap(({ claim, outcome }) => {
        const held = this.#held.get(claim.id)
        return held === undefined ? [] : [{ ...held, outcome }]
      })
      const bySource = Map.groupBy(work, ({ claim }) => claim.source)
      for (const [source, group] of bySource) {
        const queues = this.#queuesOf(source)
        const [syncs, entries] = [[...group], [...group]].map((all, at) =>
          all.filter(({ job }) => (job.queueName === queues.syncs.name) === (at === 0)),
        )
        for (const { job, token, outcome } of syncs ?? [])
          await settleSync(queues, { job, token }, outcome, this.#parts.retries)
        await settleEntries(queues, entries ?? [])
      }
      for (const { claim } of settlements) this.#held.delete(claim.id)
    }, signal)
  }

  async pause(source: string, pause: Pause, signal: AbortSignal): Promise<void> {
    await this.#connection.ask(async () => {
      await (await this.#listed(source)).notes.notePause(pause)
    }, signal)
  }

  async counts(signal: AbortSignal): Promise<QueueCounts[]> {
    return await this.#connection.ask(async () => {
      const counts: QueueCounts[] = []
      for (const source of await this.#known()) {
        counts.push(await countsOf(source, this.#queuesOf(source)))
      }
      return counts
    }, signal)
  }

  async failures(source: string | undefined, signal: AbortSignal): Promise<FailedEntry[]> {
    return await this.#connection.ask(async () => {
      const failures: FailedEntry[] = []
      for (const known of source === undefined ? await this.#known() : [source]) {
        const queues = this.#queuesOf(known)
        for (const [entry, { state, reason, attempts, failedAt }] of await queues.notes.failures())
          failures.push({ source: known, entry, state, reason, attempts, failedAt: new Date(failedAt) })
      }
      return failures.toSorted((one, other) => other.failedAt.getTime() - one.failedAt.getTime())
    }, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]()
    for (const queues of this.#sources.values()) await queues.close()
  }

  #queuesOf(source: string): SourceQueues {
    const opened = this.#sources.get(source)
    if (opened !== undefined) return opened
    const { prefix, retries, log } = this.#parts
    const parts = { connection: this.#connection, prefix, source, leaseMs: this.leaseMs, retries, log }
    const queues = new SourceQueues(parts)
    this.#sources.set(source, queues)
    return queues
  }

  /** As `#queuesOf`, of a source that is listed from now on. */
  async #listed(source: string): Promise<SourceQueues> {
    await this.#connection.client.hset(this.#sourcesKey(), { [source]: '' })
    return this.#queuesOf(source)
  }

  #sourcesKey(): string {
    return `${this.#parts.prefix}:sources`
  }

  async #known(): Promise<string[]> {
    return Object.keys(await this.#connection.client.hgetall(this.#sourcesKey())).toSorted()
  }
}
