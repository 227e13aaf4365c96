/** Chance that falls the same way at every run. */
export interface Chance {
  /** 0 up to, not including, 1. */
  unit(): number
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number
  /** @throws {RangeError} When there is nothing to choose from. */
  oneOf<Of>(these: readonly Of[]): Of
  /** A made-up word: few come often, and there is always another rare one. */
  word(): string
}

/** mulberry32: 32 bits of state, good enough for made-up text. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(unit() * end)
  return {
    unit,
    below,
    oneOf: (these) => {
      const chosen = these[below(these.length)]
      if (chosen === undefined) throw new RangeError('There is nothing to choose from')
      return chosen
    },
    // The rank of a word drawn by Zipf's law, whose tail falls with the square, as syllables.
    word: () => syllables(Math.floor(20 / (1 - unit()) ** 1.5)),
  }
}

const starts = ['ba', 'ko', 'mi', 'ra', 'te', 'su', 'ne', 'vo', 'li', 'da', 'pu', 'ge', 'xi', 'fo', 'zu', 'ha']

function syllables(rank: number): string {
  let rest = Math.min(rank, 2 ** 40)
  let word = ''
  do {
    word += starts[rest % starts.length] ?? ''
    rest = Math.floor(rest / starts.length)
  } while (rest > 0)
  return `${word}n`
}
