import { isJapanese, lettersOf, wordsOf } from '../words.ts'
import { englishSigns } from './english-signs.ts'
import { japaneseSigns } from './japanese-signs.ts'

/** A sentence is judged by its end: words before these say hardly more, and talk may go on for minutes. */
const lastWords = 40

/**
 * Everything that speaks for or against a sentence being over, by name.
 * @param rule How the rules judge it.
 */
export function sentenceSigns(text: string, rule: string): string[] {
  if (isJapanese(text)) {
    const letters = lettersOf(text.slice(-120))
    return [...japaneseSigns(letters), `rule ${rule}`, `rule ${rule} …${letters.slice(-1)}`]
  }
  const words = wordsOf(text).slice(-lastWords)
  return [...englishSigns(words), `rule ${rule}`, `rule ${rule} ${Math.min(4, words.length)}`]
}
