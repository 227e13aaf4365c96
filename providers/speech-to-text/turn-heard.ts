import { type HearingEvent, nothingHeard, type Transcript } from './speech-to-text.ts'

const wide = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、ー]`
const wideGap = new RegExp(`(?<=${wide})\\s+(?=${wide})`, 'gu')

/** Puts together what a recogniser tells in parts, into transcripts of the whole turn. */
export class TurnHeard {
  #finals: Transcript[] = []
  #unsure: Transcript | undefined;

  /** A part that may change, after all that is final. */
  *interim(part: Transcript): Generator<HearingEvent> {
    if (part.text === '') return
    this.#unsure = part
    yield { kind: 'interim', transcript: together([...this.#finals, part]) }
  }

  /** A part that won't change; it replaces the one that might have. */
  *final(part: Transcript): Generator<HearingEvent> {
    this.#unsure = undefined
    if (part.text === '') return
    this.#finals.push(part)
    yield { kind: 'final', transcript: together(this.#finals) }
  }

  /** Silence ends no turn in which nothing was said; a flush is always answered. Words that never became final count. */
  *end(cause: 'silence' | 'flush' | 'end-of-audio'): Generator<HearingEvent> {
    const parts = this.#unsure === undefined ? this.#finals : [...this.#finals, this.#unsure]
    this.#finals = []
    this.#unsure = undefined
    if (parts.length === 0 && cause !== 'flush') return
    yield { kind: 'end-of-turn', transcript: together(parts), cause }
  }
}

function together(parts: readonly Transcript[]): Transcript {
  if (parts.length === 0) return nothingHeard
  const langs = parts.map(({ lang }) => lang).filter((lang) => lang !== undefined)
  return {
    // Japanese is written without spaces, and often recognised with them.
    text: parts
      .map(({ text }) => text)
      .join(' ')
      .replace(wideGap, ''),
    words: parts.flatMap(({ words }) => words),
    confidence: Math.min(...parts.map(({ confidence }) => confidence)),
    ...(langs.length === 0
      ? {}
      : { lang: langs.filter((lang) => lang === 'ja').length * 2 > langs.length ? 'ja' : 'en' }),
  }
}
