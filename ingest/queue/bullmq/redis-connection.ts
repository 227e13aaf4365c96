import { once } from 'node:events'
import { createIORedisClient, type IRedisClient } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { ConfigError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { QueueClosedError, QueueUnavailableError } from '../errors.ts'

/** For the network alone. */
const connectWithinMs = 4000
/** After that a connection is cut that Redis doesn't close. */
const disconnectWithinMs = 500
/** Until Redis is ready to work, which it isn't while it reads what it had written. */
const readyWithinMs = 6000
/** For one command; Redis works through one after the other, and ours take milliseconds. */
const usualAnswerMs = 10_000
/** Between attempts to connect again; whoever asks meanwhile is told at once that Redis is away. */
const longestRetryMs = 1000

export interface RedisConnectionParts {
  /** redis:// or rediss:// */
  url: string
  log: Log
  /** Default 10 s. */
  answerWithinMs?: number | undefined
}

/**
 * The one connection to Redis of a process, ioredis's. It is made when it is first needed. Nothing is kept for later while
 * Redis is away, and a command that was under way when the connection broke is not sent again, since it may have been carried
 * out: whoever asks is told, and decides when to ask again.
 */
export class RedisConnection implements AsyncDisposable {
  /** As BullMQ wants it. What it throws may hold the password; `ask` and `withoutSecrets` take care of that. */
  readonly client: IRedisClient
  /** Host and port, without any password. */
  readonly where: string
  readonly #redis: Redis
  readonly #closing = new AbortController()
  /** Why there is no connection now, as far as is known. */
  #trouble: Error | undefined
  #connecting: Promise<void> | undefined

  /** @throws {ConfigError} When the address can't be read. */
  constructor({ url, log, answerWithinMs = usualAnswerMs }: RedisConnectionParts) {
    this.#redis = redisAt(url, {
      connectionName: 'nightdesk',
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // What waits for its answer fails as soon as the connection breaks.
      maxRetriesPerRequest: 0,
      connectTimeout: connectWithinMs,
      disconnectTimeout: disconnectWithinMs,
      commandTimeout: answerWithinMs,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(50 * attempt, longestRetryMs),
    })
    this.#redis.on('error', (error: Error) => this.#noteTrouble(error))
    this.#redis.on('ready', () => {
      if (this.#trouble !== undefined) log.info({ redis: this.where }, 'Redis answers again')
      this.#trouble = undefined
    })
    this.where = `redis://${new URL(url).host}`
    this.client = createIORedisClient(this.#redis)
  }

  /**
   * Does something with `client`, once there is a connection. When the signal aborts, what was begun goes on by itself.
   * @throws {QueueUnavailableError} When Redis can't be reached, refuses it, or doesn't answer.
   */
  async ask<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#connected(signal)
    return await raced(this.#explaining(work), signal)
  }

  /** As `ask`, but what was begun is waited for; its answer may be all that is known of it. */
  async askToTheEnd<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#connected(signal)
    return await this.#explaining(work)
  }

  /** An error of ioredis holds the command that failed, and so the password where that was refused. */
  withoutSecrets(error: Error): Error {
    const { password } = this.#redis.options
    const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
    // Where a name has several addresses, the error has no words of its own.
    const words = error.message === '' && code !== undefined ? code : error.message
    return new Error(password ? words.replaceAll(password, '[redacted]') : words)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#closing.abort()
    const ended = this.#redis.status === 'ready' ? once(this.#redis, 'end') : undefined
    this.#redis.disconnect()
    await ended?.catch(() => undefined)
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async #connected(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#isClosed) throw closed()
    if (this.#redis.status === 'ready') return
    if (this.#redis.status === 'reconnecting' && this.#trouble !== undefined) throw this.#unavailable(this.#trouble)
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    await raced(this.#connecting, signal)
  }

  async #connect(): Promise<void> {
    const within = AbortSignal.any([AbortSignal.timeout(readyWithinMs), this.#closing.signal])
    const ready = once(this.#redis, 'ready', { signal: within })
    const { status } = this.#redis
    // Why it fails is told as an event.
    if (status === 'wait' || status === 'end') this.#redis.connect().catch(() => undefined)
    try {
      await ready
    } catch (error) {
      if (this.#isClosed) throw closed()
      this.#trouble ??= new Error(`not ready within ${readyWithinMs / 1000} s`)
      throw this.#unavailable(error instanceof Error && error.name !== 'AbortError' ? error : this.#trouble)
    }
  }

  /** Tells what is wrong with Redis as an error of ours; whatever else goes wrong, as it is. */
  async #explaining<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error) || !isOfRedis(error)) throw error
      if (this.#isClosed) throw closed()
      // Whether it is slow or gone without a word can't be told from here; a new connection finds out.
      if (error.message === timedOut && this.#redis.status === 'ready') this.#redis.disconnect(true)
      throw this.#unavailable(error)
    }
  }

  #noteTrouble(error: Error): void {
    this.#trouble = error
    // ioredis would go on in another database when the one that was asked for is refused.
    if (error.name === 'ReplyError') this.#redis.disconnect(true)
  }

  #unavailable(cause: Error): QueueUnavailableError {
    // Such as WRONGPASS, OOM or READONLY; what follows may repeat what was sent.
    const [refusal] = cause.name === 'ReplyError' ? (/^[A-Z]{4,}\b/.exec(cause.message) ?? []) : []
    const said = refusal === undefined ? '' : `Redis said ${refusal}. `
    const remedy = `${said}Check that Redis runs and that REDIS_URL is right; syncing goes on as soon as it answers.`
    return new QueueUnavailableError(this.where, remedy, { cause: this.withoutSecrets(cause) })
  }
}

function redisAt(url: string, options: RedisOptions): Redis {
  try {
    return new Redis(url, options)
  } catch {
    // What it throws may quote the address, and the password with it.
    throw new ConfigError('REDIS_URL: cannot be read; in its user name and password % is written %25, @ %40 and / %2F')
  }
}

const timedOut = 'Command timed out'
/** What ioredis says of connections, in errors without a name or a code. */
const ofConnections = [
  'Connection is closed.',
  "Stream isn't writeable and enableOfflineQueue options is false",
  timedOut,
]
const namesOfRedis = ['ReplyError', 'AbortError', 'MaxRetriesPerRequestError']

function isOfRedis(error: Error): boolean {
  return namesOfRedis.includes(error.name) || ofConnections.includes(error.message) || 'syscall' in error
}

function closed(): QueueClosedError {
  return new QueueClosedError('The queue is closed')
}

async function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const giveUp = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
