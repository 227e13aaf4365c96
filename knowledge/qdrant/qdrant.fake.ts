import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { FakeCollection, type FakePoint, Refusal } from './qdrant-collection.fake.ts'
import {
  ChangeAliases,
  CountPoints,
  CreateCollection,
  CreateFieldIndex,
  DeletePoints,
  GetPoints,
  QueryPoints,
  ScrollPoints,
  UpdateCollection,
  UpsertPoints,
} from './qdrant-requests.fake.ts'

/** `service.max_request_size_mb` as shipped. */
const mostBytes = 32 * 1024 * 1024

export interface FakeRequest {
  method: string
  path: string
  body: unknown
  wait: boolean
}

/** How a request fails: with a status, by a broken connection, or by never being answered. */
export type Fault = { status: number; retryAfter?: number } | 'reset' | 'silence'

export interface FakeQdrantOptions {
  apiKey?: string
  /** Another port than any free one, to come back at the same address. */
  port?: number
}

export interface FakeQdrant extends AsyncDisposable {
  url: string
  port: number
  /** Everything that was asked of it. */
  requests: FakeRequest[]
  collections: Map<string, FakeCollection>
  aliases: Map<string, string>
  /** Asked before each request is looked at; a request that fails changes nothing. */
  fault: (request: FakeRequest) => Fault | undefined
  /** As `fault`, but the work is done and only its answer is lost. */
  lostAnswer: (request: FakeRequest) => Fault | undefined
}

interface Asked {
  server: FakeQdrant
  name: string
  body: unknown
  /** Whether the answer waits until a change can be seen. */
  wait: boolean
}

/** So long a change that nobody waits for can't be seen yet. */
const appliedAfterMs = 30

/**
 * A Qdrant that keeps everything in memory: it speaks the REST API over HTTP, computes what it answers, and refuses what
 * the real one refuses, in its words.
 */
export async function fakeQdrant(options: FakeQdrantOptions = {}): Promise<FakeQdrant> {
  const http = createServer((request, response) => {
    answer(fake, options, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  http.listen(options.port ?? 0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const fake: FakeQdrant = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    collections: new Map(),
    aliases: new Map(),
    fault: () => undefined,
    lostAnswer: () => undefined,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
  return fake
}

async function answer(
  fake: FakeQdrant,
  options: FakeQdrantOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
  const body: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString())
  const asked: FakeRequest = {
    method: request.method ?? '',
    path: decodeURIComponent(pathname),
    body,
    wait: searchParams.get('wait') === 'true',
  }
  fake.requests.push(asked)
  if (options.apiKey !== undefined && request.headers['api-key'] !== options.apiKey) {
    response.writeHead(401).end('Must provide an API key or an Authorization bearer token')
    return
  }
  const fault = fake.fault(asked)
  if (fault !== undefined) return fail(response, fault)
  const { status, content } = outcome(fake, asked, bytes.length)
  const lost = fake.lostAnswer(asked)
  if (lost !== undefined) return fail(response, lost)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content))
}

function fail(response: ServerResponse, fault: Fault): void {
  if (fault === 'silence') return
  if (fault === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }
  response
    .writeHead(fault.status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ status: { error: 'Service internal error: as the test wants it' }, time: 0 }))
}

function outcome(fake: FakeQdrant, { method, path, body, wait }: FakeRequest, bytes: number) {
  try {
    if (bytes > mostBytes) throw new Refusal(413, 'JSON payload is larger than allowed')
    for (const [verb, pattern, work] of routes) {
      const match = pattern.exec(path)
      if (match === null || verb !== method) continue
      if (path === '/') return { status: 200, content: work({ server: fake, name: '', body, wait }) }
      return {
        status: 200,
        content: { result: work({ server: fake, name: match[1] ?? '', body, wait }), status: 'ok', time: 0 },
      }
    }
    throw new Refusal(404, `Not found: ${method} ${path}`)
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof z.ZodError)) throw error
    const status = error instanceof Refusal ? error.status : 400
    const said = error instanceof Refusal ? error.message : `Format error in JSON body: ${z.prettifyError(error)}`
    return { status, content: { status: { error: said }, time: 0 } }
  }
}

function applied({ wait }: Asked, change: () => void) {
  if (wait) change()
  else setTimeout(change, appliedAfterMs).unref()
  return { operation_id: 1, status: wait ? 'completed' : 'acknowledged' }
}

