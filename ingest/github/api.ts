import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { ApiBudget } from '../source.ts'
import { failedCall, GithubAnswerError, GithubLimitedError, githubError } from './errors.ts'
import type { Gate } from './gate.ts'

export interface GithubApiParts {
  /** `https://api.github.com`, `https://HOST/api/v3` of an Enterprise Server, or a server that stands in. */
  apiUrl: string
  owner: string
  repo: string
  token?: string | undefined
  gate: Gate
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** One answer: what was asked for, or that it hasn't changed since the tag that was sent. */
export type Answer<Data> = { kind: 'new'; data: Data; etag?: string | undefined } | { kind: 'unchanged' }

export interface GraphqlAnswer<Data> {
  data: Data
  errors: readonly GraphqlFault[]
}

export interface GraphqlFault {
  type: string
  message: string
  /** Where in the answer something is missing. */
  path: readonly (string | number)[]
}

const Fault = z.object({
  type: z.string().catch(''),
  message: z.string().catch(''),
  path: z.array(z.union([z.string(), z.number()])).catch([]),
})
const GraphqlBody = z.object({ data: z.unknown(), errors: z.array(Fault).default([]) })

/** Redirects of one call that are followed: a repository renamed twice, and some to spare. */
const maxRedirects = 5
/** A single answer takes no longer, or it's asked for again. 100 MB in 2 minutes is 7 Mbit/s. */
const requestTimeoutMs = 120_000
const closingBrace = 0x7d
const closingBracket = 0x5d
/** For calls without a signal; none of ours. */
const never = new AbortController().signal
/** Asked again after 1, 4 and 9 seconds. */
const maxRetries = 3
/** Refusals of one call for a limit that are waited out. */
const maxLimitWaits = 5
/** Seconds to wait at a limit where GitHub doesn't say how long. */
const fallbackWaitS = 60
/** These don't get better by asking again; 403 and 429 are the throttling plugin's. */
const notRetried = [304, 400, 401, 403, 404, 409, 410, 422, 429, 451]

/**
 * GitHub's REST and GraphQL APIs for one repository: calls are counted, limits waited out at the gate, answers that break off
 * asked for again, every wait ends with its signal, and what goes wrong is an OpsError.
 */
export class GithubApi {
  readonly #parts: GithubApiParts
  readonly #octokit: Octokit
  readonly #host: string
  #calls = 0
  #budget: ApiBudget | undefined
  #owner: string
  #repo: string

  constructor(parts: GithubApiParts) {
    this.#parts = { ...parts, apiUrl: parts.apiUrl.replace(/\/+$/, '') }
    this.#host = new URL(parts.apiUrl).host
    this.#owner = parts.owner
    this.#repo = parts.repo
    this.#octokit = this.#connect()
  }

  /** HTTP requests made, the repeated and redirected ones too. */
  get calls(): number {
    return this.#calls
  }

  get withToken(): boolean {
    return this.#parts.token !== undefined
  }

  /** Calls left in this hour, as the last answer said; undefined before the first. */
  get remaining(): number | undefined {
    return this.#budget?.left
  }

  get budget(): ApiBudget | undefined {
    return this.#budget
  }

  get fullName(): string {
    return `${this.#owner}/${this.#repo}`
  }

