import { EspeakTextToSpeech } from '#providers/text-to-speech/espeak/espeak-text-to-speech.ts'
import type { SpokenWord } from '#providers/text-to-speech/text-to-speech.ts'
import type { Chance } from '../chance.ts'
import { type Sound, sampleRate } from './noises.ts'
import type { ScriptedTurn } from './scripted-turn.ts'

/** A made-up person. */
export interface Speaker {
  voice: string
  speed: number
}

/** Something said: its sound from its first to its last audible sample, and when each word is. */
export interface Spoken {
  text: string
  lang: 'en' | 'ja'
  sound: Sound
  words: readonly SpokenWord[]
  /** Where somebody paused, in milliseconds from the beginning; the word after a pause begins there. */
  pauses: readonly { fromMs: number; toMs: number }[]
}

const variants = ['m1', 'm3', 'm7', 'f2', 'f3', 'f4']

export function speakerOf(lang: 'en' | 'ja', chance: Chance): Speaker {
  const base = lang === 'ja' ? 'ja' : chance.oneOf(['en-us', 'en-gb', 'en-gb-scotland'])
  return { voice: `${base}+${chance.oneOf(variants)}`, speed: 0.9 + 0.4 * chance.unit() }
}

/** Says scripted turns, with pauses of their own length where the script has one. */
export class Speaking implements AsyncDisposable {
  readonly #voice = new EspeakTextToSpeech({ sampleRate })

  async say({ lang, said }: ScriptedTurn, speaker: Speaker, chance: Chance, signal: AbortSignal): Promise<Spoken> {
    const pieces = said.split('|').map((piece) => piece.trim())
    const parts: Sound[] = []
    const words: SpokenWord[] = []
    const pauses: { fromMs: number; toMs: number }[] = []
    let atMs = 0
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) {
        const pauseMs = 300 + 1200 * chance.unit()
        pauses.push({ fromMs: atMs, toMs: atMs + pauseMs })
        parts.push(new Float32Array(Math.round((pauseMs * sampleRate) / 1000)))
        atMs += pauseMs
      }
      // A comma keeps the voice up, as it stays when a speaker looks for words; a question mark ends it.
      const marked =
        at < pieces.length - 1
          ? `${piece}${lang === 'ja' ? '、' : ','}`
          : `${piece}${lang === 'ja' ? '。' : endMark(said)}`
      const spoken = await this.#piece(marked, lang, speaker, signal)
      words.push(...spoken.words.map(({ text, fromMs, toMs }) => ({ text, fromMs: fromMs + atMs, toMs: toMs + atMs })))
      parts.push(spoken.sound)
      atMs += (spoken.sound.length * 1000) / sampleRate
    }
    return { text: pieces.join(' '), lang, sound: joined(parts), words, pauses }
  }

  async #piece(
    text: string,
    lang: 'en' | 'ja',
    { voice, speed }: Speaker,
    signal: AbortSignal,
  ): Promise<{ sound: Sound; words: SpokenWord[] }> {
    const parts: Sound[] = []
    const words: SpokenWord[] = []
    for await (const audio of this.#voice.say(only(text), { lang, voice, speed }, signal)) {
      parts.push(Float32Array.from(audio.samples, (sample) => sample / 32_768))
      words.push(...audio.words)
    }
    const whole = joined(parts)
    const { from, to } = audible(whole)
    const fromMs = (from * 1000) / sampleRate
    const lengthMs = ((to - from) * 1000) / sampleRate
    const within = (ms: number) => Math.min(lengthMs, Math.max(0, ms - fromMs))
    return {
      sound: whole.slice(from, to),
      words: words.map((word) => ({
        text: word.text.replace(/[.,?、。]+/gu, ''),
        fromMs: within(word.fromMs),
        toMs: within(word.toMs),
      })),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#voice[Symbol.asyncDispose]()
  }
}

function endMark(said: string): string {
  return /^(?:how|what|who|where|why|which|when|is|are|can|could|do|does)\b/.test(said) ? '?' : '.'
}

async function* only(text: string): AsyncGenerator<string> {
  yield text
}

function joined(parts: readonly Sound[]): Sound {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Without the silence that the synthesiser puts around its words: 40 dB below the loudest. */
function audible(sound: Sound): { from: number; to: number } {
  const most = sound.reduce((loudest, value) => Math.max(loudest, Math.abs(value)), 0)
  const from = Math.max(
    0,
    sound.findIndex((value) => Math.abs(value) > most / 100),
  )
  const to = sound.findLastIndex((value) => Math.abs(value) > most / 100) + 1
  return { from, to: Math.max(from, to) }
}
