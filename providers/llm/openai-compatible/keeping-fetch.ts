import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/**
 * Node's own fetch drops a connection after 4 idle seconds, and people think longer than that: each turn would begin by
 * connecting anew, which over TLS takes longer than all that we add to a turn. Servers close at 75 s (nginx) and later.
 */
const usualKeptMs = 60_000

/** What a connection says that the server closed while we wrote to it; nothing of an answer came. */
const closedMeanwhile = new Set(['ECONNRESET', 'EPIPE'])

/**
 * A fetch that keeps its connections for longer, for requests with a text or nothing in them. A server that keeps them for
 * less (uvicorn: 5 s) may close one just as it is used; that request is made once more. Idle connections keep no process
 * alive. It isn't made of undici, which waits for a timer before it uses an idle connection again: 1 to 2 ms.
 */
export function keepingFetch(keptMs: number = usualKeptMs): typeof fetch {
  const kept = { keepAlive: true, timeout: keptMs }
  const agents = { 'http:': new HttpAgent(kept), 'https:': new HttpsAgent(kept) }
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { body, signal } = init
    const isPlain = !(input instanceof Request) && (body === undefined || body === null || typeof body === 'string')
    const { protocol } = url
    if (!isPlain || (protocol !== 'http:' && protocol !== 'https:')) return await fetch(input, init)
    signal?.throwIfAborted()
    const ask = (): Promise<Response> =>
      protocol === 'https:'
        ? exchanged(url, init, (given) => httpsRequest(url, { ...given, agent: agents[protocol] }))
        : exchanged(url, init, (given) => httpRequest(url, { ...given, agent: agents[protocol] }))
    const answer = await ask().catch((error: unknown) => {
      signal?.throwIfAborted()
      if (!wasClosed(error)) throw error
      return ask()
    })
    if (!answer.headers.has('location')) return answer
    // A proxy that sends us elsewhere; Node's own fetch knows when to follow.
    await answer.body?.cancel()
    return await fetch(input, init)
  }
}

interface Given {
  method: string
  headers: Record<string, string>
}

function exchanged(
  url: URL,
  { body, headers, method = 'GET', signal }: RequestInit,
  open: (given: Given) => ReturnType<typeof httpRequest>,
): Promise<Response> {
  const text = typeof body === 'string' ? body : ''
  const sent = new Headers(headers)
  sent.set('accept-encoding', 'identity')
  if (text !== '') sent.set('content-length', String(Buffer.byteLength(text)))
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const request = open({ method, headers: Object.fromEntries(sent) })
  const leave = (): void => void request.destroy(asError(signal?.reason))
  signal?.addEventListener('abort', leave, { once: true })
  request.on('close', () => signal?.removeEventListener('abort', leave))
  request.on('response', (incoming) => resolve(responseOf(incoming, url, signal)))
  request.on('error', (cause) => {
    reject(signal?.aborted === true ? signal.reason : new TypeError('fetch failed', { cause }))
  })
  request.end(text)
  return promise
}

const withoutBody = new Set([204, 205, 304])

function responseOf(incoming: IncomingMessage, url: URL, signal: RequestInit['signal']): Response {
  const { statusCode: status = 500, statusMessage: statusText = '' } = incoming
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) headers.append(name, value)
  if (withoutBody.has(status)) {
    incoming.resume()
    return new Response(null, { status, statusText, headers })
  }
  const response = new Response(bodyOf(incoming, signal), { status, statusText, headers })
  Object.defineProperty(response, 'url', { value: url.href })
  return response
}

function bodyOf(incoming: IncomingMessage, signal: RequestInit['signal']): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Whoever leaves closes the body at once, while what had come is still on its way to it.
  let isLeft = false
  return new ReadableStream({
    start(body) {
      incoming.on('data', (bytes: Uint8Array<ArrayBuffer>) => {
        if (isLeft) return
        body.enqueue(bytes)
        if ((body.desiredSize ?? 0) <= 0) incoming.pause()
      })
      incoming.on('end', () => {
        if (!isLeft) body.close()
      })
      incoming.on('error', (error) => {
        isLeft = true
        body.error(signal?.aborted === true ? signal.reason : error)
      })
    },
    pull: () => void incoming.resume(),
    cancel() {
      isLeft = true
      incoming.destroy()
    },
  })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the request was left', { cause: reason })
}

function wasClosed(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && closedMeanwhile.has(String(cause.code))
}
