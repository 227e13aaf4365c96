import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import { QueueClosedError } from '../errors.ts'
import {
  backoffMs,
  type Claim,
  type EntryClaim,
  type FailedEntry,
  type FoundEntry,
  mostTakeovers,
  type Outcome,
  type Pause,
  type QueueCounts,
  type RetryRule,
  type Settlement,
  type SyncClaim,
  type SyncQueue,
  takenOverTooOften,
  usualLeaseMs,
  usualRetries,
} from '../sync-queue.ts'
import { inTransaction, namingQueue, openQueueFile } from './queue-file.ts'
import { statements } from './statements.ts'

export interface SqliteQueueParts {
  path: string
  clock: Clock
  /** Default 30 s. */
  leaseMs?: number | undefined
  retries?: RetryRule | undefined
}

const EntryRow = z.object({
  number: z.number(),
  entry: z.string(),
  found_revision: z.string().nullable(),
  found_replaces: z.string().nullable(),
  attempts: z.number(),
  takeovers: z.number(),
})
const HeldRow = z.object({ attempts: z.number(), again: z.number() })
const SyncRow = HeldRow.extend({ every_ms: z.number().nullable() })
const FailureRow = z.object({
  source: z.string(),
  entry: z.string(),
  state: z.enum(['delayed', 'dead']),
  reason: z.string(),
  attempts: z.number(),
  failed_at: z.number(),
})
const CountsRow = z.object({
  source: z.string(),
  waiting: z.number(),
  running: z.number(),
  delayed: z.number(),
  dead: z.number(),
  sync: z.enum(['idle', 'waiting', 'running']),
  due_at: z.number().nullable(),
  failure: z.string().nullable(),
  until: z.number().nullable(),
  pause_reason: z.string().nullable(),
})

/** A file that the processes of one machine share: `start`, workers and commands. Calls block for milliseconds at most. */
export class SqliteQueue implements SyncQueue {
  readonly leaseMs: number
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #clock: Clock
  readonly #retries: RetryRule
  readonly #sql: ReturnType<typeof statements>
  /** What a claim's row is known by; a row that was taken over has another token. */
  readonly #held = new Map<string, number | string>()

  /** @throws {QueueUnavailableError} When the file can't be used. */
  constructor({ path, clock, leaseMs = usualLeaseMs, retries = usualRetries }: SqliteQueueParts) {
    this.#database = openQueueFile(path)
    this.#sql = statements(this.#database)
    this.#path = path
    this.#clock = clock
    this.leaseMs = leaseMs
    this.#retries = retries
  }

