import { basename } from 'node:path'
import { resample } from '#providers/audio/resample.ts'
import { SherpaFailure, SherpaModel } from '#providers/sherpa/sherpa-model.ts'
import { TextToSpeechError, type TextToSpeechProvider } from '../errors.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '../text-to-speech.ts'
import { pieceByPiece, Utterances } from '../utterances.ts'

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
  readonly #utterances = new Utterances()

  /** @param modulePath Of sherpa-onnx; absent: the package. */
  constructor({ folder, modulePath }: { folder: string; modulePath?: string | undefined }) {
    this.id = `sherpa-onnx/${basename(folder)}`
    this.#model = new SherpaModel({ task: 'say', folder, modulePath })
  }

  say(
    text: AsyncIterable<string>,
    { lang, speed = 1 }: SpeakingOptions,
    signal: AbortSignal,
  ): AsyncIterable<SpokenAudio> {
    const speaker = pieceByPiece({ lang, sampleRate: this.sampleRate }, (piece, stop) =>
      this.#synthesise(piece, speed, stop),
    )
    return this.#utterances.say(text, speaker, signal)
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
    this.#utterances[Symbol.dispose]()
    await this.#model[Symbol.asyncDispose]()
  }
}
