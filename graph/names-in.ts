import type { Document } from '#knowledge/document.ts'
import type { Passage } from '#knowledge/passage.ts'
import { isOrdinary, smallWords } from './ordinary-words.ts'
import { compoundOf, isListed, partsOf } from './readings.ts'

/** Where in a document a name stands, and how often. */
export interface NameUse {
  /** As the document writes it. */
  text: string
  times: number
  /** In the title or a heading. */
  leading: boolean
  /** Between backquotes or in a block of code. */
  asCode: boolean
  /** With a capital where no sentence begins. */
  asProper: boolean
}

const longestName = 40
const mostParts = 5
const shortestKatakana = 3
const mostPerDocument = 2000

const address = /https?:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.]+/g
const fenced = /^ {0,3}(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^ {0,3}\1/gm
const inline = /`([^`\n]{1,200})`/g
const token = /(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)*/g
const katakana = /[\u30a1-\u30fa\u30fc]{3,20}/g

/** The names of one document: what in it is no ordinary word, or isn't used as one. */
export function namesIn(
  document: Pick<Document, 'title' | 'owners'>,
  passages: readonly Pick<Passage, 'text' | 'heading'>[],
): NameUse[] {
  const uses = new Map<string, NameUse>()
  const leading = [document.title, ...new Set(passages.flatMap(({ heading }) => heading))]
  for (const line of leading) note(uses, line, { leading: true, asCode: false })
  for (const owner of document.owners) note(uses, owner, { leading: true, asCode: true })
  for (const { text } of passages) {
    const code: string[] = []
    const prose = text
      .replace(address, ' ')
      .replace(fenced, (_, _fence, block: string) => keep(code, block))
      .replace(inline, (_, span: string) => keep(code, span))
    for (const span of code) note(uses, span, { leading: false, asCode: true })
    note(uses, prose, { leading: false, asCode: false })
    if (uses.size > mostPerDocument) break
  }
  return [...uses.values()]
}

function keep(code: string[], span: string): string {
  code.push(span)
  return ' … '
}

function note(
  uses: Map<string, NameUse>,
  text: string,
  { leading, asCode }: Pick<NameUse, 'leading' | 'asCode'>,
): void {
  for (const match of text.matchAll(token)) {
    const [name] = match
    const kind = kindOf(name)
    if (kind === 'none') continue
    const asProper = !asCode && !leading && /^[A-Z][a-z]/.test(name) && !beginsSentence(text, match.index)
    if ((kind === 'proper' && !asProper) || (kind === 'code' && !asCode)) continue
    add(uses, name, { leading, asCode, asProper })
  }
  for (const [word] of text.matchAll(katakana))
    if (word.length >= shortestKatakana) add(uses, word, { leading, asCode, asProper: false })
}

function add(uses: Map<string, NameUse>, text: string, where: Omit<NameUse, 'text' | 'times'>): void {
  const use = uses.get(text)
  if (use === undefined) {
    uses.set(text, { text, times: 1, ...where })
    return
  }
  use.times += 1
  use.leading ||= where.leading
  use.asCode ||= where.asCode
  use.asProper ||= where.asProper
}

function beginsSentence(text: string, at: number): boolean {
  return /(?:^|[.!?:。！？\n|*#>…-])[\s"'(*_[]*$/.test(text.slice(Math.max(0, at - 8), at))
}

/** What a word has to stand like to be a name. */
type Kind = 'always' | 'code' | 'proper' | 'none'

const kinds = new Map<string, Kind>()
const mostKinds = 50_000

/** Remembered: documents use few words, and most of them again and again. */
function kindOf(name: string): Kind {
  const known = kinds.get(name)
  if (known !== undefined) return known
  const kind = judged(name)
  if (kinds.size >= mostKinds) kinds.clear()
  kinds.set(name, kind)
  return kind
}

/** Not a figure, a hash or a version, and not words that only stand together. */
function judged(name: string): Kind {
  if (name.length < 2 || name.length > longestName || isRandom(name)) return 'none'
  const parts = partsOf(name)
  if (parts.length > mostParts) return 'none'
  if (name.length === 2) return /^[A-Z][A-Z0-9]$/.test(name) ? 'always' : 'none'
  const [first = ''] = parts
  if (parts.length === 1) {
    if (isListed(name)) return 'always'
    if (/^[A-Z]+$/.test(name)) return isOrdinary(name) || smallWords.has(name.toLowerCase()) ? 'none' : 'always'
    return isOrdinary(first) ? 'proper' : 'always'
  }
  // `read-only` is two words; `payments-db` and `readOnly` are one name, at least in code.
  const isName = !/-/.test(name) || parts.some((part) => !isOrdinary(part) && compoundOf(part) === undefined)
  return isName ? 'always' : 'code'
}

/** Ids of releases, commits and pods, that nobody says. */
function isRandom(name: string): boolean {
  const digits = name.replace(/\D/g, '').length
  if (digits > 4 || digits * 2 > name.length) return true
  return /^[0-9a-f]{7,}$/i.test(name) || /\.(?:com|org|io|net|html?)$/i.test(name) || /\d[a-z]+\d[a-z]/i.test(name)
}