const routes: readonly [string, RegExp, (asked: Asked) => unknown][] = [
  ['GET', /^\/$/, () => ({ title: 'qdrant - vector search engine', version: '1.19.0' })],
  [
    'GET',
    /^\/aliases$/,
    ({ server }) => ({
      aliases: [...server.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
    }),
  ],
  ['POST', /^\/collections\/aliases$/, changeAliases],
  [
    'GET',
    /^\/collections$/,
    ({ server }) => ({ collections: [...server.collections.keys()].map((name) => ({ name })) }),
  ],
  ['GET', /^\/collections\/([^/]+)$/, (asked) => infoOf(found(asked))],
  ['PUT', /^\/collections\/([^/]+)$/, createCollection],
  ['PATCH', /^\/collections\/([^/]+)$/, updateCollection],
  ['DELETE', /^\/collections\/([^/]+)$/, deleteCollection],
  ['PUT', /^\/collections\/([^/]+)\/index$/, createIndex],
  [
    'PUT',
    /^\/collections\/([^/]+)\/points$/,
    (asked) => {
      const [collection, points] = [found(asked), UpsertPoints.parse(asked.body)]
      return applied(asked, () => collection.upsert(points))
    },
  ],
  [
    'POST',
    /^\/collections\/([^/]+)\/points$/,
    (asked) => {
      const { ids, with_payload } = GetPoints.parse(asked.body)
      return ids.flatMap((id) => found(asked).points.get(id) ?? []).map((point) => record(point, with_payload ?? true))
    },
  ],
  ['POST', /^\/collections\/([^/]+)\/points\/delete$/, deletePoints],
  [
    'POST',
    /^\/collections\/([^/]+)\/points\/scroll$/,
    (asked) => {
      const { filter, offset, limit, with_payload } = ScrollPoints.parse(asked.body)
      const { page, next } = found(asked).scroll(filter, offset, limit ?? 10)
      return { points: page.map((point) => record(point, with_payload ?? true)), next_page_offset: next ?? null }
    },
  ],
  [
    'POST',
    /^\/collections\/([^/]+)\/points\/count$/,
    (asked) => ({ count: found(asked).matchingFilter(CountPoints.parse(asked.body).filter).length }),
  ],
  [
    'POST',
    /^\/collections\/([^/]+)\/points\/query$/,
    (asked) => {
      const request = QueryPoints.parse(asked.body)
      const scored = found(asked).query(request)
      return {
        points: scored.map(({ point, score }) => ({
          ...record(point, request.with_payload ?? false),
          version: 1,
          score,
        })),
      }
    },
  ],
]

function found({ server, name }: Asked): FakeCollection {
  const collection = server.collections.get(server.aliases.get(name) ?? name)
  if (collection === undefined) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`)
  return collection
}

function record({ id, payload }: FakePoint, wanted: boolean | readonly string[]) {
  if (wanted === false) return { id }
  if (wanted === true) return { id, payload }
  return { id, payload: Object.fromEntries(Object.entries(payload).filter(([key]) => wanted.includes(key))) }
}

function infoOf({ config, indexes, points }: FakeCollection) {
  const payload_schema = Object.fromEntries(
    [...indexes].map(([field, data_type]) => [field, { data_type, points: points.size }]),
  )
  return {
    status: 'green',
    optimizer_status: 'ok',
    points_count: points.size,
    segments_count: 1,
    config: { params: config, hnsw_config: {}, optimizer_config: {} },
    payload_schema,
  }
}

function createCollection({ server, name, body }: Asked): boolean {
  const config = CreateCollection.parse(body)
  if (server.aliases.has(name)) {
    throw new Refusal(
      400,
      `Wrong input: Can't create collection with name ${name}. Alias with the same name already exists`,
    )
  }
  if (server.collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`)
  server.collections.set(name, new FakeCollection(config))
  return true
}

function updateCollection(asked: Asked): boolean {
  const { config } = found(asked)
  for (const [name, { quantization_config }] of Object.entries(UpdateCollection.parse(asked.body).vectors)) {
    const params = config.vectors[name]
    if (params === undefined) throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`)
    if (quantization_config === 'Disabled') delete params.quantization_config
    else if (quantization_config !== undefined) params.quantization_config = quantization_config
  }
  return true
}

function deleteCollection({ server, name }: Asked): boolean {
  for (const [alias, target] of server.aliases) if (target === name) server.aliases.delete(alias)
  return server.collections.delete(name)
}

function createIndex(asked: Asked) {
  const { field_name, field_schema } = CreateFieldIndex.parse(asked.body)
  const { indexes } = found(asked)
  return applied(asked, () => indexes.set(field_name, field_schema.type))
}

function changeAliases({ server, body }: Asked): boolean {
  const aliases = new Map(server.aliases)
  for (const action of ChangeAliases.parse(body).actions) {
    if ('delete_alias' in action) {
      aliases.delete(action.delete_alias.alias_name)
      continue
    }
    const { alias_name, collection_name } = action.create_alias
    if (!server.collections.has(collection_name)) {
      throw new Refusal(404, `Not found: Collection \`${collection_name}\` doesn't exist!`)
    }
    if (server.collections.has(alias_name)) {
      throw new Refusal(409, `Wrong input: Collection \`${alias_name}\` already exists!`)
    }
    aliases.set(alias_name, collection_name)
  }
  server.aliases.clear()
  for (const [alias, target] of aliases) server.aliases.set(alias, target)
  return true
}

function deletePoints(asked: Asked) {
  const collection = found(asked)
  const request = DeletePoints.parse(asked.body)
  const ids = 'points' in request ? request.points : collection.matchingFilter(request.filter).map(({ id }) => id)
  return applied(asked, () => {
    for (const id of ids) collection.points.delete(id)
  })
}
