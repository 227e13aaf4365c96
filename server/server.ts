import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Ask, Search } from '#knowledge/answer.ts'
import type { CallTickets } from '#knowledge/call-tickets.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { Assets } from './assets.ts'
import { ClientSecrets } from './client-secrets.ts'
import { ListenError } from './errors.ts'
import { failureToTell } from './failures.ts'
import { type ConfiguredPrincipal, guard, isLoopbackAddress, isLoopbackHost } from './identity.ts'
import { InFlight } from './in-flight.ts'
import { limiting } from './limits/limiting.ts'
import type { RequestLimits } from './limits/request-limits.ts'
import type { Metrics } from './metrics.ts'
import { addOpenApiRoute } from './openapi.ts'
import { addPageRoutes } from './page-routes.ts'
import { invalidRequest, problemResponse, RequestProblem } from './problems.ts'
import type { RealtimeDesk } from './realtime.ts'
import type { App, RouteEnv } from './route-frame.ts'
import { addAskRoute } from './routes/ask.ts'
import { addCallTicketRoute } from './routes/call-tickets.ts'
import { addChatRoutes } from './routes/chat-completions.ts'
import { addDocumentRoutes, type FreshnessOf } from './routes/documents.ts'
import { addFeedbackRoute } from './routes/feedback.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addProviderRoutes } from './routes/providers.ts'
import type { ProvidersDesk } from './routes/providers-desk.ts'
import { addRealtimeRoutes } from './routes/realtime.ts'
import { addRealtimeCallRoutes } from './routes/realtime-calls.ts'
import { addSearchRoute } from './routes/search.ts'
import { addSourceRoutes, type Operations } from './routes/sources.ts'
import { addStatusRoute } from './routes/status.ts'
import { addTurnRoutes } from './routes/turns.ts'
import { addWebhookRoutes, type WebhookReceiver } from './routes/webhooks.ts'
import { secureHeaders } from './secure-headers.ts'
import { takeUpgrades, wantsWebSocket } from './upgrades.ts'

const maxBodyBytes = 1024 * 1024
/** GitHub sends up to 25 MB. */
const maxWebhookBytes = 25 * 1024 * 1024
/** How long those who were cut off get to hear of it. */
const farewellMs = 500

/** What every server has, whichever of the rooms it serves. */
export interface FrameParts {
  /** Nobody: only clients on this machine are served, and they see everything. */
  principals: readonly ConfiguredPrincipal[]
  /** Sources whose first sync has not ended, well or not; ready when there are none. */
  waitingFor: () => readonly string[]
  metrics: Metrics
  version: string
  log: Log
  /** Where people reach the page, if not at the address that we listen on. */
  publicUrl?: string | undefined
  clock?: Clock
  /** Absent: nobody can talk here. */
  realtime?: RealtimeDesk | undefined
  /** Lets people in who come by a link to a call; absent: there are no such links. */
  tickets?: Pick<CallTickets, 'redeem'> | undefined
  /** Absent: everybody may ask as often as they like. */
  limits?: RequestLimits | undefined
}

export interface ServerParts extends FrameParts {
  ask: Ask
  search: Search
  documents: DocumentStore
  conversations: ConversationStore
  freshnessOf: FreshnessOf
  /** Nothing was configured, so the shipped samples are loaded. */
  samples: boolean
  assets: Assets
  /** Absent: nothing is synced here. */
  operations?: Operations | undefined
  /** Absent: no provider is configured. */
  providers?: ProvidersDesk | undefined
  /** By the last part of their address: `github` takes POST /webhooks/github. */
  webhooks?: Readonly<Record<string, WebhookReceiver>> | undefined
}

export interface NightdeskServer {
  /** Other rooms add their routes here, before `listen`. */
  app: App
  http: Server
  /**
   * @param port 0: any that is free.
   * @throws {ConfigError} When others could reach us and nobody is configured.
   * @throws {ListenError} When the address is taken or not ours.
   */
  listen(host: string, port: number, signal: AbortSignal): Promise<{ url: string; port: number }>
  /** Says that it isn't ready, takes no new work, finishes what it has until `signal` cuts it off, and closes. */
  drain(signal: AbortSignal): Promise<void>
}

/** All the routes. */
export function createServer(parts: ServerParts): NightdeskServer {
  const clock = parts.clock ?? systemClock
  return createFrame(parts, parts.assets.pages, (app, url) => {
    addAskRoute(app, parts)
    addSearchRoute(app, parts)
    addDocumentRoutes(app, { ...parts, clock })
    addFeedbackRoute(app, { ...parts, clock })
    addStatusRoute(app, parts)
    addChatRoutes(app, { ...parts, clock, publicUrl: url })
    addWebhookRoutes(app, parts.webhooks ?? {})
    if (parts.operations !== undefined) addSourceRoutes(app, parts.operations)
    addProviderRoutes(app, parts.providers)
    addTurnRoutes(app, parts.providers)
    addPageRoutes(app, parts.assets)
  })
}

