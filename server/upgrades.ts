import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '#runtime/log.ts'
import type { ClientSecrets } from './client-secrets.ts'
import { failureToTell } from './failures.ts'
import { bearerToken, type ConfiguredPrincipal, identifyBy, queryOf } from './identity.ts'
import { admitted } from './limits/limiting.ts'
import type { RequestLimits } from './limits/request-limits.ts'
import { problemOf, RequestProblem, withOpenAiForm } from './problems.ts'
import type { RealtimeCaller, RealtimeDesk } from './realtime.ts'

export interface UpgradeParts {
  desk: RealtimeDesk
  principals: readonly ConfiguredPrincipal[]
  secrets: ClientSecrets
  draining: () => boolean
  /** Absent: everybody may come as often as they like. */
  limits?: RequestLimits | undefined
  log: Log
}

const keyProtocol = 'openai-insecure-api-key.'

/** Requests for a WebSocket; all others are answered as ever, whatever they would like to be upgraded to. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/** Lets WebSockets in as the other routes let requests in; who is refused gets an HTTP answer that says why. */
export function takeUpgrades(http: Server, parts: UpgradeParts): void {
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const hungUp = (): void => {
      socket.destroy()
    }
    socket.on('error', hungUp)
    admittedCaller(request, parts).then(
      (caller) => {
        socket.off('error', hungUp)
        if (!socket.destroyed) parts.desk.accept(request, socket, head, caller)
      },
      (error: unknown) => refuse(socket, failureToTell(error, undefined, parts.log)),
    )
  })
}

/** @throws {RequestProblem} When they may not talk, or not now. */
async function admittedCaller(
  request: IncomingMessage,
  { principals, secrets, draining, limits }: UpgradeParts,
): Promise<RealtimeCaller> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname !== '/v1/realtime')
    throw new RequestProblem('not_found', 'There is no WebSocket at this address. Voice is at /v1/realtime.')
  if (draining()) throw new RequestProblem('draining', 'Nightdesk is shutting down. Connect again in a few seconds.')
  const token = bearerToken(request) ?? tokenAmongProtocols(request)
  const { principal, settings, conversationId } = identifyBy(request, token, { principals, secrets })
  // What is asked in it counts as questions there.
  if (limits !== undefined) await admitted(limits, principal.name, false)
  return { principal, settings, query: queryOf(searchParams, conversationId) }
}

/** A browser can set no headers; the Realtime protocol has it name its key among the subprotocols. */
function tokenAmongProtocols({ headers }: IncomingMessage): string | undefined {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  return protocols.find((each) => each.startsWith(keyProtocol))?.slice(keyProtocol.length)
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = withOpenAiForm(problemOf(error))
  const body = JSON.stringify(problem)
  const headers = {
    ...(error instanceof RequestProblem ? error.headers : {}),
    ...(problem.status === 503 ? { 'retry-after': '5' } : {}),
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(
    [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`, ...lines, '', body].join('\r\n'),
    // Who keeps the line open afterwards would keep us from closing.
    () => socket.destroy(),
  )
}
