import type { Lang } from '#knowledge/document.ts'

const letters = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー々'
/** Japanese with the signs and figures that stand between its letters. */
const japaneseRun = new RegExp(
  `[「『（]?[${letters}]+(?:[\\d、。・「」『』（）！？%％〜～]*[${letters}]+)*[」』）。]?`,
  'gu',
)
/** So many words are a phrase of English, and no name or term that Japanese has taken in. */
const englishRun = /(?<![\w`/.@-])[A-Za-z][a-z'’]*(?:,? [A-Za-z][a-z'’]*){3,}(?![\w`/@-])[.!?]?/g
/** Begins as a sentence does, and goes on in small letters. */
const sentenceOfEnglish =
  /(?:^|\s)[A-Z][a-z]*(?:\s+[A-Za-z,'-]+){3,}|^\W*[A-Z][a-z]+ (?:[a-z]+ )*(?:the|a|an|one|it|to|for|of|on|in|with|all)\b/
const glue =
  /(?:^| )(?:the|a|an|is|are|was|to|of|in|on|for|and|or|not|be|by|with|this|that|you|it|has|have|cannot|no|from)(?: |$)/i
const code = /`[^`\n]*`|https?:\/\/\S+|\]\([^)\s]*\)/g

/** A stretch of a text in one language. */
export interface LanguageRun {
  from: number
  to: number
  lang: Lang
}

/**
 * In which language each stretch of a text has to be said so that it can be understood: Japanese within English, and
 * whole phrases of English within Japanese, where names and terms stay as Japanese says them. Without gaps, in order.
 */
export function languageRuns(text: string, lang: Lang): LanguageRun[] {
  const own = lang === 'ja' && isEnglish(text) ? 'en' : lang
  const coded = Array.from(text.matchAll(code), ({ index, 0: found }) => ({ from: index, to: index + found.length }))
  const others = Array.from(text.matchAll(own === 'en' ? japaneseRun : englishRun), ({ index, 0: found }) => ({
    from: index,
    to: index + found.length,
    found,
  })).filter(
    ({ from, to, found }) =>
      (own === 'en' || glue.test(found)) && !coded.some((span) => from < span.to && to > span.from),
  )
  const runs: LanguageRun[] = []
  let at = 0
  for (const { from, to } of others) {
    if (from > at) runs.push({ from: at, to: from, lang: own })
    runs.push({ from, to, lang: own === 'en' ? 'ja' : 'en' })
    at = to
  }
  if (at < text.length || runs.length === 0) runs.push({ from: at, to: text.length, lang: own })
  return runs
}

/** A sentence of English, not only a name or a command. */
function isEnglish(text: string): boolean {
  const bare = text.replace(/`[^`\n]*`/g, 'code')
  return !new RegExp(`[${letters}]`, 'u').test(text) && sentenceOfEnglish.test(bare)
}
