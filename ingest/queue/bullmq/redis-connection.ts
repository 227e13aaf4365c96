import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Log } from '#runtime/log.ts'
import { QueueClosedError, QueueUnavailableError } from '../errors.ts'
import { RedisReplyError, type Reply, ReplyReader } from './redis-replies.ts'

export type Argument = string | number | Uint8Array

/** For one command; Redis works through one after the other, and ours take milliseconds. */
const answerWithinMs = 15_000
const connectWithinMs = 5000
/** After a failed attempt, whoever asks is told of it at once. */
const betweenAttemptsMs = 500

interface Waiting {
  resolve: (reply: Reply) => void
  reject: (error: Error) => void
  since: number
}

interface Link {
  socket: Socket
  waiting: Waiting[]
  /** Lua scripts that this server has been told; one that was started anew knows none. */
  scripts: Set<string>
}

/**
 * One connection to a Redis server, made when it is first needed and again whenever it was lost: by whoever asks next, so that
 * nothing goes on in the background. A command that was under way when the connection broke is not sent again, since it may
 * have been carried out.
 */
export class RedisConnection implements AsyncDisposable {
  readonly #url: URL
  readonly #log: Log
  #link: Promise<Link> | undefined
  #current: Link | undefined
  #failure: { error: Error; at: number } | undefined
  #isClosed = false
  #watch: NodeJS.Timeout | undefined

  constructor({ url, log }: { url: string; log: Log }) {
    this.#url = new URL(url)
    this.#log = log
  }

  /** Host and port, without any password. */
  get where(): string {
    return `redis://${this.#url.host}`
  }

  /** @throws {QueueUnavailableError} When it can't be reached. */
  async connected(): Promise<void> {
    await this.#open()
  }

  /**
   * Sends commands together. With `atomically`, nobody else's come between, and all or none are carried out.
   * @returns A reply each; one that Redis refused is a RedisReplyError.
   * @throws {QueueUnavailableError} When there is no answer.
   */
  async send(commands: readonly (readonly Argument[])[], atomically = false): Promise<readonly Reply[]> {
    const link = await this.#open()
    if (!atomically) return await this.#exchange(link, commands)
    const replies = await this.#exchange(link, [['MULTI'], ...commands, ['EXEC']])
    const executed = replies.at(-1)
    if (Array.isArray(executed)) return executed
    throw executed instanceof RedisReplyError ? executed : new RedisReplyError('EXEC was refused')
  }

  /** @throws {RedisReplyError} When Redis refuses it. @throws {QueueUnavailableError} When there is no answer. */
  async command(...command: readonly Argument[]): Promise<Reply> {
    const [reply = null] = await this.send([command])
    if (reply instanceof RedisReplyError) throw reply
    return reply
  }

