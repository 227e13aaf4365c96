/** Characters that nobody sees, and those that turn the order of others around; emoji are joined by one that stays. */
const invisible = /[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

/** The text as it is seen. */
export function withoutInvisible(text: string): string {
  return text.replace(invisible, '')
}

const word = /[\p{L}\p{M}\p{N}_.-]+/gu
/** Digits in rings, Roman numerals, fractions: numbers that aren't written as such. */
const oddNumber = /[\p{Nl}\p{No}]/gu

/** Words of letters that only look alike, and numbers in odd signs, which stand in no source. */
export function disguisedFaults(text: string, sources: readonly string[]): string[] {
  const mixed = (text.match(word) ?? []).filter(
    (each) => /\p{Script=Latin}/u.test(each) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(each),
  )
  const found = [...mixed, ...(text.match(oddNumber) ?? [])]
  if (found.length === 0) return []
  const known = sources.join('\n')
  return found.filter((each) => !known.includes(each))
}
