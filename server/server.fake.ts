import type { Answer, AnswerEvent, Ask, Citation, Search } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { maySee } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { createMetrics } from './metrics.ts'
import { createServer, type NightdeskServer, type ServerParts } from './server.ts'

const ongoing = new AbortController().signal

export const redisDocument = fakeDocument({
  id: 'redis-runbook',
  title: 'Redis runbook',
  owners: ['@acme/sre'],
  editedAt: new Date('2026-05-20T08:00:00Z'),
})
const redisPassage = fakePassage({
  id: 'redis-runbook#1',
  documentId: 'redis-runbook',
  heading: ['Failover'],
  text: 'Run `redis-cli failover` on the replica. Wait for 30 seconds.',
  editedAt: new Date('2026-05-20T08:00:00Z'),
  fromLine: 10,
  toLine: 11,
})
const secretDocument = fakeDocument({ id: 'break-glass', title: 'Break glass', audience: ['security'] })

/** By date alone: old is stale. */
export function fakeFreshness(document: Document, editedAt: Date, verifiedBy?: string): Freshness {
  const state = verifiedBy !== undefined ? 'verified' : editedAt < new Date('2025-06-01') ? 'stale' : 'fresh'
  return {
    state,
    editedAt,
    documentEditedAt: document.editedAt,
    ...(verifiedBy !== undefined && { verifiedBy, verifiedAt: new Date('2026-06-01T00:00:00Z') }),
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
  }
}

export const redisCitation: Citation = {
  n: 1,
  quote: 'Run `redis-cli failover` on the replica.',
  passageId: redisPassage.id,
  heading: redisPassage.heading,
  document: redisDocument,
  freshness: fakeFreshness(redisDocument, redisPassage.editedAt),
}

export function fakeAnswer(given: Partial<Answer> = {}): Answer {
  return {
    answer: 'Run `redis-cli failover` on the replica. [1]',
    spoken: 'Run redis-cli failover on the replica.',
    abstained: false,
    confidence: 0.9,
    lang: 'en',
    citations: [redisCitation],
    warnings: [],
    conversationId: 'conversation-1',
    traceId: 'trace-1',
    provider: 'extractive',
    timingsMs: { search: 3, total: 5 },
    costUsd: 0,
    ...given,
  }
}

/** Tells the answer word by word, as the real thing does. */
export async function* toldInPieces(answer: Answer): AsyncGenerator<AnswerEvent> {
  yield { kind: 'status', stage: 'searching' }
  yield { kind: 'status', stage: 'reading' }
  for (const text of answer.answer.split(/(?<= )/)) yield { kind: 'delta', text }
  for (const citation of answer.citations) yield { kind: 'citation', citation }
  yield { kind: 'done', answer }
}

export interface StartedServer extends AsyncDisposable {
  url: string
  server: NightdeskServer
  store: ReturnType<typeof openMemoryStore>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

/** A real server on a free port of 127.0.0.1, over a store in memory with two documents, and answers from a script. */
export async function startServer(given: Partial<ServerParts> = {}): Promise<StartedServer> {
  const store = openMemoryStore()
  await store.documents.replaceEntries(
    [fakeEntry(redisDocument, [redisPassage]), fakeEntry(secretDocument, ['The root password is in the safe.'])],
    ongoing,
  )
  const server = createServer({
    ask: () => toldInPieces(fakeAnswer()),
    search: fakeSearch,
    documents: store.documents,
    conversations: store.conversations,
    freshnessOf: (document, editedAt, verification) => fakeFreshness(document, editedAt, verification?.by),
    principals: [],
    waitingFor: () => [],
    samples: false,
    metrics: createMetrics(() => store.documents.counts(ongoing)),
    assets: { version: 'v1', pages: new Map([['/', '<!doctype html><title>Page</title>']]), files: new Map() },
    version: '1.2.3',
    operations: { sources: async () => [], sync: async () => {} },
    log: silentLog,
    ...given,
  })
  const { url } = await server.listen('127.0.0.1', 0, ongoing)
  return {
    url,
    server,
    store,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    get: (path, headers = {}) => fetch(url + path, { headers }),
    [Symbol.asyncDispose]: () => server.drain(AbortSignal.abort()),
  }
}

const fakeSearch: Search = async (query) => {
  const found = maySee(query.principal, redisDocument.audience)
  const ranked = {
    rank: 1,
    score: 0.8,
    passage: redisPassage,
    document: redisDocument,
    freshness: redisCitation.freshness,
  }
  return {
    passages: found ? [ranked].slice(0, query.limit) : [],
    relevance: 0.9,
    relevant: true,
    timingsMs: { total: 2 },
    warnings: [],
  }
}

/** An Ask that says one word and then waits for ever, or until it is aborted. */
export function stuckAsk(): { ask: Ask; started: Promise<void>; aborted: Promise<unknown> } {
  const started = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  return {
    started: started.promise,
    aborted: aborted.promise,
    ask: async function* (_question, signal) {
      yield { kind: 'delta', text: 'Run ' }
      started.resolve()
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(signal.reason)
          reject(signal.reason)
        })
      })
    },
  }
}

/** The events of a stream that has ended. */
export function eventsIn(stream: string) {
  return stream
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
    }))
}
