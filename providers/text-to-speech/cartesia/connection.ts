import { createRequire } from 'node:module'
import { connect } from 'node:net'
import type { TTSWS as TtsSocket } from '@cartesia/cartesia-js/resources/tts/ws'
import { WebSocket } from 'ws'
import { TextToSpeechError, type TextToSpeechFault, type TextToSpeechProvider } from '../errors.ts'
import { CartesiaMessage } from './messages.ts'

/** The module build knows neither an address without TLS nor a header: it takes the browser's WebSocket. */
const commonJs = createRequire(import.meta.url)
const { Cartesia }: typeof import('@cartesia/cartesia-js') = commonJs('@cartesia/cartesia-js')
const { TTSWS }: typeof import('@cartesia/cartesia-js/resources/tts/ws') = commonJs(
  '@cartesia/cartesia-js/resources/tts/ws',
)

const handshakeMs = 5000

export const cartesia: TextToSpeechProvider = {
  name: 'Cartesia',
  remedy: 'Check CARTESIA_API_KEY, CARTESIA_VOICE_ID, CARTESIA_BASE_URL and the network.',
}

/** One utterance's end of the connection. */
export interface ContextListener {
  heard(message: CartesiaMessage): void
  failed(error: TextToSpeechError): void
}

export type ClientMessage = Parameters<TtsSocket['send']>[0]

/** One WebSocket, over which any number of utterances are spoken. Once it is gone it stays so; a new one takes its place. */
export class Connection {
  readonly #socket: TtsSocket
  readonly #contexts = new Map<string, ContextListener>()
  /** Settles when it can be spoken over; what goes wrong is told to the contexts. */
  readonly ready: Promise<void>
  #isGone = false
  #isOpen = false

  constructor(apiKey: string, baseUrl: string) {
    const address = new URL(baseUrl.replace(/^ws/, 'http'))
    const plain = {
      createConnection: () =>
        connect({ host: address.hostname, port: Number(address.port === '' ? 80 : address.port) }),
    }
    // Not by the client's own method, which hands the socket out too late to hear of a refusal: that would end the process.
    this.#socket = new TTSWS(new Cartesia({ apiKey, baseURL: address.href.replace(/\/$/, '') }), {
      handshakeTimeout: handshakeMs,
      perMessageDeflate: false,
      ...(address.protocol === 'http:' ? plain : {}),
    })
    this.#socket.on('error', (error) => this.#complained(error))
    this.#socket.on('event', (event: unknown) => this.#heard(event))
    this.#socket.socket.addEventListener('close', () =>
      this.#gone('broken-off', new Error('the connection was closed')),
    )
    this.ready = this.#socket.connect().then(
      () => {
        this.#isOpen = true
      },
      () => undefined,
    )
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** From now on `listener` is told what is said of the context. Of one that nobody listens to, nothing is. */
  listen(contextId: string, listener: ContextListener): void {
    this.#contexts.set(contextId, listener)
  }

  forget(contextId: string): void {
    this.#contexts.delete(contextId)
  }

  /** Once ready; afterwards or when gone, it's in vain. */
  send(message: ClientMessage): void {
    // The client would connect anew by itself, and the context would be another one.
    if (this.#isGone || !this.#isOpen) return
    this.#socket.send(message).then(undefined, (cause: unknown) => this.#gone('broken-off', cause))
  }

  close(): void {
    const { socket } = this.#socket
    this.#gone('broken-off', new Error('closed from here'))
    if (socket instanceof WebSocket) socket.terminate()
    else socket.close()
  }

  #heard(event: unknown): void {
    const read = CartesiaMessage.safeParse(event)
    if (!read.success) {
      this.#gone('malformed', read.error)
      return
    }
    if (read.data.type === 'other') return
    const contextId = read.data.context_id
    if (typeof contextId === 'string') this.#contexts.get(contextId)?.heard(read.data)
    else if (read.data.type === 'error') {
      const { status_code: status, title, message } = read.data
      this.#gone(faultOfStatus(status), new Error(`${status} ${title}: ${message}`))
    }
  }

  /** Of the connection; what the server complains about comes as a message too. */
  #complained(error: Error & { error?: unknown }): void {
    if (error.error !== undefined) return
    const status = Number(/Unexpected server response: (\d+)/.exec(error.message)?.[1])
    if (Number.isFinite(status)) this.#gone(faultOfStatus(status), error)
    else if (!this.#isOpen) this.#gone('unreachable', error)
    else this.#gone(error.message.includes('could not parse') ? 'malformed' : 'broken-off', error)
  }

  #gone(fault: TextToSpeechFault, cause: unknown): void {
    if (this.#isGone) return
    this.#isGone = true
    const isRefused = !this.#isOpen && fault === 'broken-off'
    const error = new TextToSpeechError(isRefused ? 'unreachable' : fault, cartesia, cause)
    for (const listener of this.#contexts.values()) listener.failed(error)
    this.#contexts.clear()
    const { socket } = this.#socket
    if (socket instanceof WebSocket && socket.readyState < WebSocket.CLOSING) socket.terminate()
  }
}

export function faultOfStatus(status: number): TextToSpeechFault {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 402) return 'no-quota'
  if (status === 429) return 'rate-limited'
  return status >= 500 || status === 0 ? 'unreachable' : 'rejected'
}
