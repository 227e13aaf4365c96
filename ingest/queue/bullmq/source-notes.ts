import type { IRedisClient } from 'bullmq'
import { z } from 'zod'
import type { Pause } from '../sync-queue.ts'
import { forgetMarks, notePause } from './scripts.ts'

const Failure = z.object({
  state: z.enum(['delayed', 'dead']),
  reason: z.string(),
  attempts: z.number(),
  failedAt: z.number(),
  mark: z.string(),
})
export type Failure = z.infer<typeof Failure>

const SyncState = z.object({
  everyMs: z.number().optional(),
  /** Failed ones in a row. */
  attempts: z.number().default(0),
  failure: z.string().optional(),
})
export type SyncState = z.infer<typeof SyncState>

const PauseNote = z.object({ until: z.number(), reason: z.string() })

export interface Marked {
  entry: string
  mark: string
}

/** What we note of a source beside BullMQ's jobs. */
export class SourceNotes {
  readonly #client: IRedisClient
  readonly #keys: { marks: string; failures: string; pause: string; sync: string }

  /** @param at Before the name of every key. */
  constructor(client: IRedisClient, at: string) {
    this.#client = client
    this.#client.defineCommand('note-pause', notePause)
    this.#client.defineCommand('forget-marks', forgetMarks)
    const key = (what: string) => `${at}.${what}`
    this.#keys = { marks: key('marks'), failures: key('failures'), pause: key('pause'), sync: key('sync-state') }
  }

  /** Says what is known of entries now, so that a job that knows something else is known to be old. */
  async mark(entries: readonly Marked[]): Promise<void> {
    await this.#client.hset(this.#keys.marks, Object.fromEntries(entries.map(({ entry, mark }) => [entry, mark])))
  }

  /** In the order of the entries; null: none. */
  async marks(entries: readonly string[]): Promise<(string | null)[]> {
    return entries.length === 0 ? [] : await this.#client.hmget(this.#keys.marks, ...entries)
  }

  /** Forgets marks that nobody has changed since, and failures. */
  async finished(entries: readonly Marked[]): Promise<void> {
    if (entries.length === 0) return
    await this.forgetFailures(entries.map(({ entry }) => entry))
    const pairs = entries.flatMap(({ entry, mark }) => [entry, mark])
    await this.#client.runCommand('forget-marks', [this.#keys.marks, ...pairs])
  }

  async failures(): Promise<Map<string, Failure>> {
    const notes = Object.entries(await this.#client.hgetall(this.#keys.failures))
    return new Map(notes.map(([entry, text]) => [entry, Failure.parse(JSON.parse(text))]))
  }

  /** In the order of the entries. */
  async failuresOf(entries: readonly string[]): Promise<(Failure | undefined)[]> {
    const notes = await this.#client.hmget(this.#keys.failures, ...entries)
    return notes.map((text) => (text === null ? undefined : Failure.parse(JSON.parse(text))))
  }

  async noteFailure(entry: string, failure: Failure): Promise<void> {
    await this.#client.hset(this.#keys.failures, { [entry]: JSON.stringify(failure) })
  }

  async forgetFailures(entries: readonly string[]): Promise<void> {
    await this.#client.hdel(this.#keys.failures, ...entries)
  }

  async pause(): Promise<Pause | undefined> {
    const text = await this.#client.get(this.#keys.pause)
    if (text === null) return undefined
    const { until, reason } = PauseNote.parse(JSON.parse(text))
    return { until: new Date(until), reason }
  }

  /** A longer one stays. It is forgotten by itself. */
  async notePause({ until, reason }: Pause): Promise<void> {
    const ms = Math.ceil(until.getTime() - Date.now())
    if (ms <= 0) return
    const note = JSON.stringify({ until: until.getTime(), reason })
    await this.#client.runCommand('note-pause', [this.#keys.pause, until.getTime(), ms, note])
  }

  async sync(): Promise<SyncState> {
    const text = await this.#client.get(this.#keys.sync)
    return SyncState.parse(text === null ? {} : JSON.parse(text))
  }

  async saveSync(state: SyncState): Promise<void> {
    await this.#client.set(this.#keys.sync, JSON.stringify(state))
  }

  async forgetAll(): Promise<void> {
    await this.#client.del(...Object.values(this.#keys))
  }
}
