import type { Lang } from './document.ts'

const japanese = /[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]/
const japaneseLetters = /[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]/g

/** What isn't language: code, links' targets, tags, paths and names with digits or underscores in them. */
const code =
  /^ {0,12}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,12}\1|$(?![\s\S]))|`[^`\n]+`|https?:\/\/\S+|<[a-z/!][^>\n]{0,300}>|\{\{[^\n]*?\}\}/gim

/** Words that English sentences cannot do without; identifiers and commands hardly hold them. */
const englishGlue =
  /\b(?:the|a|an|is|are|was|be|of|to|in|on|for|with|and|or|not|this|that|it|you|your|if|when|can|will|by|from|as|at|have|has|should|how|what|why|which|do|does|we)\b/gi

const letters = /[a-z\u3041-\u9fff]/i

/** Enough to tell by; reading more of a long text changes nothing. */
const sampleLength = 4000

/**
 * Tells Japanese from English by its letters against English's small words, so that Japanese full of identifiers is
 * Japanese, and English that quotes a Japanese message is English. Code doesn't count. Chinese counts as Japanese
 * (it is cut and searched the same way), every other script as English.
 * @param fallback For text that holds no language at all, only code or figures.
 */
export function detectLang(text: string, fallback: Lang = 'en'): Lang {
  const sample = text.length > sampleLength ? text.slice(0, sampleLength) : text
  if (!japanese.test(sample) && fallback === 'en') return 'en'
  const words = sample.replace(code, ' ')
  if (!letters.test(words)) return fallback
  const inJapanese = words.match(japaneseLetters)?.length ?? 0
  const inEnglish = words.match(englishGlue)?.length ?? 0
  if (inJapanese === 0 && inEnglish === 0) return fallback
  return inJapanese > 4 * inEnglish ? 'ja' : 'en'
}

/** How much room a text takes: a Japanese letter says about as much as two Latin ones. */
export function textSize(text: string): number {
  if (!japanese.test(text)) return text.length
  return text.length + (text.match(japaneseLetters)?.length ?? 0)
}

/**
 * Characters that are not seen: zero-width ones, soft hyphens, direction marks, and Unicode tags. Passages keep them,
 * since a quote has to stand letter for letter in its document; whatever searches or compares text drops them.
 */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

export function withoutInvisible(text: string): string {
  return text.replace(invisible, '')
}
