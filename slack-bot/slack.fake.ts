import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { textOf } from './block-kit.fake.ts'
import { type Args, appId, botUser, FakeWorkspace, SlackRefusal, teamId } from './slack-workspace.fake.ts'

export interface FakeSlackOptions {
  /** Slack's own three seconds by default. */
  ackWithinMs?: number
  /** How often an envelope that was not acknowledged is sent again. */
  redeliveries?: number
  /** Calls of a method in a minute, over all channels; unlisted: any number. */
  perMinute?: Readonly<Record<string, number>>
  /** Messages in a channel within ten seconds; Slack allows about one a second and short bursts. */
  postsInTenSeconds?: number
  retryAfterS?: number
  /** Its minutes pass so much faster. */
  speed?: number
}

/** What became of an envelope: how long each delivery took to be acknowledged; undefined: it never was. */
export interface Delivered {
  ackMs: number | undefined
  tries: number
  payload: unknown
}

/** A click on a button; without a channel, on the Home tab. */
interface Press {
  user: string
  channel: string
  actionId: string
  value: string
  messageTs?: string
  threadTs?: string
  ephemeral?: boolean
}

/** How fast a workspace lets one app go (docs.slack.dev/apis/web-api/rate-limits: tiers 2, 3 and 4). */
export const realLimits: Pick<Required<FakeSlackOptions>, 'perMinute' | 'postsInTenSeconds'> = {
  postsInTenSeconds: 14,
  perMinute: {
    'chat.startStream': 20,
    'chat.stopStream': 20,
    'chat.appendStream': 100,
    'chat.update': 50,
    'chat.delete': 50,
    'chat.postEphemeral': 100,
    'users.info': 100,
    'users.list': 20,
    'users.lookupByEmail': 50,
    'conversations.members': 100,
    'conversations.info': 50,
    'conversations.replies': 50,
    'conversations.open': 50,
    'usergroups.users.list': 20,
    'views.publish': 100,
    'views.open': 100,
    'assistant.threads.setStatus': 100,
  },
}

const channelPosts = new Set(['chat.postMessage', 'chat.startStream'])

/** Slack as its clients see it: Web API, Socket Mode and signed events, on 127.0.0.1. */
export class FakeSlack implements AsyncDisposable {
  readonly workspace = new FakeWorkspace()
  readonly calls: { method: string; args: Args; at: number; answer: string }[] = []
  /** What was posted to a response_url, by its id. */
  readonly responses: { id: string; body: Args }[] = []
  readonly botToken = 'xoxb-fake'
  readonly appToken = 'xapp-fake'
  readonly signingSecret = 'fake-signing-secret'
  /** Tokens that were handed out by OAuth, and the workspaces that they are for. */
  readonly tokens = new Map<string, string>()
  url = ''
  /** Answers a method in another way than the workspace would: with this error, or with this status. */
  readonly broken = new Map<string, string | number>()
  readonly options: Required<FakeSlackOptions>
  readonly #http = createServer((request, response) => void this.#serve(request, response))
  readonly #sockets = new WebSocketServer({ server: this.#http, path: '/link' })
  #waiting = new Map<string, (payload: unknown) => void>()
  #turn = 0
  readonly #made = new Map<string, number[]>()

