import type { Citation, RankedPassage } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { rowInWords } from './rows.ts'
import type { Candidate } from './scoring.ts'
import type { Selection } from './selection.ts'
import { sentencesOf } from './sentences.ts'
import type { Unit } from './units.ts'
import { caveat, leadIn } from './wording.ts'

/** A part of an answer that is shown at once, and the citations that appear in it for the first time. */
export interface AnswerPart {
  text: string
  citations: readonly Citation[]
  /** What stands between it and the part before; a blank line unless said otherwise. */
  joint?: '' | ' ' | '\n' | '\n\n' | undefined
  /** What is said of it where it is said as it comes; absent: the text. */
  spoken?: string | undefined
}

export interface QuoteOptions {
  lang: Lang
  now: Date
  withOwners: boolean
  /** The number of the first citation. */
  firstNumber: number
}

/** Quotes longer than this are cut into several citations. */
const longestQuote = 700

/** The selected units as Markdown, in quotes that stand letter for letter in their passages. */
export function quoted(groups: Selection['groups'], options: QuoteOptions): AnswerPart[] {
  const parts: AnswerPart[] = []
  let n = options.firstNumber
  const said = new Set<string>()
  for (const { passage, candidates } of groups) {
    const runs = runsOf(candidates, passage.passage.text)
    const citations = runs.map((run) => citationOf(n++, run, passage))
    const warning = caveat(passage, options.now, options.lang)
    const first = citations[0]
    // Once for each kind of doubt; the line over each source says how old it is.
    if (warning !== undefined && first !== undefined && !said.has(passage.freshness.state)) {
      said.add(passage.freshness.state)
      parts.push({ text: `⚠ ${warning} [${first.n}]`, citations: [first] })
    }
    const shown = new Set(parts.flatMap((part) => part.citations.map((citation) => citation.n)))
    const body = runs.flatMap((run, at) => rendered(run, citations[at]?.n ?? 0))
    parts.push({
      text: `${leadIn(passage, options.withOwners, options.now, options.lang)}\n\n${joined(body)}`,
      citations: citations.filter((citation) => !shown.has(citation.n)),
    })
  }
  return parts
}

export function citationOf(n: number, run: readonly Unit[], { document, passage, freshness }: RankedPassage): Citation {
  const from = run[0]?.from ?? 0
  const to = run.at(-1)?.to ?? from
  return {
    n,
    quote: passage.text.slice(from, to),
    passageId: passage.id,
    heading: passage.heading,
    document,
    freshness,
    anchor: passage.anchor,
  }
}

/** Units with nothing but markup between them are one quote, and the fields of one rule. */
function runsOf(candidates: readonly Candidate[], text: string): Unit[][] {
  const runs: Unit[][] = []
  for (const { unit } of candidates) {
    const run = runs.at(-1)
    const [first, last] = [run?.[0], run?.at(-1)]
    const joins =
      first !== undefined &&
      last !== undefined &&
      unit.to - first.from <= longestQuote &&
      (unit.kind === 'field' || (unit.index === last.index + 1 && isMarkup(text.slice(last.to, unit.from))))
    if (joins) run?.push(unit)
    else runs.push([unit])
  }
  return runs
}

function isMarkup(between: string): boolean {
  const rest = between
    .replace(/^[ \t>]*(?:`{3,}|~{3,})[^\n]*$/gm, '')
    .replace(/(?:[-+•・]|\*{1,5}|\.{1,5}|\d{1,3}[.)]|#\.)\s+$/, '')
  return /^[\s>]*$/.test(rest)
}

/** Of a line that belongs to no block of the passage. */
const noBlock = -1

interface Line {
  kind: Unit['kind']
  text: string
  block: number
}

function rendered(run: readonly Unit[], n: number): Line[] {
  const lines: Line[] = []
  for (const [at, unit] of run.entries()) {
    const { kind, block } = unit
    if (kind !== 'code') lines.push({ kind, text: shownLine(unit, n), block })
    else {
      const deep = run[at - 1]?.kind === 'step' && unit.indent > 0 ? '   ' : ''
      lines.push({ kind, text: indented(fenced(unit.shown, unit.language), deep), block })
      // Without a sentence before it in the same quote, nothing says yet where the code comes from.
      if (at === 0) lines.push({ kind: 'sentence', text: `[${n}]`, block: noBlock })
    }
  }
  return lines
}

function shownLine(unit: Unit, n: number): string {
  const mark = `[${n}]`
  if (unit.kind === 'row') return `- ${rowInWords(unit)} ${mark}`
  if (unit.kind === 'field') return fieldLine(unit, mark)
  return `${unit.kind !== 'step' ? '' : unit.ordered ? '1. ' : '- '}${cited(unit.shown, mark)}`
}

function fieldLine(unit: Unit, mark: string): string {
  const { shown, field = '' } = unit
  const isProse = /^(?:summary|description|message|title)$/.test(field)
  if (!isProse && shown.includes('\n')) return `- \`${field}\` ${mark}\n\n${indented(fenced(shown, 'yaml'), '  ')}`
  const line = shown.replace(/:\s*[|>][+-]?\s*\n/, ': ').replace(/\s+/g, ' ')
  return isProse ? `- ${cited(line, mark)}` : `- \`${line.replaceAll('`', "'")}\` ${mark}`
}

function cited(text: string, mark: string): string {
  return sentencesOf(text)
    .map((sentence) => `${sentence} ${mark}`)
    .join(' ')
}

function fenced(code: string, language: string | undefined): string {
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map((mark) => mark.length))
  const mark = '`'.repeat(longest + 1)
  return `${mark}${language ?? ''}\n${code}\n${mark}`
}

function indented(text: string, blanks: string): string {
  return blanks === '' ? text : text.replace(/^(?=.)/gm, blanks)
}

/** Sentences of a paragraph stand in a line, items under each other, everything else apart; steps are numbered anew. */
function joined(lines: readonly Line[]): string {
  let text = ''
  let before: Line | undefined
  let steps = 0
  for (const line of lines) {
    const numbered = line.text.startsWith('1. ')
    if (numbered) steps += 1
    else if (line.kind !== 'code' && line.block !== noBlock) steps = 0
    const shown = numbered ? `${steps}. ${line.text.slice(3)}` : line.text
    text += before === undefined ? shown : `${gap(before, line)}${shown}`
    before = line
  }
  return text
}

function gap(before: Line, line: Line): string {
  if (isItem(before) && isItem(line)) return '\n'
  return before.block === line.block && !isItem(line) && line.kind !== 'code' ? ' ' : '\n\n'
}

function isItem({ kind }: Line): boolean {
  return kind === 'step' || kind === 'row' || kind === 'field'
}
