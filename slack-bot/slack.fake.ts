import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { textOf } from './block-kit.fake.ts'
import { appToken, botToken, FakeApi } from './slack-api.fake.ts'
import {
  commandBody,
  eventBody,
  eventsOf,
  type GivenCommand,
  type Press,
  pressBody,
  type Said,
  type Shortcut,
  type Submission,
  shortcutBody,
  signed,
  submissionBody,
} from './slack-bodies.fake.ts'
import { type Delivered, FakeSockets } from './slack-sockets.fake.ts'
import type { Args, FakeWorkspace } from './slack-workspace.fake.ts'

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

/** Slack as its clients see it: Web API, Socket Mode and signed events, on 127.0.0.1. */
export class FakeSlack implements AsyncDisposable {
  readonly botToken = botToken
  readonly appToken = appToken
  readonly signingSecret = 'fake-signing-secret'
  readonly options: Required<FakeSlackOptions>
  readonly #api: FakeApi
  readonly #http = createServer((request, response) => void this.#api.serve(request, response))
  readonly #sockets: FakeSockets

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
    this.#api = new FakeApi(this.options)
    this.#sockets = new FakeSockets(this.#http, this.options)
  }

  get workspace(): FakeWorkspace {
    return this.#api.workspace
  }

  get calls(): FakeApi['calls'] {
    return this.#api.calls
  }

  get responses(): FakeApi['responses'] {
    return this.#api.responses
  }

  get tokens(): FakeApi['tokens'] {
    return this.#api.tokens
  }

  get broken(): FakeApi['broken'] {
    return this.#api.broken
  }

  get fetch(): typeof fetch {
    return this.#api.fetch
  }

  get url(): string {
    return this.#api.url
  }

  async listen(): Promise<this> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    const address = this.#http.address()
    this.workspace.url =
      this.#api.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/api/`
    return this
  }

  get connections(): number {
    return this.#sockets.connections
  }

  /** Recycles every connection, as Slack does every few hours. */
  refresh(): void {
    this.#sockets.refresh()
  }

  /** Cuts every connection, as a network does. */
  cut(): void {
    this.#sockets.cut()
  }

  /** Sends this as it stands, whatever it is. */
  raw(data: string | Buffer): void {
    this.#sockets.raw(data)
  }

  /** Over one of the connections, and again over another while nobody acknowledges it. */
  deliver(type: string, payload: unknown): Promise<Delivered> {
    return this.#sockets.deliver(type, payload)
  }

  event(event: Args, eventId = `Ev${randomUUID().slice(0, 8)}`): Promise<Delivered> {
    return this.deliver('events_api', this.eventBody(event, eventId))
  }

  eventBody(event: Args, eventId = `Ev${randomUUID().slice(0, 8)}`): Args {
    return eventBody(event, eventId)
  }

  /** Somebody writes a message; the events that Slack would send are delivered. @returns its ts. */
  async says(given: Said): Promise<string> {
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

  eventsOf(said: Said, ts: string): Args[] {
    return eventsOf(said, ts, this.workspace.channels.get(said.channel))
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

  command(given: GivenCommand): Promise<Delivered> {
    return this.deliver('slash_commands', this.commandBody(given))
  }

  commandBody(given: GivenCommand): Args & { response_url: string } {
    return commandBody(given, this.responseUrl())
  }

  press(given: Press): Promise<Delivered> {
    return this.deliver('interactive', this.pressBody(given))
  }

  pressBody(given: Press): Args & { response_url: string } {
    return pressBody(given, this.responseUrl(), () => this.workspace.ts())
  }

  submits(given: Submission): Promise<Delivered> {
    return this.deliver('interactive', submissionBody(given))
  }

  shortcut(given: Shortcut): Promise<Delivered> {
    return this.deliver(
      'interactive',
      shortcutBody(given, this.responseUrl(), () => this.workspace.ts()),
    )
  }

  responseUrl(): string {
    return `${this.url.replace(/api\/$/, '')}response/${randomUUID()}`
  }

  signed(body: string, at = Math.floor(Date.now() / 1000), secret = this.signingSecret): ReturnType<typeof signed> {
    return signed(body, at, secret)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sockets.close()
    this.#http.close()
    this.#http.closeAllConnections()
    await once(this.#http, 'close').catch(() => undefined)
  }
}
