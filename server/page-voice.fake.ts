import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'
import { type WebSocket, WebSocketServer } from 'ws'
import { chromiumAt, flags, type OpenedPage, openPage } from './page.fake.ts'
import type { RealtimeDesk } from './realtime.ts'
import type { ServerParts } from './server.ts'

/** An event as it goes over the wire; the page's own types would hide what it gets wrong. */
export interface WireEvent {
  type: string
  [field: string]: unknown
}

const talking = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']
/** The page would have waited for its own reasons by then. */
const patienceMs = 10_000
const soundRate = 24_000

/** A browser whose microphone hears a tone of 1,000 Hz, over and over. */
export async function launchTalkingBrowser(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-microphone-'))
  const file = join(folder, 'tone.wav')
  await writeFile(file, wav(tone(1000, 2, 0.5)))
  const browser = await chromium.launch({
    executablePath: chromiumAt,
    args: [
      ...flags,
      ...talking,
      `--use-file-for-fake-audio-capture=${file}`,
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
  browser.on('disconnected', () => void rm(folder, { recursive: true }))
  return browser
}

/** The other end of one connection, which a test plays itself. */
export class FakeVoice {
  /** Everything that the page sent over all connections, without the sound. */
  readonly received: WireEvent[] = []
  /** The addresses by which it connected. */
  readonly connections: { query: URLSearchParams; protocols: string[] }[] = []
  /** All the sound that came. */
  readonly heard: number[] = []
  /** Connections are refused from now on. */
  isAway = false
  /** Nothing that the page asks is answered any more, as over a line that only seems to be there. */
  isDead = false
  /** Sessions from before are gone, as they are after a restart. */
  hasForgotten = false
  /** Items that arrived, by their ids. */
  readonly #items = new Set<string>()
  #socket: WebSocket | undefined
  readonly #sent: string[] = []
  #waiting: (() => void)[] = []

  connected(socket: WebSocket, query: URLSearchParams, { headers }: IncomingMessage): void {
    const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
    this.#socket = socket
    this.connections.push({ query, protocols })
    socket.on('message', (data) => this.#took(JSON.parse(Buffer.isBuffer(data) ? data.toString() : '')))
    this.send({
      type: 'session.created',
      session: {},
      nightdesk: {
        resume_token: 'resume-1',
        conversation_id: query.get('conversation_id') ?? 'conversation-voice',
        resumed: query.has('resume') && !this.hasForgotten,
        gap: false,
        keeps_ms: 60_000,
      },
    })
  }

  get lastEventId(): string {
    return `event_${this.#sent.length}`
  }

  send(...events: WireEvent[]): void {
    for (const event of events) {
      const json = JSON.stringify({ event_id: `event_${this.#sent.length + 1}`, ...event })
      this.#sent.push(json)
      this.#socket?.send(json)
    }
  }

  /** The same event as before, as a server does that isn't sure of what arrived. */
  sendAgain(eventId: string): void {
    this.#socket?.send(this.#sent[Number(eventId.split('_')[1]) - 1] ?? '')
  }

  /** The item has arrived; the page may or may not hear of that. */
  has(id: string): void {
    this.#items.add(id)
  }

  /** As a cable does it. */
  breakOff(): void {
    this.#socket?.terminate()
  }

  /** Resolves when it has connected so many times, and once more. */
  async connection(at: number): Promise<void> {
    await this.#until(() => this.connections.length > at, `It connected ${this.connections.length} times only`)
  }

  /** The first event that the page sent or sends of this kind, after those seen already. */
  async next(type: string, seen = 0): Promise<WireEvent> {
    const ofType = () => this.received.filter((event) => event.type === type)[seen]
    await this.#until(() => ofType() !== undefined, `${type} didn't come`)
    return ofType() ?? { type }
  }

  /** What is being said. */
  transcript(text: string, isFinal: boolean, corrections: readonly object[] = []): void {
    this.send({ type: 'nightdesk.transcript', item_id: 'item_heard', text, is_final: isFinal, corrections })
  }

  /** An answer of one sentence, spoken for so many seconds. */
  speak(responseId: string, written: string, seconds: number, citations: readonly number[] = []): void {
    this.send({ type: 'response.created', response: { id: responseId, status: 'in_progress' } })
    this.caption(responseId, written, citations)
    this.sound(responseId, seconds)
  }

  caption(responseId: string, written: string, citations: readonly number[] = []): void {
    const place = { response_id: responseId, item_id: `item_${responseId}` }
    this.send({
      type: 'nightdesk.caption',
      ...place,
      text: written,
      written,
      filler: false,
      citations,
      index: 0,
      audio_start_ms: 0,
    })
  }

  sound(responseId: string, seconds: number): void {
    const place = { response_id: responseId, item_id: `item_${responseId}`, output_index: 0, content_index: 0 }
    this.send({ type: 'response.output_audio.delta', ...place, delta: base64(tone(440, seconds, 0.3)) })
  }

  async #until(isSo: () => boolean, otherwise: string): Promise<void> {
    const end = performance.now() + patienceMs
    while (!isSo()) {
      if (performance.now() > end) {
        throw new Error(`${otherwise}; came: ${this.received.map(({ type }) => type).join(', ')}`)
      }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        setTimeout(resolve, 200)
      })
    }
  }

  #tellOf(id: string, askedBy: unknown): void {
    if (this.#items.has(id)) this.send({ type: 'conversation.item.retrieved', item: { id } })
    else
      this.send({ type: 'error', error: { type: 'invalid_request_error', code: 'item_not_found', event_id: askedBy } })
  }

  #took(event: WireEvent): void {
    if (event.type === 'input_audio_buffer.append') {
      const bytes = Buffer.from(String(event.audio), 'base64')
      for (let at = 0; at < bytes.length; at += 2) this.heard.push(bytes.readInt16LE(at))
    } else if (isProbe(event)) {
      if (!this.isDead) this.send({ type: 'session.updated', session: {} })
    } else this.received.push(event)
    if (event.type === 'conversation.item.retrieve') this.#tellOf(String(event.item_id), event.event_id)
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** The page only wants to know whether anybody is there. */
function isProbe({ type, session }: WireEvent): boolean {
  return type === 'session.update' && JSON.stringify(session) === '{"type":"realtime"}'
}

export interface TalkingPage extends OpenedPage {
  voice: FakeVoice
}

/**
 * The page on a server whose voice a test plays.
 * @param before Runs in the page before anything of it does.
 */
export async function openTalkingPage(
  browser: Browser,
  given: Partial<ServerParts> & { before?: () => void } = {},
  device: BrowserContextOptions = {},
): Promise<TalkingPage> {
  const voice = new FakeVoice()
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'realtime' })
  const realtime: RealtimeDesk = {
    accept(request, socket, head, { query }) {
      if (voice.isAway) socket.destroy()
      else sockets.handleUpgrade(request, socket, head, (connection) => voice.connected(connection, query, request))
    },
    checkedSettings: (settings) => ({ kind: 'settings', settings, session: {} }),
    drain: () => Promise.resolve(),
  }
  const opened = await openPage(browser, { realtime, ...given }, device)
  return {
    ...opened,
    voice,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate()
      await opened[Symbol.asyncDispose]()
    },
  }
}

/** How strong a frequency is in a sound, 0..1 (Goertzel). */
export function strengthOf(hertz: number, samples: readonly number[]): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / soundRate)
  let [last, before] = [0, 0]
  for (const sample of samples) [last, before] = [sample / 0x8000 + turn * last - before, last]
  return (2 * Math.sqrt(Math.max(0, last * last + before * before - turn * last * before))) / samples.length
}

function tone(hertz: number, seconds: number, loudness: number): Int16Array {
  return Int16Array.from({ length: seconds * soundRate }, (_, at) =>
    Math.round(0x7fff * loudness * Math.sin((2 * Math.PI * hertz * at) / soundRate)),
  )
}

function base64(samples: Int16Array): string {
  return Buffer.from(samples.buffer).toString('base64')
}

function wav(samples: Int16Array): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(soundRate, 24)
  head.writeUInt32LE(soundRate * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}
