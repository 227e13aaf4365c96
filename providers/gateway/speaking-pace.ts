import type { SpokenWord } from '../text-to-speech/text-to-speech.ts'

/** Enough to judge by: short words are said at any pace. */
const leastLetters = 24
/**
 * Milliseconds of a letter. People and voices take 40 to 90 in English, 100 to 250 in Japanese. A voice of another
 * language skips what it can't read, or says of each letter what it is ("Chinese letter").
 */
const bounds = { en: { least: 12, most: 500 }, ja: { least: 25, most: 600 } } as const
/** Digits and signs are said as words, or not at all. */
const lettersOfSign = 6

/** Whether a voice says a text at a pace at which it can be said at all. */
export class SpeakingPace {
  readonly #bounds: { least: number; most: number }
  #letters = 0
  #signs = 0
  #ms = 0

  constructor(lang: 'en' | 'ja') {
    this.#bounds = bounds[lang]
  }

  /** @returns false when nobody could have said all words until now in their time. */
  isPossible(words: readonly SpokenWord[]): boolean {
    for (const { text, fromMs, toMs } of words) {
      this.#ms += Math.max(0, toMs - fromMs)
      this.#letters += text.match(/\p{L}/gu)?.length ?? 0
      this.#signs += text.match(/[\p{N}\p{S}\p{P}]/gu)?.length ?? 0
    }
    if (this.#letters < leastLetters) return true
    const { least, most } = this.#bounds
    return this.#ms >= least * this.#letters && this.#ms <= most * (this.#letters + lettersOfSign * this.#signs)
  }
}
