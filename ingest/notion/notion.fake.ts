import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { enhancedMarkdown } from './notion-markdown.fake.ts'
import { blockObject, databaseObject, dataSourceObject, minutes, pageObject } from './notion-objects.fake.ts'
import { type FakeBlock, type FakePage, FakeWorkspace, rich } from './notion-workspace.fake.ts'

export interface FakeNotionOptions {
  token?: string | undefined
  /** False: the endpoint isn't there. */
  markdown?: boolean | undefined
  /** Blocks after which the markdown endpoint cuts a page off. */
  markdownLimit?: number | undefined
  /** Results after which a query or a search stops. */
  resultLimit?: number | undefined
}

export interface FakeRequest {
  method: string
  /** Below `/v1`. */
  path: string
  status: number
}

/** What goes wrong with a call. */
export type Fault =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: unknown; html?: string }
  /** The connection is closed without an answer. */
  | { kind: 'reset' }
  /** Breaks off in the middle of the real body. */
  | { kind: 'broken-off' }
  /** Answers after so long. */
  | { kind: 'slow'; ms: number }
  /** Never answers. */
  | { kind: 'silent' }
  /** Sends half of its answer, and nothing more. */
  | { kind: 'stalled' }
  /** 200, with something else inside. */
  | { kind: 'body'; body: unknown }

export const rateLimited = (retryAfterS: number): Fault => ({
  kind: 'answer',
  status: 429,
  headers: { 'retry-after': String(retryAfterS) },
  body: { object: 'error', status: 429, code: 'rate_limited', message: 'You have been rate limited.' },
})

interface Reply {
  status: number
  body: unknown
}

const versions = new Set(['2025-09-03', '2026-03-11'])
const Body = z.object({
  start_cursor: z.string().optional(),
  page_size: z.number().int().optional(),
  filter: z.record(z.string(), z.unknown()).optional(),
  sort: z
    .object({ timestamp: z.literal('last_edited_time'), direction: z.enum(['ascending', 'descending']) })
    .optional(),
  sorts: z.array(z.object({ timestamp: z.literal('created_time'), direction: z.literal('ascending') })).optional(),
})
type Body = z.infer<typeof Body>

