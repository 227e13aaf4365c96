import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { runFakeGraphql } from './github-graphql.fake.ts'
import type { FakeIssue } from './github-issues.fake.ts'
import { FakeRepository } from './github-repository.fake.ts'
import { answerRest, docs, moved, notFound, type Reply } from './github-rest.fake.ts'

export interface FakeGithubOptions {
  /** The only token that is accepted; absent: none is known, and everybody may read. */
  token?: string | undefined
  /** Shown only with the token. */
  isPrivate?: boolean | undefined
  /** Addresses as an Enterprise Server has them. */
  isEnterprise?: boolean | undefined
  /** Entries after which a recursive tree is cut off. */
  treeLimit?: number | undefined
}

export interface FakeRequest {
  method: string
  /** Below `/repos/OWNER/REPO`, decoded, without the query; `graphql` for GraphQL. */
  path: string
  query: URLSearchParams
  status: number
}

/** What goes wrong with a request. */
export type Fault =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: unknown }
  /** Breaks off in the middle of the real body. */
  | { kind: 'broken-off' }
  /** 200 and JSON by its header, but nothing in it. */
  | { kind: 'empty' }
  /** Never answers. */
  | { kind: 'silent' }

const owner = 'acme'

/** GitHub on 127.0.0.1, with one repository: the parts of REST and GraphQL that we use, on the wire as GitHub speaks them. */
export class FakeGithub implements AsyncDisposable {
  readonly repository: FakeRepository
  readonly owner = owner
  /** Names that it had before; they are redirected. */
  readonly formerNames = new Set<string>()
  repo = 'runbooks'
  readonly requests: FakeRequest[] = []
  readonly issues = new Map<number, FakeIssue>()
  /** Deleted: `gone`; moved: the number in the other repository. */
  readonly departed = new Map<number, 'gone' | { to: number }>()
  issuesEnabled = true
  /** The calls that are left in this hour, and when there will be more. */
  readonly budget = { limit: 5000, remaining: 5000, resetAt: new Date(Date.now() + 1_800_000) }
  readonly brokenBlame = new Set<string>()
  readonly brokenBlobs = new Set<string>()
  /** SHAs of the contents that were handed out, by whichever way. */
  readonly contentsRead: string[] = []
  /** A query with more blames takes too long. */
  mostBlames = 100
  readonly treeLimit: number
  readonly #options: FakeGithubOptions
  readonly #faults: { path: RegExp; fault: Fault; times: number }[] = []
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      send(response, { status: 500, body: { message: String(error) } }, {})
    })
  })
  /** Deleted, or hidden from the token: GitHub answers the same. */
  isHidden = false
  #origin = ''
  #isReachable = true
  #hungUp = Promise.withResolvers<void>()

  private constructor(repository: FakeRepository, options: FakeGithubOptions) {
    this.repository = repository
    this.#options = options
    this.treeLimit = options.treeLimit ?? 100_000
  }

  static async start(options: FakeGithubOptions = {}): Promise<FakeGithub> {
    const fake = new FakeGithub(await FakeRepository.create(), options)
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.#server.listen(0, '127.0.0.1', resolve)
    await promise
    const address = fake.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the server has no port')
    fake.#origin = `http://127.0.0.1:${address.port}`
    return fake
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    await promise
    await this.repository[Symbol.asyncDispose]()
  }

  get apiUrl(): string {
    return this.#options.isEnterprise === true ? `${this.#origin}/api/v3` : this.#origin
  }

  get fullName(): string {
    return `${owner}/${this.repo}`
  }

  /** Resolved when a client gave up on a silent answer. */
  get hungUp(): Promise<void> {
    return this.#hungUp.promise
  }

  /** Lets requests go wrong, by their path as in `requests`. */
  fail(path: RegExp, fault: Fault, times = 1): void {
    this.#faults.push({ path, fault, times })
  }

  takeAway(): void {
    this.#isReachable = false
  }

  rename(to: string): void {
    this.formerNames.add(this.repo)
    this.repo = to
  }

  open(issue: Partial<FakeIssue> & { number: number }): FakeIssue {
    const at = issue.createdAt ?? new Date('2025-01-01T00:00:00Z')
    const empty = { title: 'Title', body: 'Body', author: 'alex', assignees: [], labels: [], pull: false, comments: [] }
    const opened = { ...empty, createdAt: at, updatedAt: at, closedAt: null, ...issue }
    this.issues.set(opened.number, opened)
    return opened
  }

  /** Requests to a path so far. */
  countOf(path: RegExp): number {
    return this.requests.filter((request) => path.test(request.path)).length
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isReachable) return void request.socket.destroy()
    const url = new URL(request.url ?? '/', this.#origin)
    const method = request.method ?? 'GET'
    const [path, reply] = await this.#answer(method, url, request)
    const fault = this.#faultFor(path)
    const seen = {
      method,
      path,
      query: url.searchParams,
      status: fault?.kind === 'answer' ? fault.status : reply.status,
    }
    this.requests.push(seen)
    if (fault?.kind === 'silent') return void response.once('close', () => this.#hungUp.resolve())
    if (fault?.kind === 'answer') return send(response, fault, this.#limits(path))
    if (fault?.kind === 'empty') return send(response, { status: 200, text: '' }, { 'content-type': json })
    const etag = `"${createHash('sha256').update(JSON.stringify(reply)).digest('hex')}"`
    if (reply.status === 200 && method === 'GET' && request.headers['if-none-match'] === etag) {
      seen.status = 304
      return send(response, { status: 304, text: '' }, { etag, ...this.#limits(path) })
    }
    if (path !== 'graphql' || reply.status === 200) this.budget.remaining = Math.max(0, this.budget.remaining - 1)
    send(response, reply, { etag, ...this.#limits(path) }, fault?.kind === 'broken-off')
  }

  #faultFor(path: string): Fault | undefined {
    const index = this.#faults.findIndex((each) => each.path.test(path))
    const found = this.#faults[index]
    if (found === undefined) return undefined
    found.times--
    if (found.times === 0) this.#faults.splice(index, 1)
    return found.fault
  }

  #limits(path: string): Record<string, string> {
    const { limit, remaining, resetAt } = this.budget
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(limit - remaining),
      'x-ratelimit-reset': String(Math.ceil(resetAt.getTime() / 1000)),
      'x-ratelimit-resource': path === 'graphql' ? 'graphql' : 'core',
    }
  }

  async #answer(method: string, url: URL, request: IncomingMessage): Promise<[path: string, reply: Reply]> {
    const isGraphql = url.pathname === (this.#options.isEnterprise === true ? '/api/graphql' : '/graphql')
    const [path, redirect] = isGraphql ? ['graphql', undefined] : this.#place(url)
    const authorization = request.headers.authorization?.replace(/^(?:token|bearer) /i, '')
    if (request.headers['user-agent'] === undefined) return [path, { status: 403, text: 'User-Agent is required' }]
    if (authorization !== undefined && authorization !== this.#options.token) {
      return [path, { status: 401, body: { message: 'Bad credentials', documentation_url: docs, status: '401' } }]
    }
    if (this.budget.remaining === 0) return [path, limitReached(authorization !== undefined)]
    if (isGraphql) return [path, method === 'POST' ? await this.#graphql(request, authorization) : notFound]
    if (redirect !== undefined) return [path, redirect]
    const isHidden = this.isHidden || (this.#options.isPrivate === true && authorization === undefined)
    return [
      path,
      method !== 'GET' || isHidden || path === 'elsewhere'
        ? notFound
        : await answerRest(this, path, url, request.headers.accept ?? ''),
    ]
  }

  /** What stands below the repository's address, and where a former name leads. */
  #place(url: URL): [path: string, redirect?: Reply] {
    const base = new URL(this.apiUrl).pathname.replace(/\/$/, '')
    const pathname = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : ''
    const byId = /^\/repositories\/1(?<rest>\/.*)?$/.exec(pathname)
    if (byId) return [decodeURIComponent(byId.groups?.rest ?? '')]
    if (/^\/repositories\/2\/issues\/\d+$/.test(pathname)) return [pathname]
    const [, , place = '', name = '', ...rest] = pathname.split('/')
    const path = rest.map((part) => `/${decodeURIComponent(part)}`).join('')
    if (place.toLowerCase() !== owner) return ['elsewhere']
    if (name.toLowerCase() === this.repo.toLowerCase()) return [path]
    if (!this.formerNames.has(name)) return ['elsewhere']
    const below = pathname
      .split('/')
      .slice(4)
      .map((part) => `/${part}`)
      .join('')
    return [path, moved(`${this.apiUrl}/repositories/1${below}${url.search}`)]
  }

  async #graphql(request: IncomingMessage, authorization: string | undefined): Promise<Reply> {
    if (authorization === undefined) {
      return { status: 401, body: { message: 'This endpoint requires you to be authenticated.', status: '401' } }
    }
    const chunks: Buffer[] = await Array.fromAsync(request)
    const { query, variables } = GraphqlRequest.parse(JSON.parse(Buffer.concat(chunks).toString()))
    if (query.split('blame(').length - 1 > this.mostBlames) {
      const message = 'Something went wrong while executing your query. This may be the result of a timeout.'
      return { status: 502, body: { data: null, errors: [{ message }] } }
    }
    const { repository, fullName, brokenBlame } = this
    const parts = { repository, fullName, brokenBlame, content: (sha: string) => this.content(sha) }
    const issues = () => [...this.issues.values()]
    return { status: 200, body: await runFakeGraphql({ ...parts, issues }, query, variables) }
  }

  content(sha: string): Buffer | undefined {
    const bytes = this.brokenBlobs.has(sha) ? undefined : this.repository.blob(sha)
    if (bytes !== undefined) this.contentsRead.push(sha)
    return bytes
  }
}

const GraphqlRequest = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).default({}) })
const json = 'application/json; charset=utf-8'

function limitReached(isAuthorised: boolean): Reply {
  const message = isAuthorised ? 'API rate limit exceeded for user ID 1.' : 'API rate limit exceeded for 127.0.0.1.'
  return { status: 403, body: { message, documentation_url: docs, status: '403' } }
}

/** The answer to one call too many in a short time. */
export function secondaryLimit(status: 403 | 429, retryAfterS?: number): Fault {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
  const headers = retryAfterS === undefined ? undefined : { 'retry-after': String(retryAfterS) }
  return { kind: 'answer', status, body: { message, documentation_url: docs }, ...(headers && { headers }) }
}

function send(response: ServerResponse, reply: Reply, headers: Record<string, string>, breakOff = false): void {
  const text = reply.text ?? JSON.stringify(reply.body ?? {})
  const bytes = Buffer.from(text)
  const length = reply.status === 304 ? {} : { 'content-length': bytes.length }
  response.writeHead(reply.status, { 'content-type': json, ...headers, ...reply.headers, ...length })
  if (!breakOff) return void response.end(bytes)
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
}
