import { Resampler } from '#providers/audio/resample.ts'
import type {
  HeardLanguage,
  HearingEvent,
  HearingInput,
  SpeechToText,
} from '#providers/speech-to-text/speech-to-text.ts'
import { Channel } from './channel.ts'
import { untilAborted } from './lifetimes.ts'

export interface EarOptions {
  lang: HeardLanguage
  /** Likely to be said, the likeliest first; asked for when hearing begins, and while fewer are known than a recogniser takes. */
  keyterms: () => readonly string[]
}

/** Hears one stream of audio: what comes in is recognised until it is closed. */
export class Ear {
  readonly #audio = new Channel<HearingInput>(Number.POSITIVE_INFINITY)
  readonly #resampler: Resampler | undefined
  readonly #sampleRate: number
  readonly #events: AsyncIterable<HearingEvent>

  /** What it was told to expect. */
  readonly keyterms: readonly string[]
  /** Where its audio begins in all that the speaker's microphone gave; its times count from there. */
  readonly offsetMs: number

  /** @param sampleRate Of the first audio; what comes at another rate later is not understood. */
  constructor(
    speechToText: SpeechToText,
    { sampleRate, offsetMs }: { sampleRate: number; offsetMs: number },
    { lang, keyterms }: EarOptions,
    signal: AbortSignal,
  ) {
    this.#sampleRate = sampleRate
    this.offsetMs = offsetMs
    this.keyterms = keyterms()
    const rate = Math.min(48_000, Math.max(8000, sampleRate))
    this.#resampler = rate === sampleRate ? undefined : new Resampler(sampleRate, rate)
    this.#events = speechToText.hear(this.#audio, { sampleRate: rate, lang, keyterms: this.keyterms }, signal)
  }

  get sampleRate(): number {
    return this.#sampleRate
  }

  feed(samples: Int16Array): void {
    const heard = this.#resampler === undefined ? samples : this.#resampler.push(samples)
    void this.#audio.send({ kind: 'audio', samples: heard })
  }

  /** The speaker is known to be done. */
  flush(): void {
    void this.#audio.send({ kind: 'flush' })
  }

  /** No more audio comes; what is still open is told yet. */
  close(): void {
    this.#audio.close()
  }

  heard(signal: AbortSignal): AsyncIterable<HearingEvent> {
    return untilAborted(this.#events, signal)
  }
}