  /** Makes the server know these scripts, so that EVALSHA works. */
  async loadScripts(scripts: readonly { sha: string; lua: string }[]): Promise<void> {
    const link = await this.#open()
    const unknown = scripts.filter(({ sha }) => !link.scripts.has(sha))
    if (unknown.length === 0) return
    const replies = await this.#exchange(
      link,
      unknown.map(({ lua }) => ['SCRIPT', 'LOAD', lua]),
    )
    const refused = replies.find((reply) => reply instanceof RedisReplyError)
    if (refused instanceof RedisReplyError) throw refused
    for (const { sha } of unknown) link.scripts.add(sha)
  }

  /** For a server that has forgotten its scripts. */
  async forgetScripts(): Promise<void> {
    ;(await this.#open()).scripts.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const link = await this.#link?.catch(() => undefined)
    if (link !== undefined) this.#lose(link, new QueueClosedError('The connection to Redis is closed'))
  }

  async #open(): Promise<Link> {
    if (this.#isClosed) throw new QueueClosedError('The connection to Redis is closed')
    if (this.#link !== undefined) return await this.#link
    if (this.#failure !== undefined && performance.now() - this.#failure.at < betweenAttemptsMs) {
      throw this.#failure.error
    }
    this.#link = this.#connect().catch((error: unknown) => {
      this.#link = undefined
      throw this.#unavailable(error)
    })
    const link = await this.#link
    if (this.#failure !== undefined) this.#log.info({ redis: this.where }, 'Redis answers again')
    this.#failure = undefined
    return link
  }

  async #connect(): Promise<Link> {
    const socket = await openSocket(this.#url)
    const reader = new ReplyReader()
    const link: Link = { socket, waiting: [], scripts: new Set() }
    this.#current = link
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of reader.push(chunk)) link.waiting.shift()?.resolve(reply)
      } catch (error) {
        this.#lose(link, error)
      }
    })
    socket.on('error', (error) => this.#lose(link, error))
    socket.on('close', () => this.#lose(link, new Error('Redis closed the connection')))
    this.#watch = setInterval(() => this.#watchOver(link), 1000).unref()
    for (const greeting of greetings(this.#url)) {
      const [reply] = await this.#exchange(link, [greeting])
      if (reply instanceof RedisReplyError) {
        this.#lose(link, reply)
        throw reply
      }
    }
    return link
  }

  async #exchange(link: Link, commands: readonly (readonly Argument[])[]): Promise<readonly Reply[]> {
    const since = performance.now()
    const replies = commands.map(
      () => new Promise<Reply>((resolve, reject) => link.waiting.push({ resolve, reject, since })),
    )
    link.socket.write(Buffer.concat(commands.map(encoded)))
    return await Promise.all(replies)
  }

  #watchOver(link: Link): void {
    const [oldest] = link.waiting
    if (oldest !== undefined && performance.now() - oldest.since > answerWithinMs)
      this.#lose(link, new Error(`no answer within ${answerWithinMs / 1000} s`))
  }

  #lose(link: Link, cause: unknown): void {
    const waiting = link.waiting.splice(0)
    if (!link.socket.destroyed) link.socket.destroy()
    // What an earlier connection still has to say is no news.
    if (this.#current === link) {
      clearInterval(this.#watch)
      this.#current = undefined
      this.#link = undefined
    }
    if (waiting.length === 0) return
    const error = this.#isClosed ? new QueueClosedError('The connection to Redis is closed') : this.#unavailable(cause)
    for (const { reject } of waiting) reject(error)
  }

  #unavailable(cause: unknown): Error {
    if (cause instanceof QueueUnavailableError) return cause
    const remedy = 'Check that Redis runs and that REDIS_URL is right; syncing goes on as soon as it answers.'
    const error = new QueueUnavailableError(this.where, remedy, { cause })
    this.#failure = { error, at: performance.now() }
    return error
  }
}

function openSocket(url: URL): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? 6379 : Number(url.port)
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket =
    url.protocol === 'rediss:'
      ? connectTls({ host, port, servername: host }, () => resolve(socket))
      : connectTcp({ host, port }, () => resolve(socket))
  socket.setNoDelay(true).setKeepAlive(true, 10_000)
  const timer = setTimeout(() => {
    socket.destroy()
    reject(new Error(`no connection within ${connectWithinMs / 1000} s`))
  }, connectWithinMs)
  socket.once('error', reject)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.off('error', reject)
  })
}

/** What an address says of user, password and database is said first. */
function greetings(url: URL): (readonly Argument[])[] {
  const user = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const database = url.pathname.replace(/^\//, '')
  return [
    ...(password === '' ? [] : [user === '' ? ['AUTH', password] : ['AUTH', user, password]]),
    ...(database === '' ? [] : [['SELECT', database]]),
    ['CLIENT', 'SETNAME', 'nightdesk'],
  ]
}

function encoded(command: readonly Argument[]): Buffer {
  const pieces: Buffer[] = [Buffer.from(`*${command.length}\r\n`)]
  for (const argument of command) {
    const bytes = argument instanceof Uint8Array ? Buffer.from(argument) : Buffer.from(String(argument))
    pieces.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(pieces)
}
