import { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpeakingOptions, SpokenAudio, SpokenWord, TextToSpeech } from './text-to-speech.ts'
import { wordsIn } from './word-times.ts'

export interface FakeVoice {
  id?: string | undefined
  /** Each word takes so long. */
  wordMs?: number | undefined
  sampleRate?: number | undefined
  /** Asked before each word with its number, from 0 in each utterance: to wait, or to throw. */
  before?: ((word: string, at: number) => Promise<void>) | undefined
}

export interface FakeUtterance {
  options: SpeakingOptions
  /** The text as it came. */
  pieces: string[]
  outcome: 'speaking' | 'said' | 'stopped'
}

/** Says each word as a stretch of tone, one chunk a word, in the process and at once. */
export class FakeTextToSpeech implements TextToSpeech {
  readonly id: string
  readonly sampleRate: number
  /** What it was asked to say, in order. */
  readonly utterances: FakeUtterance[] = []
  readonly #wordMs: number
  readonly #before: (word: string, at: number) => Promise<void>

  constructor({ id = 'fake-voice', wordMs = 200, sampleRate = 24_000, before = async () => {} }: FakeVoice = {}) {
    this.id = id
    this.#wordMs = wordMs
    this.sampleRate = sampleRate
    this.#before = before
  }

  async *say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncGenerator<SpokenAudio> {
    signal.throwIfAborted()
    const utterance: FakeUtterance = { options, pieces: [], outcome: 'speaking' }
    this.utterances.push(utterance)
    const spoken = new Arrivals<SpokenAudio>()
    const iterator = text[Symbol.asyncIterator]()
    const stop = () => {
      utterance.outcome = 'stopped'
      spoken.fail(signal.reason)
    }
    signal.addEventListener('abort', stop)
    this.#sayAll(iterator, utterance, spoken).then(
      () => spoken.end(),
      (error: unknown) => spoken.fail(error),
    )
    try {
      yield* spoken
      utterance.outcome = 'said'
    } finally {
      if (utterance.outcome === 'speaking') utterance.outcome = 'stopped'
      signal.removeEventListener('abort', stop)
      iterator.return?.().then(undefined, () => undefined)
    }
  }

  async #sayAll(text: AsyncIterator<string>, utterance: FakeUtterance, spoken: Arrivals<SpokenAudio>): Promise<void> {
    let at = 0
    for (let next = await text.next(); next.done !== true; next = await text.next()) {
      utterance.pieces.push(next.value)
      for (const word of wordsIn(next.value, utterance.options.lang)) {
        await this.#before(word, at)
        if (utterance.outcome !== 'speaking') return
        spoken.push(this.#wordAt(word, at))
        at += 1
      }
    }
  }

  #wordAt(text: string, at: number): SpokenAudio {
    const samples = tone(Math.round((this.sampleRate * this.#wordMs) / 1000), this.sampleRate)
    const ms = durationMs(samples.length, this.sampleRate)
    const word: SpokenWord = { text, fromMs: at * ms, toMs: (at + 1) * ms }
    return { samples, words: [word] }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** 440 Hz, not loud. */
export function tone(length: number, sampleRate: number): Int16Array {
  return Int16Array.from({ length }, (_, k) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * k) / sampleRate)))
}
