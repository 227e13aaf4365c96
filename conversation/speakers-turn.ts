import type { HeardWord, Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import type { HeardNames } from './heard-names.ts'

/** What was heard of a turn that somebody else than the recogniser ended. */
export interface HeardTurn {
  /** '' where nothing was understood. */
  text: string
  /** 0..1, of the least sure part; 0 where there is no text. */
  confidence: number
  lang?: 'en' | 'ja' | undefined
  /** Which names in it were put right, or may be others. */
  names?: HeardNames | undefined
}

/** A word ends a little before the sound of it does, by the recognisers' own times. */
const settledWithinMs = 300
/** Who lets go of a key, or falls silent, does so within that after their last word. */
const lettingGoMs = 800

const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、ー]$/u

/** What is less sure than that is as often another word. */
const doubtedBelow = 0.5

/** Words that the recogniser doubts. */
export function unsureWords({ words }: Pick<Transcript, 'words'>): string[] {
  return words.flatMap(({ text, confidence }) => (confidence < doubtedBelow ? text : []))
}

/** A speaker's turn, put together from the turns that a recogniser makes of its pauses. */
export class SpeakersTurn {
  #closed: Transcript[] = []
  #open: Transcript | undefined
  #closedUpToMs = 0
  #dropped: { transcript: Transcript; untilMs: number } | undefined
  /** Where the last word ends, of those that have times. */
  #wordsUpToMs: number | undefined

  /** The recogniser's open turn so far. @param offsetMs Where its times begin in the speaker's audio. @returns The whole of the speaker's. */
  heard(transcript: Transcript, offsetMs: number): Transcript {
    this.#open = transcript
    this.#timed(transcript, offsetMs)
    return this.#whole()
  }

  /** The recogniser's turn is over. @param offsetMs Where its times begin in the speaker's audio. */
  closed(transcript: Transcript, offsetMs: number): void {
    this.#open = undefined
    if (transcript.text.trim() === '') return
    this.#closed.push(transcript)
    this.#closedUpToMs = offsetMs + (transcript.words.at(-1)?.toMs ?? 0)
    this.#timed(transcript, offsetMs)
  }

  /** No more comes from it: what was open stays as it was heard last. */
  recogniserEnded(): void {
    if (this.#open !== undefined) this.#closed.push(this.#open)
    this.#open = undefined
  }

  /** Nothing of it was understood so far. */
  get isEmpty(): boolean {
    return this.#open === undefined && this.#closed.length === 0
  }

  /** Whether all that was spoken until then is known for good. */
  isClosedUpTo(spokenMs: number | undefined): boolean {
    if (spokenMs === undefined || this.#open !== undefined || this.#closed.length === 0) return false
    return this.#closedUpToMs >= spokenMs - settledWithinMs
  }

  /** Whether more was surely said until then than is known. Of words without times nobody can tell. */
  isBehind(spokenMs: number): boolean {
    return this.#wordsUpToMs !== undefined && this.#wordsUpToMs < spokenMs - lettingGoMs
  }

  /** Words of it that the recogniser doubts. */
  get unsure(): string[] {
    return unsureWords(this.#whole())
  }

  /** It is nobody's, as far as is known: of a turn that turns out to have begun before `untilMs`, it may be. */
  drop(untilMs: number): void {
    const transcript = this.#whole()
    if (transcript.text !== '') this.#dropped = { transcript, untilMs }
    this.take()
  }

  /** It began then: what was dropped after that is of it, where nothing else was understood. */
  began(fromMs: number): void {
    const dropped = this.#dropped
    this.#dropped = undefined
    if (dropped !== undefined && fromMs < dropped.untilMs && this.#whole().text === '')
      this.#closed.push(dropped.transcript)
  }

  /** All of it; what comes next begins a new turn. */
  take(): HeardTurn {
    const { text, confidence, lang } = this.#whole()
    this.#closed = []
    this.#open = undefined
    this.#wordsUpToMs = undefined
    return { text, confidence, ...(lang === undefined ? {} : { lang }) }
  }

  #timed({ words }: Transcript, offsetMs: number): void {
    const last = words.at(-1)
    if (last !== undefined) this.#wordsUpToMs = offsetMs + last.toMs
  }

  #whole(): Transcript {
    const parts = [...this.#closed, ...(this.#open === undefined ? [] : [this.#open])]
    const spoken = parts.filter(({ text }) => text !== '')
    const words: readonly HeardWord[] = spoken.flatMap((part) => part.words)
    const lang = spoken.findLast((part) => part.lang !== undefined)?.lang
    return {
      text: spoken.reduce(
        (before, { text }) => (before === '' || wide.test(before) ? before : `${before} `) + text,
        '',
      ),
      words,
      confidence: spoken.length === 0 ? 0 : Math.min(...spoken.map((part) => part.confidence)),
      ...(lang === undefined ? {} : { lang }),
    }
  }
}
