import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { localPrincipal, type Principal } from '#knowledge/principal.ts'
import type { ClientSecrets } from './client-secrets.ts'
import { RequestProblem } from './problems.ts'
import type { RouteEnv } from './route-frame.ts'
import { ticketPath } from './routes/call-tickets.ts'

/** Somebody from the configuration; without a token they can't come in over HTTP. */
export interface ConfiguredPrincipal extends Principal {
  /** SHA-256 of the token that the client sends, in hex. */
  tokenSha256?: string | undefined
}

/** Any of these means that somebody else may stand behind a loopback address. */
const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
]

/** Probes come from anywhere and learn nothing. */
const probes = new Set(['/healthz', '/readyz'])

/**
 * Nobody gets past it unidentified, to whatever address, but to the probes, to the webhooks, which check signatures, and where principals are configured to the
 * pages and the description: they hold no knowledge, and somebody who signs in needs them first.
 */
export function guard(entrance: Entrance, isPage: (path: string) => boolean): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    const { path } = c.req
    const { principals } = entrance
    const isOpen = path === '/openapi.json' || path === ticketPath || path.startsWith('/assets/') || isPage(path)
    if (isOpen && principals.length === 0) refuseUnlessLocal(c.env.incoming)
    else if (!isOpen && !probes.has(path) && !path.startsWith('/webhooks/') && path !== '/slack/events')
      c.set('principal', identify(c.env.incoming, entrance, path))
    await next()
  }
}

/** Who may come in, and with what. */
export interface Entrance {
  principals: readonly ConfiguredPrincipal[]
  /** Keys that are good for voice alone. */
  secrets: ClientSecrets
}

/** Client secrets lead to a call of one's own, not to new secrets. */
const secretPaths = /^\/v1\/realtime(?:\/calls(?:\/|$)|$)/

function identify(request: IncomingMessage, entrance: Entrance, path: string): Principal {
  const token = bearerToken(request)
  if (secretPaths.test(path)) return identifyBy(request, token, entrance).principal
  return principalBy(request, token, entrance.principals)
}

/**
 * Who is asking, by a token or a client secret, and what the secret says of their session.
 * @throws {RequestProblem} 401 without a known token; 403 from elsewhere where nobody is configured.
 */
export function identifyBy(
  request: IncomingMessage,
  token: string | undefined,
  { principals, secrets }: Entrance,
): { principal: Principal; settings: unknown; conversationId?: string | undefined } {
  // Without principals a secret opens nothing that isn't open, but still says how the session is meant to be.
  if (principals.length === 0) refuseUnlessLocal(request)
  const holder = token === undefined ? undefined : secrets.holderOf(token)
  if (holder !== undefined) {
    const { principal, settings, conversationId } = holder
    return { principal, settings, conversationId }
  }
  return { principal: principalBy(request, token, principals), settings: undefined }
}

/** As the client wrote it, but for the conversation, where the key is good for one alone. */
export function queryOf(given: URLSearchParams, conversationId: string | undefined): URLSearchParams {
  const query = new URLSearchParams(given)
  if (conversationId !== undefined) query.set('conversation_id', conversationId)
  return query
}

function principalBy(
  request: IncomingMessage,
  token: string | undefined,
  principals: readonly ConfiguredPrincipal[],
): Principal {
  if (principals.length > 0) return principalByToken(token, principals)
  refuseUnlessLocal(request)
  return localPrincipal
}

export function bearerToken({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}

/**
 * With nobody configured, whoever asks sees everything; so it must be somebody at this machine, and not a web page
 * elsewhere that made its name resolve to 127.0.0.1, nor a stranger behind a proxy on this machine.
 */
function refuseUnlessLocal(request: IncomingMessage): void {
  const remedy = 'Configure `principals` in nightdesk.yaml to serve other people.'
  if (!isLoopbackAddress(request.socket.remoteAddress)) {
    throw new RequestProblem('loopback_only', `Without principals only clients on this machine are served. ${remedy}`)
  }
  const forwarded = forwardingHeaders.find((name) => request.headers[name] !== undefined)
  if (forwarded !== undefined) {
    throw new RequestProblem(
      'loopback_only',
      `The request came through a proxy (it has the header ${forwarded}), and without principals only clients on this machine are served. ${remedy}`,
    )
  }
  const { host } = request.headers
  if (host === undefined || !isLoopbackHost(host)) {
    throw new RequestProblem(
      'loopback_only',
      `Without principals Nightdesk answers only to localhost, 127.0.0.1 and [::1], not to the name in the Host header. ${remedy}`,
    )
  }
  refuseOtherOrigins(request, host)
}

/** A browser names the page that sends a request; only our own may. */
function refuseOtherOrigins(request: IncomingMessage, host: string): void {
  const { origin } = request.headers
  const foreign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
  const embedded =
    request.headers['sec-fetch-site'] === 'cross-site' && request.headers['sec-fetch-mode'] !== 'navigate'
  if (foreign || embedded) {
    throw new RequestProblem(
      'cross_origin',
      'Open Nightdesk itself in the browser; pages of other sites may not call it.',
    )
  }
}

/** Takes the same time whether and whichever token matches. */
function principalByToken(token: string | undefined, principals: readonly ConfiguredPrincipal[]): Principal {
  if (token === undefined) {
    throw new RequestProblem('unauthenticated', 'Send your token as `Authorization: Bearer TOKEN`.', {
      headers: { 'www-authenticate': 'Bearer realm="nightdesk"' },
    })
  }
  const sent = createHash('sha256').update(token).digest()
  let found: ConfiguredPrincipal | undefined
  for (const principal of principals) {
    const expected = Buffer.from(principal.tokenSha256 ?? '', 'hex')
    if (expected.length === sent.length && timingSafeEqual(expected, sent)) found = principal
  }
  if (found !== undefined) return { name: found.name, audiences: found.audiences }
  throw new RequestProblem(
    'unauthenticated',
    'This token is not known here. Ask whoever runs Nightdesk for a new one.',
    {
      headers: { 'www-authenticate': 'Bearer realm="nightdesk", error="invalid_token"' },
    },
  )
}

export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain)
}

/** `localhost`, `*.localhost` (RFC 6761), 127.0.0.0/8 and [::1], with any port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name)
}
