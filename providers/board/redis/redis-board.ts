import { Redis } from 'ioredis'
import type { Board } from '../board.ts'
import { BoardUnavailableError } from './errors.ts'

const connectWithinMs = 4_000
const answerWithinMs = 3_000
const longestRetryMs = 1_000

/** What the processes of several machines share, in one Redis. */
export class RedisBoard implements Board {
  readonly #redis: Redis
  readonly #prefix: string
  #connecting: Promise<unknown> | undefined

  /** @param url redis:// or rediss:// @param prefix Of the keys; installations that share a Redis each need their own. */
  constructor({ url, prefix = 'nightdesk:board:' }: { url: string; prefix?: string | undefined }) {
    this.#prefix = prefix
    this.#redis = new Redis(url, {
      connectionName: 'nightdesk-board',
      lazyConnect: true,
      // Nothing is kept for later: who asks while Redis is away is told at once, and asks again by itself.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: connectWithinMs,
      commandTimeout: answerWithinMs,
      retryStrategy: (attempt) => Math.min(50 * attempt, longestRetryMs),
    })
    // Each command that fails tells of it.
    this.#redis.on('error', () => undefined)
  }

  async add(topic: string, amounts: ReadonlyMap<string, number>, keepMs: number, signal: AbortSignal): Promise<void> {
    const key = this.#prefix + topic
    await this.#ask(async () => {
      const whole = this.#redis.multi()
      for (const [name, amount] of amounts) whole.hincrbyfloat(key, name, amount)
      whole.pexpire(key, keepMs)
      for (const [error] of (await whole.exec()) ?? []) if (error !== null) throw error
    }, signal)
  }

  async put(topic: string, name: string, value: string | undefined, signal: AbortSignal): Promise<void> {
    const key = this.#prefix + topic
    await this.#ask(
      () => (value === undefined ? this.#redis.hdel(key, name) : this.#redis.hset(key, name, value)),
      signal,
    )
  }

  async read(topic: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries(await this.#ask(() => this.#redis.hgetall(this.#prefix + topic), signal)))
  }

  async #ask<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    try {
      if (this.#redis.status === 'wait') this.#connecting = this.#redis.connect()
      await this.#connecting
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      throw new BoardUnavailableError(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect()
  }
}
