import { stemmer } from 'stemmer'
import { stopWords } from './stop-words.ts'

/**
 * What is matched between a question and a passage: an identifier whole, its parts, the words' stems, and for Japanese
 * words and pairs of characters. Both sides go through here, so a term only has to equal itself.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = []
  for (const [run] of text.normalize('NFKC').matchAll(runs)) {
    const first = run.charCodeAt(0)
    if (first < 128) terms.push(...latinTerms(run))
    else if (first >= 0x30a1 && first <= 0x30ff) katakanaTerms(run, terms)
    else if (first >= 0x3041 && first <= 0x309f) hiraganaTerms(run, terms)
    else if (first < 0x3000) terms.push(run.toLowerCase())
    else kanjiTerms(run, terms)
  }
  return terms
}

/** Identifiers that the text names whole: flags, paths, metric and alert names. A subset of its terms. */
export function identifiersOf(text: string): string[] {
  const found: string[] = []
  for (const [run] of text.normalize('NFKC').matchAll(runs)) {
    if (run.charCodeAt(0) >= 128) continue
    const whole = withoutEnds(run)
    if (isIdentifier(whole)) found.push(whole.toLowerCase())
  }
  return found
}

/** Latin with the joiners of identifiers, other alphabets, kanji, katakana, hiragana. Everything else separates. */
const runs =
  /-{0,2}[/.]?[A-Za-z0-9_][A-Za-z0-9_\-./:@$%+#=]*|[\u00c0-\u024f\u0370-\u1fff]+|[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff]+|[\u30a1-\u30fa\u30fc-\u30ff]+|[\u3041-\u309f]+/g
const camelCuts = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/
const numberAndUnit = /^(\d+(?:\.\d+)?)([a-z]{1,4}|%)$/
const longestTerm = 80

const latin = new Map<string, readonly string[]>()

/** Remembered: taking a run apart is dear, and most runs of a text stood in another one before. */
function latinTerms(run: string): readonly string[] {
  const known = latin.get(run)
  if (known !== undefined) return known
  const terms = takenApart(run)
  if (latin.size > 50_000) latin.clear()
  if (run.length <= longestTerm) latin.set(run, terms)
  return terms
}

function takenApart(run: string): readonly string[] {
  const into: string[] = []
  const whole = withoutEnds(run)
  if (whole === '') return into
  if (isIdentifier(whole)) into.push(whole.slice(0, longestTerm).toLowerCase())
  for (const piece of whole.split(/[^A-Za-z0-9]+/)) {
    if (piece === '') continue
    const parts = piece.split(camelCuts)
    if (parts.length > 1 && piece.length !== whole.length) into.push(piece.slice(0, longestTerm).toLowerCase())
    for (const part of parts) wordTerms(part.toLowerCase(), into)
  }
  return into
}

function wordTerms(word: string, into: string[]): void {
  if (stopWords.has(word) || word.length > longestTerm) return
  const quantity = numberAndUnit.exec(word)
  if (quantity?.[1] !== undefined && quantity[2] !== undefined) into.push(word, quantity[1])
  else into.push(/\d/.test(word) ? word : stem(word))
}

const stems = new Map<string, string>()

/** Porter's stem, remembered: a corpus has few distinct words. */
function stem(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const found = word.length > 3 ? stemmer(word) : word
  if (stems.size > 100_000) stems.clear()
  stems.set(word, found)
  return found
}

/** `a.b`, `a_b`, `--a`, `/a/b`, `fooBar`, `i-0abc`: more than a plain word. */
function isIdentifier(whole: string): boolean {
  return (
    /[A-Za-z]/.test(whole) &&
    (/^[-/.]|[A-Za-z0-9][_\-./:@=][A-Za-z0-9]/.test(whole) ||
      /[a-z0-9][A-Z]|[A-Z]{2,}[a-z]|[A-Za-z]\d|\d[A-Za-z]/.test(whole))
  )
}

/** Sentence punctuation at the end belongs to the sentence. */
function withoutEnds(run: string): string {
  return run.replace(/[.:/@$+#=-]+$/, '').replace(/^\.(?=[A-Za-z0-9]*$)/, '')
}

/** サーバー and サーバ are one word; a compound is also found by its parts of three characters. */
function katakanaTerms(run: string, into: string[]): void {
  const word = run.length >= 4 && run.endsWith('ー') ? run.slice(0, -1) : run
  if (word.length < 2 || stopWords.has(word)) return
  into.push(word)
  if (word.length >= 6) for (let at = 0; at + 4 <= word.length; at++) into.push(word.slice(at, at + 4))
}

function hiraganaTerms(run: string, into: string[]): void {
  if (run.length < 3) return
  for (const word of japaneseWords(run)) if (word.length >= 3 && !stopWords.has(word)) into.push(word)
}

function kanjiTerms(run: string, into: string[]): void {
  if (run.length === 1) {
    if (!stopWords.has(run)) into.push(run)
    return
  }
  for (let at = 0; at + 2 <= run.length; at++) into.push(run.slice(at, at + 2))
  if (run.length > 2) for (const word of japaneseWords(run)) if (word.length > 2) into.push(word)
}

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' })
const segmented = new Map<string, readonly string[]>()

/** The dictionary's words in a run, remembered since the segmenter takes a microsecond a character. */
function japaneseWords(run: string): readonly string[] {
  const known = segmented.get(run)
  if (known !== undefined) return known
  const words = Array.from(segmenter.segment(run), (piece) => piece.segment)
  if (segmented.size > 50_000) segmented.clear()
  segmented.set(run, words)
  return words
}
