import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { textOf } from './block-kit.fake.ts'
import { type FakeLimits, FakeRates } from './slack-limits.fake.ts'
import { methodOf } from './slack-methods.fake.ts'
import { type Args, appId, botUser, FakeWorkspace, SlackRefusal } from './slack-workspace.fake.ts'

export const botToken = 'xoxb-fake'
export const appToken = 'xapp-fake'

/** Slack's Web API, with its files and the addresses where commands are answered. */
export class FakeApi {
  readonly workspace = new FakeWorkspace()
  readonly calls: { method: string; args: Args; at: number; answer: string }[] = []
  /** What was posted to a response_url, by its id. */
  readonly responses: { id: string; body: Args }[] = []
  /** Tokens that were handed out by OAuth, and the workspaces that they are for. */
  readonly tokens = new Map<string, string>()
  /** Answers a method in another way than the workspace would: with this error, or with this status. */
  readonly broken = new Map<string, string | number>()
  url = ''
  readonly #options: FakeLimits & { retryAfterS: number }
  readonly #rates: FakeRates

  /** @param options May be changed later. */
  constructor(options: FakeLimits & { retryAfterS: number }) {
    this.#options = options
    this.#rates = new FakeRates(options)
  }

  /** As over the wire, but within the process: for thousands of calls. */
  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    const body = init?.body === undefined || init.body === null ? '' : await new Response(init.body).text()
    let answer = new Response('{}', { status: 404 })
    const send = (status: number, reply: unknown, more: Record<string, string> = {}): void => {
      answer = new Response(JSON.stringify(reply), { status, headers: { 'content-type': 'application/json', ...more } })
    }
    if (pathname.startsWith('/response/')) this.#respond(pathname.slice('/response/'.length), body, send)
    else {
      const type = headers.get('content-type') ?? 'application/x-www-form-urlencoded'
      const method = pathname.slice('/api/'.length)
      this.#call(method, argsOf(body, type), headers.get('authorization') ?? undefined, send)
    }
    return answer
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const sent = Buffer.concat(chunks)
    const body = sent.toString('utf8')
    const path = (request.url ?? '').split('?')[0] ?? ''
    const send = (status: number, reply: unknown, headers: Record<string, string> = {}): unknown => {
      return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(reply))
    }
    if (path.startsWith('/response/')) return this.#respond(path.slice('/response/'.length), body, send)
    if (path.startsWith('/files/')) return this.#file(path.slice('/files/'.length), request, response)
    if (path.startsWith('/upload/')) {
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      const form = await new Response(sent, { headers }).formData()
      const [file] = [...form.values()].filter((value) => typeof value !== 'string')
      const bytes = new Uint8Array((await file?.arrayBuffer()) ?? [])
      this.workspace.files.set(path.slice('/upload/'.length), { bytes, type: 'audio/wav' })
      return send(200, {})
    }
    if (!path.startsWith('/api/')) return send(404, {})
    const method = path.slice('/api/'.length)
    const args = argsOf(body, request.headers['content-type'] ?? '')
    return this.#call(method, args, request.headers.authorization, send)
  }

  /** Whoever may not read it gets the page to sign in, with status 200. */
  #file(id: string, request: IncomingMessage, response: ServerResponse): unknown {
    const file = this.workspace.files.get(id)
    const isAllowed = request.headers.authorization === `Bearer ${botToken}`
    if (!isAllowed || this.broken.get('files') === 'missing_scope')
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Sign in</html>')
    if (file === undefined) return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': file.type }).end(file.bytes)
  }

  #call(
    method: string,
    args: Args,
    authorization: string | undefined,
    send: (status: number, reply: unknown, headers?: Record<string, string>) => unknown,
  ): unknown {
    const note = (answer: string) => this.calls.push({ method, args, at: performance.now(), answer })
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? textOf(args.token)
    const isApp = method.startsWith('apps.')
    const broken = this.broken.get(method)
    if (typeof broken === 'number') {
      note(String(broken))
      return send(broken, {}, broken === 429 ? { 'retry-after': String(this.#options.retryAfterS) } : {})
    }
    if (method === 'oauth.v2.access') {
      note('ok')
      return send(200, this.#grant(args))
    }
    const isKnown = token === (isApp ? appToken : botToken) || (!isApp && this.tokens.has(token))
    if (broken !== undefined || !isKnown) {
      note(broken ?? 'invalid_auth')
      return send(200, { ok: false, error: broken ?? 'invalid_auth' })
    }
    if (this.#rates.isTooFast(method, args)) {
      note('429')
      return send(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(this.#options.retryAfterS) })
    }
    if (method === 'apps.connections.open') {
      note('ok')
      return send(200, {
        ok: true,
        url: `${this.url.replace('http', 'ws').replace(/api\/$/, '')}link?ticket=${randomUUID()}`,
      })
    }
    try {
      const own = this.tokens.get(token)
      const found = methodOf(this.workspace, method, args)
      const reply = method === 'auth.test' && own !== undefined ? { ...found, team_id: own } : found
      note('ok')
      return send(200, { ok: true, ...reply }, { 'x-oauth-scopes': [...this.workspace.scopes].join(',') })
    } catch (error) {
      const code = error instanceof SlackRefusal ? error.code : 'internal_error'
      note(error instanceof Error ? error.message : code)
      return send(200, { ok: false, error: code })
    }
  }

  /** A code names the workspace whose admin agreed. */
  #grant(args: Args): Args {
    const team = /^code-(T\w+)$/.exec(textOf(args.code))?.[1]
    const isApp = args.client_id === 'client' && args.client_secret === 'client-secret'
    if (team === undefined || !isApp) return { ok: false, error: 'invalid_code' }
    const token = `xoxb-${team}-${randomUUID()}`
    this.tokens.set(token, team)
    const access = { access_token: token, token_type: 'bot', scope: 'chat:write', bot_user_id: botUser }
    const whose = { team: { id: team, name: team }, enterprise: null, is_enterprise_install: false }
    return { ok: true, app_id: appId, authed_user: { id: 'U1' }, ...access, ...whose }
  }

  #respond(id: string, body: string, send: (status: number, reply: unknown) => unknown): unknown {
    const used = this.responses.filter((response) => response.id === id).length
    if (used >= 5) return send(404, { ok: false, error: 'used_url' })
    this.responses.push({ id, body: argsOf(body, 'application/json') })
    return send(200, { ok: true })
  }
}

/** What clients send as forms has its lists and objects in JSON. */
function argsOf(body: string, contentType: string): Args {
  const read = (text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  if (contentType.startsWith('application/json')) {
    const parsed = read(body)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  }
  const fields = [...new URLSearchParams(body)].map(([key, value]) => {
    return [key, /^[[{]/.test(value) ? read(value) : value] as const
  })
  return Object.fromEntries(fields)
}
