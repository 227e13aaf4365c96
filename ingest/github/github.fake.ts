import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { runFakeGraphql } from './github-graphql.fake.ts'
import { commentRows, type FakeIssue, filteredIssues, issueRow } from './github-issues.fake.ts'
import { FakeRepository } from './github-repository.fake.ts'

export interface FakeGithubOptions {
  /** The only token that is accepted; absent: none is known, and everybody may read. */
  token?: string | undefined
  /** Shown only with the token. */
  isPrivate?: boolean | undefined
  /** Addresses as an Enterprise Server has them. */
  isEnterprise?: boolean | undefined
  /** Entries after which a recursive tree is cut off. */
  treeLimit?: number | undefined
  /** Files after which a comparison is cut off. */
  compareLimit?: number | undefined
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

interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
  /** Instead of JSON. */
  text?: string
}

const owner = 'acme'
const site = 'https://github.example'
const docs = 'https://docs.github.com/rest'

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
  readonly #options: FakeGithubOptions
  readonly #faults: { path: RegExp; fault: Fault; times: number }[] = []
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      send(response, { status: 500, body: { message: String(error) } }, {})
    })
  })
  #origin = ''
  #isReachable = true
  #hungUp = Promise.withResolvers<void>()

  private constructor(repository: FakeRepository, options: FakeGithubOptions) {
    this.repository = repository
    this.#options = options
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
    const isHidden = this.#options.isPrivate === true && authorization === undefined
    return [
      path,
      method !== 'GET' || isHidden || path === 'elsewhere' ? notFound : await this.#rest(path, url, request),
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
    const parts = { repository, fullName, brokenBlame, content: (sha: string) => this.#content(sha) }
    const issues = () => [...this.issues.values()]
    return { status: 200, body: await runFakeGraphql({ ...parts, issues }, query, variables) }
  }

  async #rest(path: string, url: URL, request: IncomingMessage): Promise<Reply> {
    const [, area = '', ...rest] = path.split('/')
    const name = rest.join('/')
    if (path === '') return this.#about()
    if (area === 'issues') return this.#issues(rest, url)
    if (path.startsWith('/repositories/2/issues/')) return this.#movedIssue(Number(rest.at(-1)))
    if (this.repository.isEmpty) {
      return { status: 409, body: { message: 'Git Repository is empty.', documentation_url: docs, status: '409' } }
    }
    if (area === 'commits' && name === '') return this.#history(url.searchParams)
    if (area === 'commits') return this.#commit(name, request.headers.accept ?? '')
    if (area === 'compare') return this.#compare(name)
    if (area === 'branches' && name === '') return this.#names('heads', url)
    if (area === 'tags' && name === '') return this.#names('tags', url)
    if (area !== 'git') return notFound
    const sha = rest.slice(1).join('/')
    if (rest[0] === 'trees') return this.#tree(sha, url.searchParams.has('recursive'))
    if (rest[0] === 'blobs') return this.#blob(sha)
    return rest[0] === 'commits' ? this.#gitCommit(sha) : notFound
  }

  #about(): Reply {
    const body = { id: 1, name: this.repo, full_name: this.fullName, default_branch: 'main' }
    return { status: 200, body: { ...body, html_url: `${site}/${this.fullName}`, private: false, archived: false } }
  }

  async #commit(ref: string, accept: string): Promise<Reply> {
    const sha = await this.repository.resolve(ref)
    if (sha === undefined) return { status: 422, body: { message: `No commit found for SHA: ${ref}`, status: '422' } }
    if (!accept.includes('application/vnd.github.sha')) throw new Error('the stand-in gives the SHA alone')
    return { status: 200, text: sha, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' } }
  }

  async #history(query: URLSearchParams): Promise<Reply> {
    const limit = Number(query.get('per_page') ?? 30)
    const commits = await this.repository.history(query.get('sha') ?? 'HEAD', query.get('path') ?? undefined, limit)
    return {
      status: 200,
      body: commits.map(({ sha, date }) => ({
        sha,
        commit: { author: { date }, committer: { date: hourLater(date) } },
      })),
    }
  }

  async #gitCommit(sha: string): Promise<Reply> {
    const commit = await this.repository.commitOf(sha)
    if (commit === undefined) return notFound
    return {
      status: 200,
      body: {
        sha,
        author: { date: commit.date },
        committer: { date: hourLater(commit.date) },
        tree: { sha: commit.tree },
      },
    }
  }

  async #tree(sha: string, isRecursive: boolean): Promise<Reply> {
    const tree = await this.repository.tree(sha, isRecursive)
    if (tree === undefined) return notFound
    const { treeLimit = 100_000 } = this.#options
    const isTruncated = isRecursive && tree.length > treeLimit
    const shown = isTruncated ? tree.slice(0, treeLimit) : tree
    return { status: 200, body: { sha, url: `${this.apiUrl}/git/trees/${sha}`, tree: shown, truncated: isTruncated } }
  }

  #blob(sha: string): Reply {
    if (this.brokenBlobs.has(sha)) return { status: 503, body: { message: 'No server is currently available' } }
    const bytes = this.#content(sha)
    if (bytes === undefined) return notFound
    // GitHub breaks the lines of base64 after 60 characters.
    const content = bytes.toString('base64').replace(/.{60}/g, '$&\n')
    return { status: 200, body: { sha, size: bytes.length, encoding: 'base64', content } }
  }

  #content(sha: string): Buffer | undefined {
    const bytes = this.brokenBlobs.has(sha) ? undefined : this.repository.blob(sha)
    if (bytes !== undefined) this.contentsRead.push(sha)
    return bytes
  }

  async #compare(basehead: string): Promise<Reply> {
    const [base = '', head = ''] = basehead.split('...')
    if ((await this.repository.resolve(base)) === undefined) return notFound
    const compared = await this.repository.compare(base, head)
    if (compared === undefined)
      return { ...notFound, body: { message: `No common ancestor between ${base} and ${head}.` } }
    const { ahead, behind, files, common } = compared
    const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
    const shown = files.slice(0, this.#options.compareLimit ?? 300)
    const counts = { ahead_by: ahead, behind_by: behind, total_commits: ahead }
    return { status: 200, body: { status, ...counts, merge_base_commit: { sha: common }, commits: [], files: shown } }
  }

  async #names(kind: 'heads' | 'tags', url: URL): Promise<Reply> {
    return this.#page(
      (await this.repository.names(kind)).map((name) => ({ name })),
      url,
    )
  }

  #issues([number, part]: readonly string[], url: URL): Reply {
    if (!this.issuesEnabled) {
      return { status: 410, body: { message: 'Issues has been disabled in this repository.', status: '410' } }
    }
    if (number === undefined) {
      const rows = filteredIssues([...this.issues.values()], url.searchParams)
      return this.#page(
        rows.map((issue) => issueRow(issue, this.apiUrl, this.fullName)),
        url,
      )
    }
    const departed = this.departed.get(Number(number))
    if (departed === 'gone') return { status: 410, body: { message: 'This issue was deleted', status: '410' } }
    if (departed !== undefined) return moved(`${this.apiUrl}/repositories/2/issues/${departed.to}`)
    const issue = this.issues.get(Number(number))
    if (issue === undefined) return notFound
    if (part === undefined) return { status: 200, body: issueRow(issue, this.apiUrl, this.fullName) }
    return part === 'comments' ? this.#page(commentRows(issue), url) : notFound
  }

  #movedIssue(number: number): Reply {
    const at = new Date('2025-01-01T00:00:00Z')
    const labels = [...new Set([...this.issues.values()].flatMap((issue) => issue.labels))]
    const issue = {
      number,
      title: 'Elsewhere',
      body: '',
      author: null,
      assignees: [],
      labels,
      pull: false,
      comments: [],
    }
    const row = issueRow({ ...issue, createdAt: at, updatedAt: at, closedAt: null }, this.apiUrl, `${owner}/other`)
    return { status: 200, body: row }
  }

  #page(rows: readonly unknown[], url: URL): Reply {
    const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
    const page = Number(url.searchParams.get('page') ?? 1)
    const last = Math.ceil(rows.length / size)
    const to = (number: number, rel: string) => {
      const link = new URL(url)
      link.searchParams.set('page', String(number))
      return `<${link}>; rel="${rel}"`
    }
    const links = page < last ? { link: [to(page + 1, 'next'), to(last, 'last')].join(', ') } : undefined
    return { status: 200, body: rows.slice((page - 1) * size, page * size), ...(links && { headers: links }) }
  }
}

const GraphqlRequest = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).default({}) })
const json = 'application/json; charset=utf-8'
const notFound: Reply = { status: 404, body: { message: 'Not Found', documentation_url: docs, status: '404' } }

function moved(to: string): Reply {
  return { status: 301, headers: { location: to }, body: { message: 'Moved Permanently', url: to } }
}

function limitReached(isAuthorised: boolean): Reply {
  const message = isAuthorised ? 'API rate limit exceeded for user ID 1.' : 'API rate limit exceeded for 127.0.0.1.'
  return { status: 403, body: { message, documentation_url: docs, status: '403' } }
}

function hourLater(date: Date): Date {
  return new Date(date.getTime() + 3_600_000)
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