  async plan(source: string, { everyMs, firstInMs }: { everyMs: number; firstInMs: number }, signal: AbortSignal) {
    const now = this.#now()
    this.#write(signal, () => {
      this.#sql.plan.run({ source, everyMs, firstAt: now + Math.min(firstInMs, everyMs), latest: now + everyMs })
    })
  }

  async unplan(source: string, signal: AbortSignal): Promise<void> {
    this.#write(signal, () => {
      for (const statement of this.#sql.unplan) statement.run(source)
    })
  }

  async request(source: string, entries: readonly string[] | 'all', signal: AbortSignal): Promise<void> {
    const now = this.#now()
    this.#write(signal, () => {
      if (entries === 'all') this.#sql.requestSync.run({ source, now })
      else for (const entry of entries) this.#sql.requestEntry.run({ source, entry, now })
    })
  }

  async addEntries(source: string, entries: readonly FoundEntry[], signal: AbortSignal): Promise<void> {
    const now = this.#now()
    const lastAttempt = this.#retries.attempts - 1
    this.#write(signal, () => {
      for (const { entry, revision, replaces } of entries)
        this.#sql.addEntry.run({ source, entry, revision, replaces, now, lastAttempt })
    })
  }

  async addLeads(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    const now = this.#now()
    this.#write(signal, () => {
      for (const entry of entries) this.#sql.addLead.run({ source, entry, now })
    })
  }

  async dropEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    this.#write(signal, () => {
      for (const entry of entries) this.#sql.dropEntry.run(source, entry)
    })
  }

  async takeSync(source: string, signal: AbortSignal): Promise<SyncClaim | undefined> {
    const now = this.#now()
    const due = this.#read(signal, () => this.#sql.dueSync.get({ source, now }))
    if (due === undefined) return undefined
    const token = randomUUID()
    const until = now + this.leaseMs
    const taken = this.#write(signal, () => this.#sql.takeSync.run({ source, now, token, until }).changes)
    if (taken !== 1) return undefined
    this.#held.set(token, source)
    return { kind: 'sync', id: token, source }
  }

  async takeEntries(source: string, limit: number, signal: AbortSignal): Promise<EntryClaim[]> {
    const now = this.#now()
    // Only looking needs no lock, and mostly there is nothing.
    if (this.#read(signal, () => this.#sql.anyEntry.get({ source, now })) === undefined) return []
    return this.#write(signal, () => {
      this.#sql.endHopeless.run({ now, mostTakeovers, reason: takenOverTooOften })
      this.#sql.takeOver.run({ now })
      const rows = z.array(EntryRow).parse(this.#sql.nextEntries.all({ source, now, limit }))
      const token = randomUUID()
      const until = now + this.leaseMs
      return rows.map((row) => {
        this.#sql.takeEntry.run({ number: row.number, token, until })
        const id = `${token}:${row.number}`
        this.#held.set(id, row.number)
        const { entry, attempts, takeovers, found_revision: revision, found_replaces: replaces } = row
        const found = revision === null ? undefined : { revision, replaces }
        return { kind: 'entry', id, source, entry, found, attempts, takeovers }
      })
    })
  }

  async renew(claims: readonly Claim[], signal: AbortSignal): Promise<Claim[]> {
    const until = this.#now() + this.leaseMs
    const lost = this.#write(signal, () =>
      claims.filter((claim) => {
        const [row, token] = this.#keyOf(claim)
        if (row === undefined) return true
        const renewed = typeof row === 'number' ? this.#sql.renewEntry : this.#sql.renewSync
        return renewed.run({ row, token, until }).changes === 0
      }),
    )
    for (const { id } of lost) this.#held.delete(id)
    return lost
  }

  async settle(settlements: readonly Settlement[], signal: AbortSignal): Promise<void> {
    this.#write(signal, () => {
      for (const { claim, outcome } of settlements) {
        const [row, token] = this.#keyOf(claim)
        if (typeof row === 'number') this.#settleEntry({ row, token }, outcome)
        else if (row !== undefined) this.#settleSync({ row, token }, outcome)
      }
    })
    for (const { claim } of settlements) this.#held.delete(claim.id)
  }

  async pause(source: string, { until, reason }: Pause, signal: AbortSignal): Promise<void> {
    this.#write(signal, () => this.#sql.pause.run({ source, until: until.getTime(), reason }))
  }

  async counts(signal: AbortSignal): Promise<QueueCounts[]> {
    const now = this.#now()
    const rows = z.array(CountsRow).parse(this.#read(signal, () => this.#sql.counts.all({ now })))
    return rows.map(({ due_at, failure, until, pause_reason: reason, ...counts }) => ({
      ...counts,
      ...(due_at === null ? {} : { syncDueAt: new Date(due_at) }),
      ...(failure === null ? {} : { syncFailure: failure }),
      ...(until === null || reason === null ? {} : { pause: { until: new Date(until), reason } }),
    }))
  }

  async failures(source: string | undefined, signal: AbortSignal): Promise<FailedEntry[]> {
    const rows = this.#read(signal, () => this.#sql.failures.all({ source: source ?? null }))
    return z
      .array(FailureRow)
      .parse(rows)
      .map(({ failed_at, ...failure }) => ({ ...failure, failedAt: new Date(failed_at) }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  #settleEntry(key: { row: number; token: string }, outcome: Outcome): void {
    const held = HeldRow.optional().parse(this.#sql.heldEntry.get(key))
    if (held === undefined) return
    const now = this.#now()
    if (held.again === 1) this.#sql.lookAgain.run({ ...key, now })
    else if (outcome.kind === 'done') this.#sql.removeEntry.run(key)
    else if (outcome.kind === 'returned') this.#sql.returnEntry.run(key)
    else {
      const attempts = held.attempts + 1
      const dead = !outcome.retry || attempts >= this.#retries.attempts
      const dueAt = now + backoffMs(this.#retries, attempts)
      const failed = { ...key, now, dueAt, attempts, reason: outcome.reason }
      this.#sql.failEntry.run({ ...failed, state: dead ? 'dead' : 'waiting' })
    }
  }

  #settleSync(key: { row: string; token: string }, outcome: Outcome): void {
    const held = SyncRow.optional().parse(this.#sql.heldSync.get(key))
    if (held === undefined) return
    const now = this.#now()
    const everyMs = held.every_ms ?? Number.POSITIVE_INFINITY
    const attempts = outcome.kind === 'failed' ? held.attempts + 1 : outcome.kind === 'done' ? 0 : held.attempts
    let inMs = outcome.kind === 'returned' || held.again === 1 ? 0 : everyMs
    if (outcome.kind === 'failed') inMs = Math.min(everyMs, backoffMs(this.#retries, attempts))
    const dueAt = Number.isFinite(inMs) ? now + inMs : null
    const failure = outcome.kind === 'failed' ? outcome.reason : null
    this.#sql.settleSync.run({ ...key, dueAt, attempts, failure })
  }

  #keyOf(claim: Claim): [row: number | string | undefined, token: string] {
    return [this.#held.get(claim.id), claim.id.split(':')[0] ?? '']
  }

  #now(): number {
    return this.#clock.now().getTime()
  }

  #read<Result>(signal: AbortSignal, run: () => Result): Result {
    signal.throwIfAborted()
    if (!this.#database.isOpen) throw new QueueClosedError('The queue is closed')
    return namingQueue(this.#path, run)
  }

  #write<Result>(signal: AbortSignal, run: () => Result): Result {
    return this.#read(signal, () => inTransaction(this.#database, run))
  }
}
