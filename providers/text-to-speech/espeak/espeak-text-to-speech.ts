import { resample } from '#providers/audio/resample.ts'
import { readWav } from '#providers/audio/wav.ts'
import { TextToSpeechError, type TextToSpeechProvider } from '../errors.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '../text-to-speech.ts'
import { pieceByPiece, Utterances } from '../utterances.ts'
import { espeakMarkup, hasKanji } from './espeak-text.ts'
import { numbersInKana } from './japanese-numbers.ts'
import { programOver } from './program.ts'

const provider: TextToSpeechProvider = {
  name: 'espeak-ng',
  remedy: 'Install the package espeak-ng (Debian, Ubuntu: apt install espeak-ng), or set CARTESIA_API_KEY.',
}
const kanjiReader: TextToSpeechProvider = {
  name: 'kakasi',
  remedy:
    'Japanese speech without a network needs it to read kanji: install the package kakasi (Debian, Ubuntu: apt install kakasi), or set CARTESIA_API_KEY.',
}
const voices = { en: 'en-us', ja: 'ja' } as const
/** Words a minute; espeak-ng's own 175 is fast for steps to follow. */
const usualPace = 165

export interface EspeakOptions {
  /** The program, where it isn't on the PATH. */
  program?: string | undefined
  /** Turns kanji into kana, which espeak-ng can't; a program of the package of that name. */
  kakasi?: string | undefined
  /** Samples a second of what it says; absent: 24,000. */
  sampleRate?: number | undefined
}

/** Speech without a network: a voice that sounds like a machine, begins within 20 ms and never goes down. */
export class EspeakTextToSpeech implements TextToSpeech {
  readonly id = 'espeak-ng'
  readonly sampleRate: number
  readonly #program: string
  readonly #kakasi: string
  readonly #utterances = new Utterances()

  constructor({ program = 'espeak-ng', kakasi = 'kakasi', sampleRate = 24_000 }: EspeakOptions = {}) {
    this.#program = program
    this.#kakasi = kakasi
    this.sampleRate = sampleRate
  }

  say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncIterable<SpokenAudio> {
    const speaker = pieceByPiece({ lang: options.lang, sampleRate: this.sampleRate }, (piece, stop) =>
      this.#synthesise(piece, options, stop),
    )
    return this.#utterances.say(text, speaker, signal)
  }

  async #synthesise(text: string, options: SpeakingOptions, signal: AbortSignal): Promise<Int16Array> {
    const { lang, voice = voices[options.lang], speed = 1 } = options
    const readable = lang === 'ja' ? await this.#inKana(numbersInKana(text), signal) : text
    const pace = String(Math.round(Math.min(1.5, Math.max(0.6, speed)) * usualPace))
    const args = ['--stdout', '--stdin', '-m', '-b', '1', '-v', voice, '-s', pace]
    const outcome = await programOver(espeakMarkup(readable, lang, voices.en), this.#program, args, signal)
    if (outcome.kind === 'missing') throw new TextToSpeechError('not-installed', provider)
    if (outcome.kind === 'failed') throw new TextToSpeechError('broken-off', provider, new Error(outcome.reason))
    // A voice it hasn't is only complained about.
    if (outcome.output.length === 0) {
      throw new TextToSpeechError('rejected', provider, new Error(`said nothing with the voice ${voice}`))
    }
    const { format, samples } = readWav(outcome.output)
    return resample(samples, format.sampleRate, this.sampleRate)
  }

  /** What kanji the dictionary doesn't know is left out, since espeak-ng would say of each only that it is one. */
  async #inKana(text: string, signal: AbortSignal): Promise<string> {
    if (!hasKanji(text)) return text
    const args = ['-i', 'utf8', '-o', 'utf8', '-JH']
    const outcome = await programOver(text, this.#kakasi, args, signal)
    if (outcome.kind === 'missing') throw new TextToSpeechError('not-installed', kanjiReader)
    if (outcome.kind === 'failed') throw new TextToSpeechError('broken-off', kanjiReader, new Error(outcome.reason))
    return outcome.output.toString('utf8').replace(/[\p{Script=Han}々]+/gu, '、')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#utterances[Symbol.dispose]()
  }
}
