import type {
  Answer,
  Citation,
  Document,
  DocumentPage,
  Passage,
  Prices,
  Problem,
  Provider,
  Providers,
  RecentTurn,
  RecentTurns,
  RedeemedTicket,
  SearchResult,
  Source,
  Sources,
  Status,
  WholeDocument,
} from './api-types.ts'
import { readEvents } from './event-reader.ts'

export type AskEvent =
  | { kind: 'status'; stage: string }
  | { kind: 'delta'; text: string }
  | { kind: 'citation'; citation: Citation }
  | { kind: 'done'; answer: Answer }

/** Why a call failed, as far as the page treats it differently. */
export type Failure =
  | { kind: 'unreachable' }
  | { kind: 'unauthenticated' }
  | { kind: 'too-many'; retryAfterSeconds: number }
  | { kind: 'broken-off' }
  | { kind: 'refused'; detail: string; status?: number }

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.kind, options)
    this.failure = failure
  }
}

export interface Question {
  question: string
  conversation_id?: string
}

export type Api = ReturnType<typeof createApi>

/** The server's routes, as far as the page uses them. */
export function createApi(token: () => string | null) {
  const headers = (): Record<string, string> => {
    const given = token()
    return given === null ? {} : { authorization: `Bearer ${given}` }
  }
  const get = async (path: string, signal: AbortSignal) => (await called(path, { headers: headers() }, signal)).json()
  const post = (path: string, body: object, signal: AbortSignal, accept = 'application/json') =>
    called(
      path,
      {
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
      },
      signal,
    )
  return {
    status: async (signal: AbortSignal): Promise<Status> => get('/v1/status', signal),
    async documents(limit: number, signal: AbortSignal): Promise<Document[]> {
      const page: DocumentPage = await get(`/v1/documents?limit=${limit}`, signal)
      return page.documents
    },
    document: async (id: string, signal: AbortSignal): Promise<WholeDocument> =>
      get(`/v1/documents/${encodeURIComponent(id)}`, signal),
    async search(query: string, limit: number, signal: AbortSignal): Promise<Passage[]> {
      const found: SearchResult = await (await post('/v1/search', { query, limit }, signal)).json()
      return found.results
    },
    async feedback(traceId: string, verdict: string, comment: string, signal: AbortSignal): Promise<void> {
      await post('/v1/feedback', { trace_id: traceId, verdict, ...(comment !== '' && { comment }) }, signal)
    },
    async sources(signal: AbortSignal): Promise<Source[]> {
      const { sources }: Sources = await get('/v1/sources', signal)
      return sources
    },
    async turns(signal: AbortSignal): Promise<RecentTurn[]> {
      const { turns }: RecentTurns = await get('/v1/operations/turns', signal)
      return turns
    },
    prices: async (signal: AbortSignal): Promise<Prices> => get('/v1/operations/prices', signal),
    providers: async (signal: AbortSignal): Promise<Providers> => get('/v1/providers', signal),
    async orderProvider({ kind, id }: Provider, command: string, signal: AbortSignal): Promise<void> {
      await post('/v1/providers/command', { kind, id, command }, signal)
    },
    async sync(source: string, entries: readonly string[] | undefined, signal: AbortSignal): Promise<void> {
      await post(`/v1/sources/${encodeURIComponent(source)}/sync`, entries === undefined ? {} : { entries }, signal)
    },
    /** A key to one conversation, for the ticket of a link. */
    redeem: async (ticket: string, signal: AbortSignal): Promise<RedeemedTicket> =>
      (await post('/v1/realtime/tickets', { ticket }, signal)).json(),
    /** Good for one connection by voice, and only for a moment. */
    async voiceSecret(signal: AbortSignal): Promise<string> {
      const made: { value: string } = await (await post('/v1/realtime/client_secrets', {}, signal)).json()
      return made.value
    },
    async *ask(question: Question, signal: AbortSignal): AsyncGenerator<AskEvent> {
      const response = await post('/v1/ask', question, signal, 'text/event-stream')
      if (response.body === null) throw new ApiError({ kind: 'broken-off' })
      for await (const { event, data } of brokenOff(readEvents(response.body), signal)) {
        if (event === 'error') throw new ApiError({ kind: 'refused', detail: JSON.parse(data).detail })
        if (event === 'status') yield { kind: 'status', stage: JSON.parse(data).stage }
        if (event === 'delta') yield { kind: 'delta', text: JSON.parse(data).text }
        if (event === 'citation') yield { kind: 'citation', citation: JSON.parse(data) }
        if (event === 'done') return yield { kind: 'done', answer: JSON.parse(data) }
      }
      throw new ApiError({ kind: 'broken-off' })
    },
  }
}

async function called(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { ...init, signal })
  } catch (cause) {
    signal.throwIfAborted()
    throw new ApiError({ kind: 'unreachable' }, { cause })
  }
  if (response.ok) return response
  if (response.status === 401) throw new ApiError({ kind: 'unauthenticated' })
  if (response.status === 429) {
    throw new ApiError({ kind: 'too-many', retryAfterSeconds: Number(response.headers.get('retry-after') ?? 10) })
  }
  const problem: Partial<Problem> = await response.json().catch(() => ({}))
  const fields = (problem.errors ?? []).map(({ message }) => message)
  const detail = [problem.detail ?? `${response.status} ${response.statusText}`, ...fields]
  throw new ApiError({ kind: 'refused', detail: detail.join(' '), status: response.status })
}

async function* brokenOff<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  try {
    yield* items
  } catch (cause) {
    signal.throwIfAborted()
    throw new ApiError({ kind: 'broken-off' }, { cause })
  }
}
