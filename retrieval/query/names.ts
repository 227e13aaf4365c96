import { detectLang } from '#knowledge/language.ts'
import { termsOf } from '#knowledge/terms/terms.ts'

/** Words that begin a sentence with a capital, or are capitals anyway, and name nothing. */
const notNames = /^(?:i|a|ok|okay|fyi|asap|btw|eta|id|url|no|yes)$/i

/**
 * What a question names with a proper noun, each as its terms: a capital inside an English sentence, Latin letters in a
 * Japanese one. Who asks about a product that no passage speaks of is better told so than given a neighbour's page.
 */
export function namesIn(question: string): string[][] {
  const japanese = detectLang(question) === 'ja'
  const pattern = japanese ? /[A-Za-z][A-Za-z0-9._-]*/g : /(?<![.!?:]\s|^\s*|^["'(]+)\b[A-Z][A-Za-z0-9._-]*/g
  const names = new Map<string, string[]>()
  for (const [name] of question.normalize('NFKC').matchAll(pattern)) {
    const terms = [...new Set(termsOf(name))]
    if (terms.length > 0 && !notNames.test(name)) names.set(name.toLowerCase(), terms)
  }
  return [...names.values()]
}
