import type { HearingEvent, HearingInput, HearingOptions, SpeechToText } from '../speech-to-text.ts'
import { flux } from './flux.ts'
import { Hearing } from './hearing.ts'
import { nova } from './nova.ts'

export interface DeepgramOptions {
  apiKey: string
  /** Absent: Deepgram's own. http(s):// or ws(s):// */
  baseUrl?: string | undefined
  /** `nova-3`, or a Flux model (`flux-general-en`, `flux-general-multi`), which also tells likely ends of turns. */
  model?: string | undefined
  /** A flush that isn't answered in this time is answered from here; absent: 700. */
  flushAnswerMs?: number | undefined
  /** How long the rest is waited for when the audio is over; absent: 3,000. */
  farewellMs?: number | undefined
}

/** Recognition by Deepgram; a connection for each stream of audio. */
export class DeepgramSpeechToText implements SpeechToText {
  readonly id: string
  readonly #options: DeepgramOptions
  readonly #model: string

  constructor(options: DeepgramOptions) {
    this.#options = options
    this.#model = options.model ?? 'nova-3'
    this.id = `deepgram/${this.#model}`
  }

  async *hear(
    audio: AsyncIterable<HearingInput>,
    options: HearingOptions,
    signal: AbortSignal,
  ): AsyncGenerator<HearingEvent> {
    signal.throwIfAborted()
    const { apiKey, baseUrl = 'wss://api.deepgram.com', flushAnswerMs = 700, farewellMs = 3000 } = this.#options
    await using hearing = new Hearing(audio, {
      dialect: this.#model.startsWith('flux') ? flux : nova,
      apiKey,
      address: baseUrl.replace(/^http/, 'ws'),
      model: this.#model,
      options,
      flushAnswerMs,
      farewellMs,
    })
    const stop = () => hearing.fail(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      hearing.start()
      yield* hearing.events
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
