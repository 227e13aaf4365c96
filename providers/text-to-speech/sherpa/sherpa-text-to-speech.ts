import { basename } from 'node:path'
import { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import { resample } from '#providers/audio/resample.ts'
import { SherpaFailure, SherpaModel } from '#providers/sherpa/sherpa-model.ts'
import { TextToSpeechError, type TextToSpeechProvider } from '../errors.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '../text-to-speech.ts'
import { estimatedWordTimes, wordsIn } from '../word-times.ts'

const provider: TextToSpeechProvider = {
  name: 'sherpa-onnx',
  remedy:
    'Check that its folder in nightdesk.yaml holds a voice: an .onnx file, its tokens.txt, and lexicon.txt or espeak-ng-data.',
}

/** A voice on this machine by a model of the user's, in a process of its own. It works without a network and costs nothing. */
export class SherpaTextToSpeech implements TextToSpeech {
  readonly id: string
  readonly sampleRate = 24_000
  readonly #model: SherpaModel
  readonly #speaking = new Set<AbortController>()

  /** @param modulePath Of sherpa-onnx; absent: the package. */
  constructor({ folder, modulePath }: { folder: string; modulePath?: string | undefined }) {
    this.id = `sherpa-onnx/${basename(folder)}`
    this.#model = new SherpaModel({ task: 'say', folder, modulePath })
  }

  async *say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncGenerator<SpokenAudio> {
    signal.throwIfAborted()
    const spoken = new Arrivals<SpokenAudio>()
    const iterator = text[Symbol.asyncIterator]()
    const silenced = new AbortController()
    silenced.signal.addEventListener('abort', () => spoken.fail(silenced.signal.reason))
    const stop = (): void => silenced.abort(signal.reason)
    signal.addEventListener('abort', stop)
    this.#speaking.add(silenced)
    this.#sayAll(iterator, options, spoken, silenced.signal).then(
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

  async #sayAll(
    text: AsyncIterator<string>,
    { lang, speed = 1 }: SpeakingOptions,
    spoken: Arrivals<SpokenAudio>,
    signal: AbortSignal,
  ): Promise<void> {
    let saidMs = 0
    for (let next = await text.next(); next.done !== true; next = await text.next()) {
      signal.throwIfAborted()
      const words = wordsIn(next.value, lang)
      if (words.length === 0) continue
      const samples = await this.#synthesise(next.value, speed, signal)
      spoken.push({ samples, words: estimatedWordTimes(words, samples, this.sampleRate, saidMs) })
      saidMs += durationMs(samples.length, this.sampleRate)
    }
  }

  async #synthesise(text: string, speed: number, signal: AbortSignal): Promise<Int16Array> {
    try {
      const answer = await this.#model.ask({ kind: 'say', text, speed }, signal)
      if (answer.kind !== 'said') throw new SherpaFailure('it answered with something else', false)
      const samples = Int16Array.from(answer.samples, (level) => Math.round(Math.min(1, Math.max(-1, level)) * 32_767))
      return resample(samples, answer.sampleRate, this.sampleRate)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof SherpaFailure)) throw error
      throw new TextToSpeechError(error.fatal ? 'not-installed' : 'broken-off', provider, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const speaking of this.#speaking) speaking.abort(new Error('closed'))
    await this.#model[Symbol.asyncDispose]()
  }
}