  /** The repository has another name by now: asked for by that one, no call has to be made twice. */
  moveTo(fullName: string): void {
    const [owner, repo] = fullName.split('/')
    if (owner !== undefined && repo !== undefined) [this.#owner, this.#repo] = [owner, repo]
  }

  /**
   * Reads from a path below `/repos/{owner}/{repo}`; `{name}` in it is filled in from the parameters, the others go into the query.
   * @throws {OpsError}
   */
  async get<Data>(
    path: string,
    parameters: Readonly<Record<string, string | number>>,
    shape: z.ZodType<Data>,
    signal: AbortSignal,
  ): Promise<Data> {
    const answer = await this.getIfChanged(path, parameters, undefined, shape, signal)
    if (answer.kind === 'new') return answer.data
    throw new GithubAnswerError('304 to a call without conditions')
  }

  /** As `get`, sending the tag of an earlier answer. */
  async getIfChanged<Data>(
    path: string,
    parameters: Readonly<Record<string, string | number>>,
    etag: string | undefined,
    shape: z.ZodType<Data>,
    signal: AbortSignal,
  ): Promise<Answer<Data>> {
    const { accept, ...rest } = parameters
    const headers = {
      ...(accept === undefined ? {} : { accept: String(accept) }),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    }
    const repository = { owner: this.#owner, repo: this.#repo }
    try {
      const request = { signal }
      const route = `GET /repos/{owner}/{repo}${path}`
      const response = await this.#octokit.request(route, { ...repository, ...rest, headers, request })
      const read = shape.safeParse(response.data)
      if (read.success) return { kind: 'new', data: read.data, etag: response.headers.etag }
      throw new GithubAnswerError(`${path}: ${z.prettifyError(read.error)}`, read.error)
    } catch (error) {
      signal.throwIfAborted()
      if (etag !== undefined && failedCall(error)?.status === 304) return { kind: 'unchanged' }
      throw this.#explained(error)
    }
  }

  /**
   * Asks GraphQL; the query has `$owner` and `$repo`. What failed inside an otherwise usable answer stands in `errors`; the caller's shape must allow for nulls.
   * @throws {OpsError} When there is no answer at all. It isn't asked for again: a query that timed out will do so again.
   */
  async graphql<Data>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    shape: z.ZodType<Data>,
    signal: AbortSignal,
  ): Promise<GraphqlAnswer<Data>> {
    for (let waits = 0; ; waits++) {
      const { data, errors } = GraphqlBody.parse(await this.#graphqlBody(query, variables, signal))
      // The throttling plugin sees this only where the path begins with /graphql, so not on an Enterprise Server.
      const limited = errors.some((fault) => fault.type === 'RATE_LIMITED')
      if (limited && this.#limited(fallbackWaitS, waits, 'hourly')) continue
      if (limited) throw new GithubLimitedError(errors[0]?.message)
      const read = shape.safeParse(data)
      if (read.success) return { data: read.data, errors }
      throw new GithubAnswerError(errors[0]?.message ?? z.prettifyError(read.error), read.error)
    }
  }

  async #graphqlBody(query: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal) {
    const request = { signal, retries: 0 }
    try {
      const response = await this.#octokit.request({
        method: 'POST',
        url: this.#graphqlUrl(),
        query,
        variables: { ...variables, owner: this.#owner, repo: this.#repo },
        request,
      })
      if (GraphqlBody.safeParse(response.data).success) return response.data
      throw new GithubAnswerError('no GraphQL answer')
    } catch (error) {
      signal.throwIfAborted()
      // The retry plugin throws away an answer whose first error is a timeout; what else stands in it is good.
      const failed = failedCall(error)
      if (failed !== undefined && failed.status >= 500 && GraphqlBody.safeParse(failed.data).success) return failed.data
      throw this.#explained(error)
    }
  }

  #explained(error: unknown): Error {
    return githubError(error, { repository: this.fullName, withToken: this.withToken, host: this.#host })
  }

  /** `/graphql` beside the REST API; an Enterprise Server has them at /api/v3 and /api/graphql. */
  #graphqlUrl(): string {
    const { apiUrl } = this.#parts
    return apiUrl.endsWith('/api/v3') ? apiUrl.replace(/v3$/, 'graphql') : `${apiUrl}/graphql`
  }

  #connect(): Octokit {
    const { apiUrl, token } = this.#parts
    const quiet = () => undefined
    // Registered first, so that ours stands between the plugins and each single attempt.
    const Patient = Octokit.plugin(
      (octokit) => {
        octokit.hook.before('request', ({ request }) => this.#pause(request?.retryCount ?? 0, request?.signal))
        return {}
      },
      throttling,
      retry,
    )
    return new Patient({
      baseUrl: apiUrl,
      auth: token,
      userAgent: 'nightdesk',
      // A failed call is thrown, and told by whoever catches it.
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      request: { fetch: (url: string, init: RequestInit) => this.#fetch(url, init) },
      // Both plugins would wait by timers that nobody can abort: they decide, and #pause waits.
      throttle: {
        id: crypto.randomUUID(),
        retryAfterBaseValue: 0,
        fallbackSecondaryRateRetryAfter: fallbackWaitS,
        onRateLimit: (seconds, _options, _octokit, count) => this.#limited(seconds, count, 'hourly'),
        onSecondaryRateLimit: (seconds, _options, _octokit, count) => this.#limited(seconds, count, 'short-term'),
      },
      retry: { retries: maxRetries, retryAfterBaseValue: 0, doNotRetry: notRetried },
    })
  }

  async #pause(retries: number, signal: AbortSignal = never): Promise<void> {
    const { gate, sleep } = this.#parts
    signal.throwIfAborted()
    // Whoever was held back has waited enough: a refusal for a limit counts as a retry, too.
    const wasHeld = await gate.pass(signal)
    if (retries > 0 && !wasHeld) await sleep(retries ** 2 * 1000, signal)
  }

  /** @returns Whether it's worth trying again once the gate has opened. */
  #limited(seconds: number, earlier: number, kind: 'hourly' | 'short-term'): boolean {
    if (earlier >= maxLimitWaits) return false
    const remedy = this.withToken ? '' : ' With a GITHUB_TOKEN it would allow 5,000 calls an hour instead of 60.'
    return this.#parts.gate.close(seconds * 1000, `GitHub's ${kind} limit of calls is used up.${remedy}`)
  }

  /** One attempt: redirects are followed by hand, to count them and to keep the token at home. */
  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const timeout = AbortSignal.timeout(requestTimeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
    let at = url
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      this.#calls++
      const response = await fetch(at, { ...init, redirect: 'manual', signal })
      this.#heed(response.headers)
      const location = response.headers.get('location')
      if (response.status < 301 || response.status > 308 || response.status === 304 || location === null) {
        return await whole(response)
      }
      await response.body?.cancel()
      const next = new URL(location, at)
      if (next.origin !== new URL(at).origin) break
      at = next.href
    }
    throw new Error('GitHub redirects in a way that nobody should follow')
  }

  #heed(headers: Headers): void {
    const [left, limit, reset] = ['remaining', 'limit', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`))
    // GraphQL has a budget of its own.
    if (left == null || headers.get('x-ratelimit-resource') === 'graphql') return
    this.#budget = { left: Number(left), limit: Number(limit ?? left), resetsAt: new Date(Number(reset ?? 0) * 1000) }
  }
}

/** Reads the body to its end here, since Octokit takes one that breaks off for an empty one. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response
  const bytes = new Uint8Array(await response.arrayBuffer())
  const last = bytes.findLast((byte) => byte > 0x20)
  const isJson = headers.get('content-type')?.startsWith('application/json') === true
  if (isJson && status === 200 && last !== closingBrace && last !== closingBracket) {
    throw new Error('GitHub broke off in the middle of its answer')
  }
  const bodiless = status === 204 || status === 205 || status === 304
  return new Response(bodiless ? null : bytes, { status, statusText, headers })
}
