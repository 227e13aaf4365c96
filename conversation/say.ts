import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { SpeakingOptions, TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { OpsError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { Channel } from './channel.ts'
import type { TurnEvent } from './events.ts'
import { speakableChecked } from './guardrails/speech.ts'
import { childOf, untilAborted } from './lifetimes.ts'
import { withCodeMarks } from './speech/code-marks.ts'
import type { Lexicon } from './speech/lexicon.ts'
import { sentencesIn } from './speech/sentences.ts'
import { type VoicePart, voiceParts } from './speech/speakable.ts'
import type { SpokenLog } from './spoken-log.ts'
import { Stalls } from './stalls.ts'
import { saidInVoices } from './voices.ts'
import { said } from './words.ts'

export interface SayParts {
  textToSpeech: TextToSpeech
  lexicon: Lexicon
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
}

export interface SayOptions {
  /** Known once the turn is understood. */
  voice: () => { lang: Lang; pace: number; streamed: boolean; shownOn?: ShownOn | undefined }
  /** After so long without a word, something is said to bridge the wait. */
  fillerAfterMs: number
}

/** Sentences of an answer that is being written which are said; the rest is there to be read. */
const mostSentences = 7

/**
 * The events of a turn with its answer said aloud: speech begins at the first sentence that was checked, while the rest
 * is still being made. `done` comes when all of the speech was handed out. Speech that fails leaves the text.
 */
export async function* spoken(
  events: AsyncIterable<TurnEvent>,
  parts: SayParts,
  options: SayOptions,
  heard: SpokenLog,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  using stopping = childOf(signal)
  const out = new Channel<TurnEvent>()
  const stop = (): void => out.fail(stopping.signal.reason)
  stopping.signal.addEventListener('abort', stop, { once: true })
  const speech = new Speech(parts, options, heard, out)
  const running = follow(events, speech, out, stopping.signal).then(
    () => out.close(),
    (error: unknown) => out.fail(error),
  )
  try {
    yield* out
  } finally {
    stopping.signal.removeEventListener('abort', stop)
    stopping.abort(new Error('nobody listens any more'))
    await running
  }
}

async function follow(
  events: AsyncIterable<TurnEvent>,
  speech: Speech,
  out: Channel<TurnEvent>,
  signal: AbortSignal,
): Promise<void> {
  using waiting = childOf(signal)
  const filler = speech.bridge(waiting.signal, signal)
  const stalls = new Stalls({ wait: speech.wait, onStall: () => speech.sayWait(signal) }, waiting.signal)
  try {
    for await (const event of untilAborted(events, signal)) {
      if (event.kind === 'done') {
        await stalls.end()
        await speech.finish(withCodeMarks(event.answer.spoken, event.answer.answer), signal)
        await out.send(event)
        continue
      }
      await out.send(event)
      if (event.kind === 'delta') {
        const text = event.spoken === undefined ? event.text : withCodeMarks(event.spoken, event.text)
        if (await speech.delta(text, signal)) stalls.said(text, speech.voice)
      }
      if (event.kind === 'tool' && event.phase === 'progress') await speech.say(event.text, true, signal)
    }
  } finally {
    waiting.abort()
    await Promise.all([filler, stalls.end()])
    await speech.end()
  }
}

/** The speech of one turn: what is to be said goes in, sound comes out, one utterance from its first word to its last. */
class Speech {
  readonly #parts: SayParts
  readonly #options: SayOptions
  readonly #heard: SpokenLog
  readonly #out: Channel<TurnEvent>
  readonly #text = new Channel<VoicePart>(Number.POSITIVE_INFINITY)
  #speaking: Promise<void> | undefined
  #sentences = 0
  #full = false

  constructor(parts: SayParts, options: SayOptions, heard: SpokenLog, out: Channel<TurnEvent>) {
    this.#parts = parts
    this.#options = options
    this.#heard = heard
    this.#out = out
  }

  /** A checked piece of an answer that is still being written. @returns Whether it's said as it comes. */
  async delta(text: string, signal: AbortSignal): Promise<boolean> {
    const { streamed, lang, shownOn } = this.#options.voice()
    if (!streamed || this.#full) return false
    for (const piece of sentencesIn(text)) {
      if (this.#sentences >= mostSentences) {
        this.#full = true
        await this.say(said(shownOn === 'nowhere' ? 'rest-unsaid' : 'rest-in-writing', lang), false, signal)
        return false
      }
      await this.say(piece, false, signal)
    }
    return true
  }

  /** The answer is whole: what was not said as it came is said now. */
  async finish(answer: string, signal: AbortSignal): Promise<void> {
    if (this.#sentences === 0) for (const piece of sentencesIn(answer)) await this.say(piece, false, signal)
    this.#text.close()
    await this.#speaking
  }

  async say(sentence: string, filler: boolean, signal: AbortSignal): Promise<void> {
    const text = sentence.trim()
    const { lang, shownOn } = this.#options.voice()
    const { said: saying, verdict } = speakableChecked(text, { lang, shownOn, lexicon: this.#parts.lexicon })
    if (verdict !== undefined) await this.#out.send({ kind: 'verdict', verdict })
    if (saying.text.trim() === '') return
    if (!filler) this.#sentences += 1
    const joint = this.#heard.add(text, saying, filler)
    // The voice is asked first: it takes time, and its sound still comes after the sentence.
    for (const [at, part] of voiceParts(saying).entries())
      void this.#text.send(at === 0 ? { ...part, text: joint + part.text } : part)
    this.#speaking ??= this.#speak(signal)
    await this.#out.send({ kind: 'sentence', text: saying.text, written: text, filler })
  }

  /** Says that it is being worked on, when nothing was said for a while. */
  async bridge(until: AbortSignal, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.wait(this.#options.fillerAfterMs, until)
    } catch {
      return
    }
    if (this.#speaking === undefined) await this.sayWait(signal)
  }

  get voice(): { lang: Lang; pace: number } {
    return this.#options.voice()
  }

  get wait(): SayParts['wait'] {
    return this.#parts.wait
  }

  /** That it is being worked on. */
  async sayWait(signal: AbortSignal): Promise<void> {
    await this.say(said('still-looking', this.voice.lang), true, signal)
  }

  async end(): Promise<void> {
    this.#text.close()
    await this.#speaking
  }

  async #speak(signal: AbortSignal): Promise<void> {
    const { textToSpeech, log } = this.#parts
    const { lang, pace } = this.#options.voice()
    try {
      const optionsFor = (of: Lang): SpeakingOptions => ({ lang: of, ...(pace === 1 ? {} : { speed: pace }) })
      const audio = saidInVoices(this.#text, textToSpeech, optionsFor, signal)
      for await (const chunk of untilAborted(audio, signal)) {
        await this.#out.send({ kind: 'audio', ...chunk, sampleRate: textToSpeech.sampleRate })
      }
    } catch (error) {
      // Whoever aborted hears of it from the events.
      if (signal.aborted) return
      log.warn({ err: error }, 'speech failed, the answer is there in writing')
      const code = error instanceof OpsError ? error.code : 'speech_failed'
      await this.#out.send({ kind: 'notice', code, text: said('speech-failed', lang) })
    }
  }
}