  constructor(options: FakeSlackOptions = {}) {
    this.options = {
      ackWithinMs: 3000,
      redeliveries: 3,
      perMinute: {},
      postsInTenSeconds: 10_000,
      retryAfterS: 1,
      speed: 1,
      ...options,
    }
    this.#sockets.on('connection', (socket) => {
      socket.send(
        JSON.stringify({
          type: 'hello',
          num_connections: this.#sockets.clients.size,
          connection_info: { app_id: appId },
        }),
      )
      socket.on('message', (data) => this.#acknowledged(Buffer.isBuffer(data) ? data.toString() : ''))
    })
  }

  async listen(): Promise<this> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    const address = this.#http.address()
    this.workspace.url =
      this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/api/`
    return this
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

  get connections(): number {
    return [...this.#sockets.clients].filter(({ readyState }) => readyState === WebSocket.OPEN).length
  }

  /** Recycles every connection, as Slack does every few hours. */
  refresh(): void {
    for (const client of this.#sockets.clients)
      client.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
  }

  /** Cuts every connection, as a network does. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate()
  }

  /** Sends this as it stands, whatever it is. */
  raw(data: string | Buffer): void {
    for (const client of this.#sockets.clients) client.send(data)
  }

  /** Over one of the connections, and again over another while nobody acknowledges it. */
  async deliver(type: string, payload: unknown): Promise<Delivered> {
    for (let tries = 1; ; tries++) {
      const again = tries === 1 ? {} : { retry_attempt: tries - 1, retry_reason: 'timeout' }
      const sentAt = performance.now()
      const answer = await this.#once({ type, payload, accepts_response_payload: type !== 'events_api', ...again })
      if (answer !== undefined) return { ackMs: performance.now() - sentAt, tries, payload: answer.payload }
      if (tries > this.options.redeliveries) return { ackMs: undefined, tries, payload: undefined }
    }
  }

  event(event: Args, eventId = `Ev${randomUUID().slice(0, 8)}`): Promise<Delivered> {
    return this.deliver('events_api', this.eventBody(event, eventId))
  }

  eventBody(event: Args, eventId = `Ev${randomUUID().slice(0, 8)}`): Args {
    const authorizations = [{ enterprise_id: null, team_id: teamId, user_id: botUser, is_bot: true }]
    return {
      token: 'x',
      team_id: teamId,
      api_app_id: appId,
      type: 'event_callback',
      event_id: eventId,
      event_time: 1,
      authorizations,
      event,
    }
  }

  /** Somebody writes a message; the events that Slack would send are delivered. @returns its ts. */
  async says(given: {
    user: string
    channel: string
    text: string
    thread_ts?: string
    extra?: Args
  }): Promise<string> {
    const { user, channel, text, thread_ts } = given
    const message = this.workspace.add({ user, channel, text, ...(thread_ts !== undefined && { thread_ts }) })
    await Promise.all(this.eventsOf(given, message.ts).map((event) => this.event(event)))
    return message.ts
  }

  /** Somebody records a clip. @returns the ts of its message. */
  async records(given: {
    user: string
    channel: string
    bytes: Uint8Array
    type?: string
    text?: string
    thread_ts?: string
    preview?: string
    url?: string
  }): Promise<string> {
    const { user, channel, bytes, type = 'audio/wav', text = '', thread_ts, preview } = given
    const id = `F${randomUUID().slice(0, 8)}`
    this.workspace.files.set(id, { bytes, type })
    const transcription = {
      status: preview === undefined ? 'processing' : 'complete',
      ...(preview !== undefined && { preview: { content: preview, has_more: false } }),
    }
    const url = given.url ?? `${this.url.replace(/api\/$/, '')}files/${id}`
    const file = { id, mimetype: type, subtype: 'slack_audio', url_private_download: url, size: bytes.length }
    const extra = { subtype: 'file_share', files: [{ ...file, duration_ms: 1500, transcription }] }
    return await this.says({ user, channel, text, extra, ...(thread_ts !== undefined && { thread_ts }) })
  }

  /** Another app posts a message, or changes the one with that ts. @returns its ts. */
  async appPosts(channel: string, message: Args, changes?: string): Promise<string> {
    const kind = this.workspace.channels.get(channel)?.kind
    const ts = changes ?? this.workspace.add({ channel, user: 'UAPP', bot_id: 'BAPP', text: textOf(message.text) }).ts
    const own = { ...message, subtype: 'bot_message', bot_id: 'BAPP', ts }
    const at = this.workspace.ts()
    const base = { type: 'message', channel, channel_type: kind, event_ts: at }
    await this.event(
      changes === undefined ? { ...own, ...base } : { ...base, subtype: 'message_changed', message: own, ts: at },
    )
    return ts
  }

  eventsOf(
    {
      user,
      channel,
      text,
      thread_ts,
      extra = {},
    }: { user: string; channel: string; text: string; thread_ts?: string; extra?: Args },
    ts: string,
  ): Args[] {
    const found = this.workspace.channels.get(channel)
    const base = {
      user,
      text,
      ts,
      channel,
      team: teamId,
      event_ts: ts,
      ...(thread_ts !== undefined && { thread_ts }),
      ...extra,
    }
    const isMember = found?.members.includes(botUser) === true
    const heard = isMember ? [{ ...base, type: 'message', channel_type: found.kind }] : []
    const isMentioned = text.includes(`<@${botUser}>`) && found?.kind !== 'im'
    return isMentioned ? [...heard, { ...base, type: 'app_mention' }] : heard
  }

  async edits(ts: string, text: string): Promise<void> {
    const message = this.workspace.messages.find((each) => each.ts === ts)
    if (message === undefined) throw new Error(`no message ${ts}`)
    const before = { type: 'message', user: message.user, text: message.text, ts }
    message.text = text
    const kind = this.workspace.channels.get(message.channel)?.kind
    const edited = { user: message.user, ts: this.workspace.ts() }
    const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }
    await this.event({
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      channel: message.channel,
      channel_type: kind,
      ts: edited.ts,
      event_ts: edited.ts,
      message: { type: 'message', user: message.user, text, ts, edited, ...thread },
      previous_message: { ...before, ...thread },
    })
  }

  async deletes(ts: string): Promise<void> {
    const message = this.workspace.messages.find((each) => each.ts === ts)
    if (message === undefined) throw new Error(`no message ${ts}`)
    message.deleted = true
    const at = this.workspace.ts()
    await this.event({
      type: 'message',
      subtype: 'message_deleted',
      hidden: true,
      channel: message.channel,
      channel_type: this.workspace.channels.get(message.channel)?.kind,
      deleted_ts: ts,
      ts: at,
      event_ts: at,
      previous_message: { type: 'message', user: message.user, text: message.text, ts },
    })
  }

  command(given: { user: string; channel: string; text: string; command?: string }): Promise<Delivered> {
    return this.deliver('slash_commands', this.commandBody(given))
  }

  commandBody(given: {
    user: string
    channel: string
    text: string
    command?: string
  }): Args & { response_url: string } {
    return {
      token: 'x',
      team_id: teamId,
      team_domain: 'fake',
      channel_id: given.channel,
      channel_name: 'fake',
      user_id: given.user,
      user_name: given.user,
      command: given.command ?? '/ask',
      text: given.text,
      api_app_id: appId,
      is_enterprise_install: 'false',
      response_url: this.responseUrl(),
      trigger_id: randomUUID(),
    }
  }

  press(given: Press): Promise<Delivered> {
    return this.deliver('interactive', this.pressBody(given))
  }

  pressBody(given: Press): Args & { response_url: string } {
    const container = given.ephemeral === true ? { is_ephemeral: true } : {}
    return {
      type: 'block_actions',
      team: { id: teamId, domain: 'fake' },
      user: { id: given.user, username: given.user, team_id: teamId },
      api_app_id: appId,
      token: 'x',
      container:
        given.channel === ''
          ? { type: 'view', view_id: 'V1' }
          : {
              type: 'message',
              message_ts: given.messageTs ?? this.workspace.ts(),
              channel_id: given.channel,
              ...container,
            },
      trigger_id: randomUUID(),
      ...(given.channel !== '' && { channel: { id: given.channel, name: 'fake' } }),
      ...(given.messageTs !== undefined && {
        message: {
          type: 'message',
          ts: given.messageTs,
          user: botUser,
          text: '',
          ...(given.threadTs !== undefined && { thread_ts: given.threadTs }),
        },
      }),
      response_url: this.responseUrl(),
      actions: [
        {
          type: 'button',
          action_id: given.actionId,
          block_id: 'b',
          value: given.value,
          action_ts: this.workspace.ts(),
          text: { type: 'plain_text', text: '' },
        },
      ],
    }
  }

  submits(given: { user: string; callbackId: string; metadata: string; values: Args }): Promise<Delivered> {
    return this.deliver('interactive', {
      type: 'view_submission',
      team: { id: teamId, domain: 'fake' },
      user: { id: given.user, name: given.user, team_id: teamId },
      api_app_id: appId,
      token: 'x',
      trigger_id: randomUUID(),
      view: {
        id: `V${randomUUID()}`,
        hash: randomUUID(),
        type: 'modal',
        callback_id: given.callbackId,
        private_metadata: given.metadata,
        state: { values: given.values },
      },
      response_urls: [],
    })
  }

  shortcut(given: {
    user: string
    channel: string
    callbackId: string
    messageTs: string
    text: string
    threadTs?: string
  }): Promise<Delivered> {
    return this.deliver('interactive', {
      type: 'message_action',
      callback_id: given.callbackId,
      team: { id: teamId, domain: 'fake' },
      user: { id: given.user, name: given.user, team_id: teamId },
      channel: { id: given.channel, name: 'fake' },
      message: {
        type: 'message',
        user: 'U9',
        ts: given.messageTs,
        text: given.text,
        ...(given.threadTs !== undefined && { thread_ts: given.threadTs }),
      },
      message_ts: given.messageTs,
      trigger_id: randomUUID(),
      action_ts: this.workspace.ts(),
      response_url: this.responseUrl(),
      token: 'x',
      is_enterprise_install: false,
    })
  }

  responseUrl(): string {
    return `${this.url.replace(/api\/$/, '')}response/${randomUUID()}`
  }

  /** A request of the Events API as Slack would send it. */
  signed(
    body: string,
    at = Math.floor(Date.now() / 1000),
    secret = this.signingSecret,
  ): { headers: Record<string, string>; body: string } {
    const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
    const type = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'
    return {
      body,
      headers: {
        'content-type': type,
        'x-slack-request-timestamp': String(at),
        'x-slack-signature': `v0=${signature}`,
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
    this.#http.close()
    this.#http.closeAllConnections()
    await once(this.#http, 'close').catch(() => undefined)
  }

  async #once(envelope: Args): Promise<{ payload: unknown } | undefined> {
    const id = randomUUID()
    const open = [...this.#sockets.clients].filter(({ readyState }) => readyState === WebSocket.OPEN)
    this.#turn += 1
    const { promise, resolve } = Promise.withResolvers<{ payload: unknown } | undefined>()
    this.#waiting.set(id, (payload) => resolve({ payload }))
    const timer = setTimeout(() => resolve(undefined), this.options.ackWithinMs)
    open[this.#turn % Math.max(1, open.length)]?.send(JSON.stringify({ envelope_id: id, ...envelope }))
    const answer = await promise
    clearTimeout(timer)
    this.#waiting.delete(id)
    return answer
  }

  #acknowledged(data: string): void {
    const parsed: unknown = JSON.parse(data)
    if (typeof parsed !== 'object' || parsed === null || !('envelope_id' in parsed)) return
    this.#waiting.get(textOf(parsed.envelope_id))?.('payload' in parsed ? parsed.payload : undefined)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
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
    const isAllowed = request.headers.authorization === `Bearer ${this.botToken}`
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
      return send(broken, {}, broken === 429 ? { 'retry-after': String(this.options.retryAfterS) } : {})
    }
    if (method === 'oauth.v2.access') {
      note('ok')
      return send(200, this.#grant(args))
    }
    const isKnown = token === (isApp ? this.appToken : this.botToken) || (!isApp && this.tokens.has(token))
    if (broken !== undefined || !isKnown) {
      note(broken ?? 'invalid_auth')
      return send(200, { ok: false, error: broken ?? 'invalid_auth' })
    }
    if (this.#isTooFast(method, args)) {
      note('429')
      return send(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(this.options.retryAfterS) })
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
      const found = this.workspace.call(method, args)
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

  #isTooFast(method: string, args: Args): boolean {
    const { perMinute, postsInTenSeconds, speed } = this.options
    const isOften = (key: string, most: number | undefined, withinMs: number) => {
      if (most === undefined) return false
      const now = performance.now()
      const recent = (this.#made.get(key) ?? []).filter((at) => now - at < withinMs / speed)
      if (recent.length >= most) return true
      this.#made.set(key, [...recent, now])
      return false
    }
    const isPost = channelPosts.has(method)
    if (isPost && isOften(`post in ${textOf(args.channel)}`, postsInTenSeconds, 10_000)) return true
    return isOften(method, perMinute[method], 60_000)
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