/** Notion on 127.0.0.1, with one workspace: the calls that we make, on the wire as Notion speaks them. */
export class FakeNotion implements AsyncDisposable {
  readonly workspace = new FakeWorkspace()
  readonly requests: FakeRequest[] = []
  /** Pages that are answered malformed wherever they are listed. */
  readonly malformed = new Set<string>()
  hasMarkdown: boolean
  readonly #options: FakeNotionOptions
  readonly #faults: { path: RegExp; fault: Fault; times: number }[] = []
  #fate: ((path: string) => Fault | undefined) | undefined
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) =>
      send(response, failure(500, 'internal_server_error', String(error))),
    )
  })
  #isReachable = true
  #origin = ''

  private constructor(options: FakeNotionOptions) {
    this.#options = options
    this.hasMarkdown = options.markdown ?? true
  }

  static async start(options: FakeNotionOptions = {}): Promise<FakeNotion> {
    const fake = new FakeNotion(options)
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
  }

  get baseUrl(): string {
    return this.#origin
  }

  get token(): string {
    return this.#options.token ?? 'ntn_nightdesk'
  }

  /** Lets calls go wrong, by their path as in `requests`. */
  fail(path: RegExp, fault: Fault, times = 1): void {
    this.#faults.push({ path, fault, times })
  }

  /** Asked for each call what goes wrong with it. */
  tempt(fate: ((path: string) => Fault | undefined) | undefined): void {
    this.#fate = fate
  }

  takeAway(): void {
    this.#isReachable = false
  }

  countOf(path: RegExp): number {
    return this.requests.filter((request) => path.test(request.path)).length
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isReachable) return void request.socket.destroy()
    const url = new URL(request.url ?? '/', this.#origin)
    const path = url.pathname.replace(/^\/v1/, '')
    const chunks: Buffer[] = await Array.fromAsync(request)
    const fault = this.#faultFor(path) ?? this.#fate?.(path)
    const reply = this.#checked(request, url, path, Buffer.concat(chunks).toString())
    const status = fault?.kind === 'answer' ? fault.status : reply.status
    this.requests.push({ method: request.method ?? 'GET', path, status })
    if (fault?.kind === 'silent') return
    if (fault?.kind === 'reset') return void request.socket.destroy()
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.kind === 'answer') return sendAs(response, fault)
    if (fault?.kind === 'body') return send(response, { status: 200, body: fault.body })
    if (fault?.kind === 'stalled') return void response.writeHead(200).write(JSON.stringify(reply.body).slice(0, 20))
    send(response, reply, fault?.kind === 'broken-off')
  }

  #faultFor(path: string): Fault | undefined {
    const index = this.#faults.findIndex((each) => each.path.test(path))
    const found = this.#faults[index]
    if (found === undefined) return undefined
    if (--found.times === 0) this.#faults.splice(index, 1)
    return found.fault
  }

  #checked(request: IncomingMessage, url: URL, path: string, text: string): Reply {
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      return failure(401, 'unauthorized', 'API token is invalid.')
    }
    const version = request.headers['notion-version']
    if (version === undefined) return failure(400, 'missing_version', 'Notion-Version header failed validation.')
    if (typeof version !== 'string' || !versions.has(version)) {
      return failure(400, 'validation_error', `Notion-Version ${String(version)} is no version.`)
    }
    if (!url.pathname.startsWith('/v1/')) return noSuchCall()
    if (request.method === 'POST') {
      const body = Body.safeParse(text === '' ? {} : JSON.parse(text))
      if (!body.success) return failure(400, 'validation_error', `body failed validation: ${body.error.message}`)
      return this.#post(path, body.data)
    }
    const size = url.searchParams.get('page_size')
    const start = url.searchParams.get('start_cursor')
    const query: Body = {
      ...(size === null ? {} : { page_size: Number(size) }),
      ...(start === null ? {} : { start_cursor: start }),
    }
    return request.method === 'GET' ? this.#get(path, query, url) : noSuchCall()
  }

  #post(path: string, body: Body): Reply {
    if (path === '/search') return this.#search(body)
    const id = /^\/data_sources\/([^/]+)\/query$/.exec(path)?.[1]
    return id === undefined ? noSuchCall() : this.#query(id, body)
  }

  #get(path: string, query: Body, url: URL): Reply {
    const [, kind, id = '', more] =
      /^\/(pages|blocks|databases|data_sources|users|comments)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? []
    const { workspace } = this
    if (kind === 'users') return this.#users(id, query)
    if (kind === 'comments') return this.#comments(url.searchParams.get('block_id') ?? '', query)
    if (!/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/.test(id))
      return failure(400, 'validation_error', 'path failed validation: id should be a valid uuid')
    const isThere = workspace.isVisible(id)
    if (kind === 'pages' && more === 'markdown') return this.#markdown(id)
    if (kind === 'blocks' && more === 'children') return this.#children(id, query)
    const page = workspace.pages.get(id)
    if (kind === 'pages' && page !== undefined && isThere) return { status: 200, body: this.#pageBody(page) }
    const dataSource = workspace.dataSources.get(id)
    if (kind === 'data_sources' && dataSource !== undefined && isThere) {
      return { status: 200, body: dataSourceObject(workspace, dataSource) }
    }
    const sources = workspace.dataSourcesOf(id)
    if (kind === 'databases' && sources.length > 0 && isThere) {
      return { status: 200, body: databaseObject(workspace, id, sources) }
    }
    const block = workspace.blocks.get(id)
    if (kind === 'blocks' && block !== undefined && isThere) return { status: 200, body: blockObject(workspace, block) }
    return kind === undefined || more !== undefined ? noSuchCall() : notFound(kind, id)
  }

  #pageBody(page: FakePage): unknown {
    const body = pageObject(this.workspace, page)
    return this.malformed.has(page.id) ? { ...body, last_edited_time: 'yesterday', properties: null } : body
  }

  #search(body: Body): Reply {
    const { workspace } = this
    const value = body.filter?.value
    const descends = body.sort?.direction !== 'ascending'
    const found = (id: string) => !workspace.notInSearch.has(id) && workspace.isVisible(id) && !workspace.isTrashed(id)
    const pages = [...workspace.pages.values()]
      .filter(({ id }) => found(id))
      .toSorted((one, other) => other.editedAt.getTime() - one.editedAt.getTime())
    const objects = [
      ...(value === 'data_source' ? [] : descends ? pages : pages.toReversed()),
      ...(value === 'page' ? [] : [...workspace.dataSources.values()].filter(({ id }) => found(id))),
    ]
    return this.#list(objects, body, (each) =>
      'databaseId' in each ? dataSourceObject(workspace, each) : this.#pageBody(each),
    )
  }

  #query(id: string, body: Body): Reply {
    const { workspace } = this
    if (!workspace.dataSources.has(id) || !workspace.isVisible(id)) return notFound('data_source', id)
    const since = z.object({ created_time: z.record(z.string(), z.string()) }).safeParse(body.filter).data?.created_time
    const rows = [...workspace.pages.values()]
      .filter((page) => page.above.type === 'data_source_id' && page.above.id === id && !workspace.isTrashed(page.id))
      .filter((page) => isSince(minutes(page.createdAt), since))
      .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
    return this.#list(rows, body, (page) => this.#pageBody(page))
  }

  #children(id: string, query: Body): Reply {
    const { workspace } = this
    if (!workspace.isVisible(id) || workspace.isTrashed(id)) return notFound('block', id)
    const block = workspace.blocks.get(id)
    const from = z.object({ block_id: z.string() }).safeParse(block?.content.synced_from).data?.block_id
    const children =
      workspace.pages.get(id)?.blocks ?? (from === undefined ? block : workspace.blocks.get(from))?.children ?? []
    const isShown = (child: FakeBlock) =>
      child.type !== 'child_page' || !(workspace.pages.get(child.id)?.trashed ?? true)
    return this.#list(children.filter(isShown), query, (child) => blockObject(workspace, child))
  }

  #markdown(id: string): Reply {
    const { workspace } = this
    if (!this.hasMarkdown) return noSuchCall()
    if (!workspace.isVisible(id) || workspace.isTrashed(id)) return notFound('page', id)
    const page = workspace.pages.get(id)
    const block = workspace.blocks.get(id)
    const blocks = page?.blocks ?? (block === undefined ? [] : [block])
    const limit = this.#options.markdownLimit ?? 20_000
    const { markdown, unknown } = enhancedMarkdown({ id }, blocks, {
      limit,
      find: (other) => workspace.blocks.get(other),
    })
    const body = { object: 'page_markdown', id, markdown, truncated: unknown.length > 0, unknown_block_ids: unknown }
    return { status: 200, body }
  }

  #users(id: string, query: Body): Reply {
    const users = [...this.workspace.users].map(([userId, name]) => ({
      object: 'user',
      id: userId,
      name,
      avatar_url: null,
      type: 'person',
      person: {},
    }))
    if (id === 'me')
      return {
        status: 200,
        body: { object: 'user', id: '00000000-0000-4000-8000-0000000000b0', name: 'Nightdesk', type: 'bot' },
      }
    if (id === '') return this.#list(users, query, (user) => user)
    const user = users.find((each) => each.id === id)
    return user === undefined ? notFound('user', id) : { status: 200, body: user }
  }

  #comments(pageId: string, query: Body): Reply {
    if (!this.workspace.isVisible(pageId)) return notFound('block', pageId)
    const comments = this.workspace.comments.filter((comment) => comment.pageId === pageId)
    return this.#list(comments, query, (comment) => ({
      object: 'comment',
      id: '00000000-0000-4000-8000-00000000c0de',
      parent: { type: 'page_id', page_id: pageId },
      discussion_id: '00000000-0000-4000-8000-00000000d15c',
      created_time: comment.at.toISOString(),
      last_edited_time: comment.at.toISOString(),
      created_by: { object: 'user', id: comment.by },
      rich_text: rich(comment.text),
    }))
  }

  #list<Item>(
    all: readonly Item[],
    { page_size: size = 100, start_cursor: cursor }: Body,
    objectOf: (item: Item) => unknown,
  ): Reply {
    if (!Number.isInteger(size) || size < 1 || size > 100) {
      return failure(400, 'validation_error', 'page_size should be ≤ `100`.')
    }
    const limit = this.#options.resultLimit ?? 10_000
    const items = all.slice(0, limit)
    const start = cursor === undefined ? 0 : /^cursor-(\d+)$/.exec(cursor)?.[1]
    if (start === undefined) return failure(400, 'validation_error', 'The start_cursor provided is invalid.')
    const from = Number(start)
    const hasMore = from + size < items.length
    const request_status =
      all.length > limit && !hasMore
        ? { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' }
        : { type: 'complete' }
    const results = items.slice(from, from + size).map(objectOf)
    const next_cursor = hasMore ? `cursor-${from + size}` : null
    return { status: 200, body: { object: 'list', results, next_cursor, has_more: hasMore, request_status } }
  }
}

function isSince(time: string, since: Record<string, string> | undefined): boolean {
  if (since?.on_or_after !== undefined) return time >= minutes(new Date(since.on_or_after))
  return since?.after === undefined || time > minutes(new Date(since.after))
}

function failure(status: number, code: string, message: string): Reply {
  return { status, body: { object: 'error', status, code, message, request_id: '0' } }
}

function noSuchCall(): Reply {
  return failure(400, 'invalid_request_url', 'Invalid request URL.')
}

function notFound(kind: string, id: string): Reply {
  return failure(
    404,
    'object_not_found',
    `Could not find ${kind} with ID: ${id}. Make sure it is shared with your integration.`,
  )
}

function sendAs(response: ServerResponse, fault: Extract<Fault, { kind: 'answer' }>): void {
  const type = fault.html === undefined ? 'application/json' : 'text/html'
  response.writeHead(fault.status, { 'content-type': type, ...fault.headers })
  response.end(fault.html ?? JSON.stringify(fault.body ?? {}))
}

function send(response: ServerResponse, { status, body }: Reply, breakOff = false): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  if (!breakOff) return void response.end(bytes)
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
}
