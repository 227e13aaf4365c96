import { Client } from '@notionhq/client'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import { failedCall, NotionAnswerError, NotionTokenMissingError, notionError } from './errors.ts'
import type { Pace } from './pace.ts'

export type ApiVersion = '2025-09-03' | '2026-03-11'

export interface NotionApiParts {
  token: string | undefined
  /** Without `/v1`. */
  baseUrl: string
  version: ApiVersion
  pace: Pace
  clock: Clock
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** A single answer takes no longer, or it's asked for again. */
  requestTimeoutMs: number
}

/** Asked again after about 1, 2, 4, 8 and 16 seconds. */
const maxRetries = 5
const longestBackoffMs = 30_000
/** Refusals of one call for a limit that are waited out. */
const maxRefusals = 10
/** 400, 401, 403 and 404 don't get better by asking again. */
const isWorthRetrying = (status: number) => status >= 500 || status === 409 || status === 408

/**
 * Notion's API through its client: calls are counted and paced, answers that break off or take too long are asked for again,
 * every wait ends with its signal, answers are checked, and what goes wrong is an OpsError. The client's own retries are
 * off: they can't be aborted, don't know a proxy's HTML 502, and each call would wait for itself alone.
 */
export class NotionApi {
  readonly #parts: NotionApiParts
  readonly #host: string
  #calls = 0

  constructor(parts: NotionApiParts) {
    // The client puts /v1 there itself.
    this.#parts = { ...parts, baseUrl: parts.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '') }
    this.#host = new URL(parts.baseUrl).host
  }

  /** HTTP requests made, the repeated ones too. */
  get calls(): number {
    return this.#calls
  }

  /**
   * @param ask Makes one call; it may be made again, so it must only read.
   * @throws {OpsError}
   */
  async call<Data>(
    ask: (client: Client) => Promise<unknown>,
    shape: z.ZodType<Data>,
    signal: AbortSignal,
  ): Promise<Data> {
    const body = await this.#patiently(ask, signal)
    const read = shape.safeParse(body)
    if (read.success) return read.data
    throw new NotionAnswerError(z.prettifyError(read.error), read.error)
  }

  async #patiently(ask: (client: Client) => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    const { pace, clock, sleep } = this.#parts
    const client = this.#client(signal)
    let refusals = 0
    for (let retries = 0; ; ) {
      await pace.pass(signal)
      try {
        const body = await ask(client)
        pace.succeeded()
        return body
      } catch (error) {
        signal.throwIfAborted()
        const failed = failedCall(error, clock.now())
        const isLimit = failed?.status === 429 || failed?.status === 529
        if (isLimit && refusals++ < maxRefusals && pace.refused(failed.retryAfterMs ?? backoffMs(refusals))) continue
        if (isLimit || retries >= maxRetries || (failed !== undefined && !isWorthRetrying(failed.status))) {
          throw notionError(error, failed, this.#host)
        }
        await sleep(Math.min(longestBackoffMs, failed?.retryAfterMs ?? backoffMs(retries)), signal)
        retries++
      }
    }
  }

  /** One for each call: that is the only way to tell the client's fetch by which signal it ends. */
  #client(signal: AbortSignal): Client {
    const { token, baseUrl, version, requestTimeoutMs } = this.#parts
    if (token === undefined) throw new NotionTokenMissingError()
    return new Client({
      auth: token,
      baseUrl,
      notionVersion: version,
      retry: false,
      // Ours ends earlier, and ends the body too.
      timeoutMs: 2 * requestTimeoutMs,
      logger: () => undefined,
      fetch: (url, init) => this.#fetch(url, init, signal),
    })
  }

  async #fetch(url: string, init: Parameters<NonNullable<ConstructorFetch>>[1], signal: AbortSignal) {
    const timeout = AbortSignal.timeout(this.#parts.requestTimeoutMs)
    this.#calls++
    const response = await fetch(url, {
      ...(init?.method === undefined ? {} : { method: init.method }),
      ...(init?.headers === undefined ? {} : { headers: init.headers }),
      ...(init?.body === undefined ? {} : { body: init.body }),
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = await response.text()
    return { ok: response.ok, status: response.status, headers: response.headers, text: async () => text }
  }
}

type ConstructorFetch = NonNullable<ConstructorParameters<typeof Client>[0]>['fetch']

/** With jitter, so that calls that failed together aren't repeated together. */
function backoffMs(attempt: number): number {
  return Math.min(longestBackoffMs, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2)
}
