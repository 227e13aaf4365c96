import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ClientRequest } from 'node:http'
import type { Span, Telemetry } from './telemetry.ts'

/** What undici, which `fetch` is made of, publishes of a request (nodejs.org/api/diagnostics_channel, undici's DiagnosticsChannel.md). */
interface Request {
  origin?: unknown
  method?: unknown
  addHeader?: unknown
}

/**
 * Each call by `fetch` or `node:http` becomes a span of what is being done, and tells its trace to whoever is called.
 * Addresses are told without their paths, since those hold names of pages and keys of webhooks.
 * @param collector Calls to it are its own business.
 */
export function watchHttpCalls(telemetry: Telemetry, collector: string): () => void {
  const open = new WeakMap<object, Span>()
  const { origin: own } = new URL(collector)
  const begun = (origin: unknown, method: unknown): Span | undefined => {
    if (telemetry.current === undefined || String(origin) === own) return undefined
    const name = typeof method === 'string' ? method : '_OTHER'
    return telemetry.start(name, {
      kind: 'client',
      attributes: { 'http.request.method': name, ...serverOf(origin) },
    })
  }
  const watched: Record<string, (message: unknown) => void> = {
    'undici:request:create': (message) => {
      const request = requestIn(message)
      const span = request && begun(request.origin, request.method)
      if (request === undefined || span === undefined) return
      open.set(request, span)
      if (typeof request.addHeader === 'function' && span.traceparent !== undefined)
        request.addHeader('traceparent', span.traceparent)
    },
    'undici:request:headers': (message) => {
      const status = statusIn(message)
      if (status !== undefined) spanOf(message)?.set({ 'http.response.status_code': status })
    },
    'undici:request:trailers': (message) => spanOf(message)?.end(),
    'undici:request:error': (message) => spanOf(message)?.end(errorIn(message)),
    'http.client.request.created': (message) => {
      const request = requestIn(message)
      if (!(request instanceof ClientRequest)) return
      const span = begun(`${request.protocol}//${String(request.getHeader('host'))}`, request.method)
      if (span === undefined) return
      open.set(request, span)
      if (span.traceparent !== undefined && !request.headersSent) request.setHeader('traceparent', span.traceparent)
      request.once('response', ({ statusCode }) => {
        if (statusCode !== undefined) span.set({ 'http.response.status_code': statusCode })
      })
      // Also of one that is left, or becomes a WebSocket.
      request.once('close', () => span.end())
    },
    'http.client.request.error': (message) => spanOf(message)?.end(errorIn(message)),
  }
  const spanOf = (message: unknown): Span | undefined => {
    const request = requestIn(message)
    return request === undefined ? undefined : open.get(request)
  }
  for (const [channel, listener] of Object.entries(watched)) subscribe(channel, listener)
  return () => {
    for (const [channel, listener] of Object.entries(watched)) unsubscribe(channel, listener)
  }
}

function requestIn(message: unknown): (Request & object) | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined
  const { request } = message
  return typeof request === 'object' && request !== null ? request : undefined
}

function statusIn(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('response' in message)) return undefined
  const { response } = message
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return undefined
  return typeof response.statusCode === 'number' ? response.statusCode : undefined
}

function errorIn(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'error' in message ? message.error : new Error('failed')
}

function serverOf(origin: unknown): { 'server.address'?: string; 'server.port'?: number } {
  if (!URL.canParse(String(origin))) return {}
  const { hostname, port, protocol } = new URL(String(origin))
  return {
    'server.address': hostname,
    'server.port': Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
  }
}
