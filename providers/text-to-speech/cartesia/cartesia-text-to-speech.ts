import { randomUUID } from 'node:crypto'
import { Arrivals } from '#providers/audio/arrivals.ts'
import { SampleReader } from '#providers/audio/pcm.ts'
import { TextToSpeechError } from '../errors.ts'
import type { SpeakingOptions, SpokenAudio, SpokenWord, TextToSpeech } from '../text-to-speech.ts'
import { type ClientMessage, Connection, cartesia, faultOfStatus } from './connection.ts'
import type { CartesiaMessage } from './messages.ts'

export interface CartesiaOptions {
  apiKey: string
  /** Absent: Cartesia's own. http(s):// or ws(s):// */
  baseUrl?: string | undefined
  /** The voice for both languages. */
  voiceId: string
  /** Another one for Japanese. */
  japaneseVoiceId?: string | undefined
  model?: string | undefined
  /** Samples a second of what it says; absent: 24,000. */
  sampleRate?: CartesiaSampleRate | undefined
}

type CartesiaSampleRate = 8000 | 16_000 | 22_050 | 24_000 | 44_100 | 48_000

/** Speech by Cartesia, over one connection that is opened when first needed and kept. */
export class CartesiaTextToSpeech implements TextToSpeech {
  readonly id: string
  readonly sampleRate: CartesiaSampleRate
  readonly #options: CartesiaOptions
  readonly #model: string
  readonly #speaking = new Set<Utterance>()
  #connection: Connection | undefined

  constructor(options: CartesiaOptions) {
    this.#options = options
    this.#model = options.model ?? 'sonic-3'
    this.id = `cartesia/${this.#model}`
    this.sampleRate = options.sampleRate ?? 24_000
  }

  async *say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncGenerator<SpokenAudio> {
    signal.throwIfAborted()
    const utterance = new Utterance(text, () => this.#connected(), this.#requestFor(options))
    const stop = () => utterance.fail(signal.reason)
    signal.addEventListener('abort', stop)
    this.#speaking.add(utterance)
    try {
      utterance.start()
      yield* utterance.spoken
    } finally {
      signal.removeEventListener('abort', stop)
      this.#speaking.delete(utterance)
      utterance.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const utterance of this.#speaking) utterance.fail(new Error('closed'))
    this.#connection?.close()
  }

  #connected(): Connection {
    if (this.#connection === undefined || this.#connection.isGone) {
      this.#connection = new Connection(this.#options.apiKey, this.#options.baseUrl ?? 'https://api.cartesia.ai')
    }
    return this.#connection
  }

  #requestFor({ lang, voice, speed = 1 }: SpeakingOptions): UtteranceRequest {
    const usual = lang === 'ja' ? (this.#options.japaneseVoiceId ?? this.#options.voiceId) : this.#options.voiceId
    return {
      model_id: this.#model,
      language: lang,
      voice: { mode: 'id', id: voice ?? usual },
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: this.sampleRate },
      add_timestamps: true,
      // The text comes in whole sentences: nothing is gained by waiting for more.
      max_buffer_delay_ms: 0,
      ...(speed === 1 ? {} : { generation_config: { speed: Math.min(1.5, Math.max(0.6, speed)) } }),
    }
  }
}

/** What is the same in all requests of an utterance. */
type UtteranceRequest = Omit<Extract<ClientMessage, { transcript: string }>, 'context_id' | 'transcript' | 'continue'>

/** One context's life: text in, audio out. */
class Utterance {
  readonly spoken = new Arrivals<SpokenAudio>()
  readonly #contextId = randomUUID()
  readonly #text: AsyncIterator<string>
  readonly #connect: () => Connection
  readonly #request: UtteranceRequest
  readonly #samples = new SampleReader()
  #connection: Connection | undefined
  #lastWordMs = 0
  #isOver = false

  constructor(text: AsyncIterable<string>, connectTo: () => Connection, request: UtteranceRequest) {
    this.#text = text[Symbol.asyncIterator]()
    this.#connect = connectTo
    this.#request = request
  }

  start(): void {
    this.#sendAll().catch((error: unknown) => this.fail(error))
  }

  /** Silent at once; nothing of what waits is said. */
  fail(error: unknown): void {
    this.spoken.fail(error)
    this.end()
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.spoken.end()
    this.#connection?.forget(this.#contextId)
    this.#connection?.send({ context_id: this.#contextId, cancel: true })
    this.#text.return?.().then(undefined, () => undefined)
  }

  async #sendAll(): Promise<void> {
    for (let next = await this.#text.next(); next.done !== true; next = await this.#text.next()) {
      if (this.#isOver) return
      if (next.value.trim() === '') continue
      const connection = await this.#begun()
      if (this.#isOver) return
      // A continuation is glued to what came before.
      const transcript = /\s$/.test(next.value) || this.#request.language === 'ja' ? next.value : `${next.value} `
      connection.send({ ...this.#request, context_id: this.#contextId, continue: true, transcript })
    }
    if (this.#isOver) return
    if (this.#connection === undefined) this.#finish()
    else this.#connection.send({ ...this.#request, context_id: this.#contextId, continue: false, transcript: '' })
  }

  async #begun(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    const connection = this.#connect()
    this.#connection = connection
    connection.listen(this.#contextId, {
      heard: (message) => this.#heard(message),
      failed: (error) => this.fail(error),
    })
    await connection.ready
    return connection
  }

  #heard(message: CartesiaMessage): void {
    switch (message.type) {
      case 'chunk': {
        const samples = this.#samples.read(Buffer.from(message.data, 'base64'))
        if (samples.length > 0) this.spoken.push({ samples, words: [] })
        return
      }
      case 'timestamps': {
        const words = [...this.#wordsIn(message)]
        if (words.length > 0) this.spoken.push({ samples: new Int16Array(), words })
        return
      }
      case 'done':
        this.#finish()
        return
      case 'error': {
        const { status_code: status, title, message: reason } = message
        const cause = new Error(`${status} ${title}: ${reason}`)
        this.fail(new TextToSpeechError(faultOfStatus(status), cartesia, cause))
        return
      }
      default:
    }
  }

  /** All is said: there is nothing to cancel. */
  #finish(): void {
    this.#connection?.forget(this.#contextId)
    this.#connection = undefined
    this.end()
  }

  *#wordsIn({ word_timestamps: times }: CartesiaMessage & { type: 'timestamps' }): Generator<SpokenWord> {
    for (const [at, text] of (times?.words ?? []).entries()) {
      const fromMs = Math.max(this.#lastWordMs, Math.round((times?.start[at] ?? 0) * 1000))
      const toMs = Math.max(fromMs + 1, Math.round((times?.end[at] ?? 0) * 1000))
      this.#lastWordMs = toMs
      yield { text, fromMs, toMs }
    }
  }
}
