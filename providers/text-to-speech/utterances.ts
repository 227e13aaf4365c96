import { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpokenAudio } from './text-to-speech.ts'
import { estimatedWordTimes, wordsIn } from './word-times.ts'

/** Says pieces of text as they come, and hands on what is spoken. */
export type Speaker = (text: AsyncIterator<string>, spoken: Arrivals<SpokenAudio>, signal: AbortSignal) => Promise<void>

/** The utterances under way of a voice that is asked anew for each piece of text; closing it silences them all. */
export class Utterances implements Disposable {
  readonly #speaking = new Set<AbortController>()

  /** As `TextToSpeech.say` promises: text is taken whether or not audio is pulled, and whoever leaves silences it. */
  async *say(text: AsyncIterable<string>, speaker: Speaker, signal: AbortSignal): AsyncGenerator<SpokenAudio> {
    signal.throwIfAborted()
    const spoken = new Arrivals<SpokenAudio>()
    const iterator = text[Symbol.asyncIterator]()
    const silenced = new AbortController()
    silenced.signal.addEventListener('abort', () => spoken.fail(silenced.signal.reason))
    const stop = (): void => silenced.abort(signal.reason)
    signal.addEventListener('abort', stop)
    this.#speaking.add(silenced)
    speaker(iterator, spoken, silenced.signal).then(
      () => spoken.end(),
      (error: unknown) => spoken.fail(error),
    )
    try {
      yield* spoken
    } finally {
      signal.removeEventListener('abort', stop)
      this.#speaking.delete(silenced)
      silenced.abort(new Error('nobody listens any more'))
      iterator.return?.().then(undefined, () => undefined)
    }
  }

  [Symbol.dispose](): void {
    for (const speaking of this.#speaking) speaking.abort(new Error('closed'))
  }
}

/** For a voice that gives the whole sound of a piece at once and no times: these are estimated. */
export function pieceByPiece(
  { lang, sampleRate }: { lang: 'en' | 'ja'; sampleRate: number },
  synthesise: (piece: string, signal: AbortSignal) => Promise<Int16Array>,
): Speaker {
  return async (text, spoken, signal) => {
    let saidMs = 0
    for (let next = await text.next(); next.done !== true; next = await text.next()) {
      signal.throwIfAborted()
      const words = wordsIn(next.value, lang)
      if (words.length === 0) continue
      const samples = await synthesise(next.value, signal)
      spoken.push({ samples, words: estimatedWordTimes(words, samples, sampleRate, saidMs) })
      saidMs += durationMs(samples.length, sampleRate)
    }
  }
}
