import { isJapanese, lettersOf, wordDistance, wordsOf } from './words.ts'

/** A name misheard by so much is still the name. */
const misheard = 0.3

/** Whether one of the phrases was said; nearly is enough, since a name is what a recogniser knows least. */
export function isAddressed(text: string, wakePhrases: readonly string[]): boolean {
  return wakePhrases.some((phrase) => (isJapanese(phrase) ? saidInJapanese(text, phrase) : said(text, phrase)))
}

function said(text: string, phrase: string): boolean {
  const wanted = wordsOf(phrase).join('')
  const words = wordsOf(text)
  const length = wordsOf(phrase).length
  // A name may be heard in more pieces, or fewer, than it is written in.
  for (let from = 0; from < words.length; from += 1)
    for (let taken = Math.max(1, length - 1); taken <= length + 1; taken += 1)
      if (wordDistance(words.slice(from, from + taken).join(''), wanted) <= misheard) return true
  return false
}

function saidInJapanese(text: string, phrase: string): boolean {
  const [letters, wanted] = [lettersOf(text), lettersOf(phrase)]
  for (let from = 0; from < letters.length; from += 1)
    if (wordDistance(letters.slice(from, from + wanted.length), wanted) <= misheard) return true
  return false
}