/** Voice alone, and how the process is. */
export function createVoiceServer(parts: FrameParts & { realtime: RealtimeDesk }): NightdeskServer {
  return createFrame(parts, new Map(), () => undefined)
}

/** The HTTP frame: who may enter, what is answered to errors, and what every server answers. */
function createFrame(
  parts: FrameParts,
  pages: Assets['pages'],
  addRoutes: (app: App, url: () => string) => void,
): NightdeskServer {
  const { principals, metrics, version, log, realtime } = parts
  const secrets = new ClientSecrets(parts.clock ?? systemClock)
  const inFlight = new InFlight(metrics)
  let url = parts.publicUrl ?? ''
  const app: App = new OpenAPIHono<RouteEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error, wordsFor[result.target] ?? result.target)
    },
  })

  app.use(inFlight.middleware)
  app.use(secureHeaders)
  app.use(guard({ principals, secrets }, (path) => pages.has(path)))
  app.use('/v1/*', inFlight.refuseWhenDraining)
  app.use('/webhooks/*', inFlight.refuseWhenDraining)
  app.use('/v1/*', limiting(parts.limits))
  app.use('/mcp', limiting(parts.limits))
  const usualLimit = bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge })
  const webhookLimit = bodyLimit({ maxSize: maxWebhookBytes, onError: webhookTooLarge })
  app.use((c, next) => (c.req.path.startsWith('/webhooks/') ? webhookLimit(c, next) : usualLimit(c, next)))
  app.use(methodNotAllowed({ app, onMethodNotAllowed: wrongMethod }))
  app.notFound(() => {
    return problemResponse(
      new RequestProblem('not_found', 'No route has this address. GET /openapi.json lists them all.'),
      false,
    )
  })
  app.onError((error, c) => {
    const speaksOpenAi = /^\/v1\/(chat|models|realtime)/.test(c.req.path)
    return problemResponse(failureToTell(error, c.get('signal'), log), speaksOpenAi)
  })

  addRoutes(app, () => url)
  addHealthRoutes(app, { ...parts, draining: () => inFlight.draining })
  if (realtime !== undefined) {
    addRealtimeRoutes(app, realtime, secrets)
    if (parts.tickets !== undefined) addCallTicketRoute(app, parts.tickets, secrets)
    addRealtimeCallRoutes(app, realtime, { principals, secrets })
  }
  addOpenApiRoute(app, version)

  const listener = getRequestListener(app.fetch)
  const http = createHttpServer(
    { shouldUpgradeCallback: (request) => realtime !== undefined && wantsWebSocket(request) },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  if (realtime !== undefined)
    takeUpgrades(http, {
      desk: realtime,
      principals,
      secrets,
      draining: () => inFlight.draining,
      limits: parts.limits,
      log,
    })
  return {
    app,
    http,
    async listen(host, port, signal) {
      refuseStrangers(host, principals)
      const taken = await listening(http, host, port, signal)
      if (parts.publicUrl === undefined) url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
      return { url, port: taken }
    },
    async drain(signal) {
      await Promise.all([inFlight.drain(signal, farewellMs), realtime?.drain(signal)])
      if (!http.listening) return
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
    },
  }
}

/** @throws {ConfigError} When others could reach us there and nobody is configured. */
export function refuseStrangers(host: string, principals: readonly unknown[]): void {
  if (principals.length > 0 || isLoopbackHost(host) || isLoopbackAddress(host)) return
  throw new ConfigError(
    `  HOST: is ${host}, so that other machines could ask, but nobody may: configure \`principals\` in nightdesk.yaml, or use 127.0.0.1`,
  )
}

/** Words for the parts of a request that hono's validators name. */
const wordsFor: Readonly<Record<string, string>> = { json: 'body', query: 'query', param: 'address' }

function tooLarge(): never {
  throw new RequestProblem(
    'body_too_large',
    'Send at most 1 MB. A question needs no attachments: paste the few lines that matter.',
  )
}

function webhookTooLarge(): never {
  throw new RequestProblem('body_too_large', 'Deliveries may have at most 25 MB.')
}

function wrongMethod(c: Context, methods: string[]): Response {
  const allowed = methods.join(', ')
  const detail = `${c.req.path} answers to ${allowed}, not to ${c.req.method}.`
  return problemResponse(new RequestProblem('method_not_allowed', detail, { headers: { allow: allowed } }), false)
}

async function listening(http: Server, host: string, port: number, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  try {
    http.listen({ host, port })
    await once(http, 'listening', { signal })
  } catch (error) {
    http.close()
    signal.throwIfAborted()
    throw new ListenError(host, port, error)
  }
  const address = http.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
