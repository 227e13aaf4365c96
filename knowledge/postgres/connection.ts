import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool, type PoolClient } from 'pg'
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'
import { DatabaseClosedError, errorFrom, failureOf } from './errors.ts'

export type Cells = readonly unknown[]

/** Runs one statement. All rows are handed back, each as an array of its cells. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<Cells[]>

export interface ConnectionOptions {
  /** postgres://…, with whatever node-postgres understands after the `?` (sslmode, options, application_name). */
  url: string
  log: Log
  /** Connections of this process. Default 10: PostgreSQL itself allows 100 in all. */
  connections?: number | undefined
  /** Longest that one statement may take. Default 60 s: the largest writes take a few. */
  statementTimeoutMs?: number | undefined
  /** How long a read is tried again while the server is away. Default 3 s: somebody waits for an answer. */
  readPatienceMs?: number | undefined
  /** How long a write is. Default 20 s: a server that crashed is back in a few. */
  writePatienceMs?: number | undefined
}

const connectTimeoutMs = 5000
const firstPauseMs = 30
const longestPauseMs = 1000
/** A conflict ends when the other is done, so that trying again so often is worth it however long each try took. */
const triesOverConflicts = 5

/** A pool of connections to one database, which mends itself when the server went away and came back. */
export class Connection implements AsyncDisposable {
  /** Host and port, for people. */
  readonly host: string
  readonly #pool: Pool
  readonly #log: Log
  readonly #readPatienceMs: number
  readonly #writePatienceMs: number
  #closing: Promise<void> | undefined
  /** A read waited in vain; so that not every question waits as long, the next ones don't, until one is answered. */
  #isAway = false

  constructor(options: ConnectionOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? 60_000
    this.host = new URL(options.url).host
    this.#log = options.log
    this.#readPatienceMs = options.readPatienceMs ?? 3000
    this.#writePatienceMs = options.writePatienceMs ?? 20_000
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connections ?? 10,
      fallback_application_name: 'nightdesk',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      // Where the server itself is stuck, or a cable is cut.
      query_timeout: statementTimeoutMs + connectTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      keepAlive: true,
      allowExitOnIdle: true,
    })
    // Between being made or idle and being used, a connection has no listener of the pool's, and an error without a
    // listener ends the process: what the server says before it dies can arrive together with its last answer.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
    // A connection that breaks while nobody uses it; the pool makes another when one is needed.
    this.#pool.on('error', (err) => this.#log.debug({ err }, 'an idle database connection broke off'))
  }

  /** One statement that changes nothing, tried again while the server is away. */
  read(sql: string, values: readonly unknown[], signal: AbortSignal): Promise<Cells[]> {
    const patienceMs = this.#isAway ? 0 : this.#readPatienceMs
    return this.#patiently(() => this.#once((query) => query(sql, values), signal), patienceMs, signal)
  }

  /**
   * All statements of `run` or none. It is run again when others were in its way or the server went away.
   * @param run Told in `mayBeDone` whether an earlier run may have been committed without our hearing of it.
   */
  write<Result>(run: (query: Query, mayBeDone: boolean) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    let mayBeDone = false
    const inTransaction = async (query: Query) => {
      await query('BEGIN ISOLATION LEVEL READ COMMITTED')
      const result = await run(query, mayBeDone)
      try {
        await query('COMMIT')
      } catch (error) {
        mayBeDone ||= failureOf(error) === 'unreachable'
        throw error
      }
      return result
    }
    return this.#patiently(() => this.#once(inTransaction, signal), this.#writePatienceMs, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#pool.end()
    await this.#closing
  }

  async #patiently<Result>(run: () => Promise<Result>, patienceMs: number, signal: AbortSignal): Promise<Result> {
    const endsAt = performance.now() + patienceMs
    for (let failed = 1; ; failed++) {
      signal.throwIfAborted()
      if (this.#closing !== undefined) throw new DatabaseClosedError('The connection is closed')
      try {
        const result = await run()
        this.#isAway = false
        return result
      } catch (error) {
        signal.throwIfAborted()
        const failure = failureOf(error)
        const isPatient = performance.now() < endsAt
        const mayPass =
          failure === 'conflict' ? isPatient || failed < triesOverConflicts : failure === 'unreachable' && isPatient
        if (!mayPass || this.#closing !== undefined) {
          this.#isAway = failure === 'unreachable'
          throw errorFrom(error, this.host)
        }
        this.#log.debug({ err: error, failed }, 'a database statement is tried again')
        const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failed, 10))
        await pause(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
      }
    }
  }

  /** Whoever gives up is answered at once; the server is told to stop, and the connection is thrown away. */
  async #once<Result>(run: (query: Query) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const connecting = this.#pool.connect()
    const client = await unlessAborted(connecting, signal, () => {
      connecting.then((late) => late.release()).catch(() => undefined)
    })
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    const query: Query = async (text, values = []) => {
      signal.throwIfAborted()
      if (broken !== undefined) throw broken
      const { rows } = await client.query<unknown[]>({ text, values: values.map(storable), rowMode: 'array' })
      return rows
    }
    try {
      const result = await unlessAborted(run(query), signal, () => cancel(client))
      release(client, onError)
      return result
    } catch (error) {
      // A statement that failed by itself left the connection usable, but perhaps a transaction open.
      release(client, onError, true)
      throw error
    }
  }
}

function release(client: PoolClient, onError: (error: Error) => void, broken = false): void {
  client.release(broken)
  client.off('error', onError)
}

/** @param abandon What to do when the signal comes first. What then becomes of `work` is nobody's concern. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal, abandon: () => void): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => {
    abandon()
    reject(signal.reason)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) onAbort()
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What node-postgres knows of a connection and its types don't say. */
const Backend = z.object({ processID: z.number(), secretKey: z.number(), host: z.string(), port: z.number() })

/** "CancelRequest" (postgresql.org/docs/current/protocol-message-formats.html). */
const cancelRequestCode = 80877102

/** Asks the server, over another connection as the protocol has it, to stop what this one is doing. */
function cancel(client: PoolClient): void {
  const backend = Backend.safeParse(client)
  if (!backend.success) return
  const { processID, secretKey, host, port } = backend.data
  const request = Buffer.alloc(16)
  for (const [index, word] of [request.length, cancelRequestCode, processID, secretKey].entries())
    request.writeInt32BE(word, index * 4)
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.setTimeout(connectTimeoutMs, () => socket.destroy())
  socket.on('error', () => undefined)
  socket.end(request)
}

/** The character NUL is the one that no PostgreSQL can hold. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return withoutNul(value)
  return Array.isArray(value)
    ? value.map((each: unknown) => (typeof each === 'string' ? withoutNul(each) : each))
    : value
}

function withoutNul(text: string): string {
  return text.includes('\u0000') ? text.replaceAll('\u0000', '\ufffd') : text
}
