import { setTimeout as sleep } from 'node:timers/promises'
import { QdrantClient } from '@qdrant/js-client-rest'
import { z } from 'zod'
import type { OpsError } from '#runtime/errors.ts'
import { reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import {
  QdrantAnswerError,
  QdrantBusyError,
  QdrantFullError,
  QdrantKeyError,
  QdrantRefusedError,
  QdrantUnreachableError,
} from './errors.ts'

export interface QdrantConnectionOptions {
  url: string
  apiKey?: string | undefined
  log: Log
  /** Pause before the first retry; each further one takes twice as long. Default 100. */
  retryDelayMs?: number | undefined
  /** Default: 5 s for a read, 60 s for a write. */
  timeoutMs?: number | undefined
}

export type QdrantApi = ReturnType<QdrantClient['api']>

/** Somebody waits for a read, so it gives up sooner than a write, which a sync would have to do all over again. */
const patience = {
  read: { tries: 3, timeoutMs: 5000, mostDelayMs: 1000 },
  write: { tries: 7, timeoutMs: 60_000, mostDelayMs: 10_000 },
} as const

export type Patience = keyof typeof patience

/** So many requests are under way at once; more wait here, so that a burst doesn't pile up over there. */
const connections = 16

/** Qdrant's own port, also where an address names none. */
const usualPort = 6333

/** How the client tells that a request was answered with anything but success. */
const Refusal = z.object({
  status: z.number(),
  data: z.unknown().optional(),
})
const RateLimited = z.object({ retry_after: z.number() })
const Said = z.object({ status: z.object({ error: z.string() }) })

interface Failure {
  error: OpsError
  retryAfterMs: number
  /** There was no answer in time. */
  late: boolean
}

/** One Qdrant server: retries what may pass, names what fails, and takes an answer only as far as it is understood. */
export class QdrantConnection {
  readonly host: string
  readonly #api: QdrantApi
  readonly #options: QdrantConnectionOptions

  constructor(options: QdrantConnectionOptions) {
    const address = addressOf(options.url)
    this.host = `${address.host}:${address.port}`
    this.#options = options
    this.#api = new QdrantClient({
      ...address,
      // As a header of ours, since the client writes to the console about a key over plain HTTP.
      headers: options.apiKey === undefined ? {} : { 'api-key': options.apiKey },
      checkCompatibility: false,
      maxConnections: connections,
      // Ours below, since the client's own replaces the caller's signal.
      timeout: Number.POSITIVE_INFINITY,
    }).api()
  }

  /** @returns The `result` of the answer. @throws {OpsError} When it stays out of reach, or refuses. */
  async ask<Result>(
    kind: Patience,
    call: (api: QdrantApi, init: RequestInit) => Promise<{ data: unknown }>,
    result: z.ZodType<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { tries, mostDelayMs } = patience[kind]
    let delayMs = this.#options.retryDelayMs ?? 100
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      const answer = await this.#once(kind, call, signal)
      if (answer.kind === 'answered') return this.#understood(answer.data, result)
      const { error, retryAfterMs } = answer.failure
      if (!error.retryable || attempt >= tries || (kind === 'read' && answer.failure.late)) throw error
      this.#options.log.debug({ host: this.host, reason: error.message, attempt }, 'asking Qdrant again')
      // Half of it at random, so that several processes don't come back all at once.
      const pauseMs = Math.max(retryAfterMs, delayMs / 2 + (delayMs / 2) * Math.random())
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
      delayMs = Math.min(mostDelayMs, delayMs * 2)
    }
  }

  async #once(
    kind: Patience,
    call: (api: QdrantApi, init: RequestInit) => Promise<{ data: unknown }>,
    signal: AbortSignal,
  ): Promise<{ kind: 'answered'; data: unknown } | { kind: 'failed'; failure: Failure }> {
    const timeoutMs = this.#options.timeoutMs ?? patience[kind].timeoutMs
    const deadline = AbortSignal.timeout(timeoutMs)
    try {
      const { data } = await call(this.#api, { signal: AbortSignal.any([signal, deadline]) })
      return { kind: 'answered', data }
    } catch (cause) {
      signal.throwIfAborted()
      return {
        kind: 'failed',
        failure: this.#failureOf(cause, deadline.aborted ? `no answer in ${timeoutMs} ms` : undefined),
      }
    }
  }

  #failureOf(cause: unknown, lateness: string | undefined): Failure {
    const limited = RateLimited.safeParse(cause)
    if (limited.success) {
      const error = new QdrantBusyError(this.host, 429, 'too many requests', { cause })
      return { error, retryAfterMs: limited.data.retry_after * 1000, late: false }
    }
    const refusal = Refusal.safeParse(cause)
    if (lateness === undefined && refusal.success) {
      return { error: this.#refusal(refusal.data, cause), retryAfterMs: 0, late: false }
    }
    const error = new QdrantUnreachableError(this.host, lateness ?? networkReason(cause), { cause })
    return { error, retryAfterMs: 0, late: lateness !== undefined }
  }

  #refusal({ status, data }: z.infer<typeof Refusal>, cause: unknown): OpsError {
    const parsed = Said.safeParse(data)
    const said = parsed.success ? parsed.data.status.error : `HTTP status ${status}`
    if (status === 401 || status === 403) return new QdrantKeyError(this.host, { cause })
    if (status === 507) return new QdrantFullError(this.host, said, { cause })
    if (status === 429 || status === 408 || status >= 500)
      return new QdrantBusyError(this.host, status, said, { cause })
    return new QdrantRefusedError(this.host, status, said, { cause })
  }

  /** Of the server, `1.19.0` say. */
  async version(signal: AbortSignal): Promise<string> {
    const Root = z.object({ version: z.string() })
    const asked = async (api: QdrantApi, init: RequestInit) => ({ data: { result: (await api.root({}, init)).data } })
    return (await this.ask('read', asked, Root, signal)).version
  }

  #understood<Result>(data: unknown, result: z.ZodType<Result>): Result {
    const parsed = z.object({ result }).safeParse(data)
    if (!parsed.success) throw new QdrantAnswerError(this.host, { cause: parsed.error })
    return parsed.data.result
  }
}

function addressOf(address: string): { host: string; port: number; https: boolean; prefix: string } {
  const url = new URL(address)
  const https = url.protocol === 'https:'
  // A URL forgets a port that is its scheme's own, which here is not what stands for none.
  const named = /^[a-z]+:\/\/[^/]*:(\d+)(?:[/?#]|$)/i.exec(address)?.[1]
  const prefix = url.pathname.replace(/\/+$/, '')
  return { host: url.hostname, port: named === undefined ? usualPort : Number(named), https, prefix }
}

/** What a failed `fetch` says for itself is only that it failed. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0])
  return reasonOf(cause ?? error)
}
