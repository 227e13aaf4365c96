import type { Passage } from '#knowledge/passage.ts'
import { blocksOf, type TextBlock } from './blocks.ts'
import { codeParts, outdented } from './code-parts.ts'
import { fieldSpans } from './field-spans.ts'
import { lineSpans } from './line-spans.ts'
import { givesOrders } from './orders.ts'
import { readable } from './readable.ts'
import { rowsByCell } from './rows-by-cell.ts'
import { sentenceSpans } from './sentences.ts'

export type UnitKind = 'sentence' | 'step' | 'code' | 'row' | 'field'

/** The smallest piece of a passage that is quoted: a sentence, a list item, a code block, a table row, a field. */
export interface Unit {
  kind: UnitKind
  /** Offsets into the passage's text; between them stands the quote. */
  from: number
  to: number
  quote: string
  /** As it is shown: the words alone; of code the lines between the fences. */
  shown: string
  /** Position in the passage, from 0. */
  index: number
  /** Units of one paragraph, list, table or code block share it. */
  block: number
  ordered: boolean
  /** Depth of a list item, in blanks. */
  indent: number
  /** The index of the unit that announces this one ("Run this:"), if it has one. */
  intro?: number | undefined
  /** Of code. */
  language?: string | undefined
  /** Of a row: the lines that stand above it in its table. */
  tableHead?: string | undefined
  /** Of a field: its name. */
  field?: string | undefined
  /** Headings inside the passage above it, innermost last. */
  heading: readonly string[]
}

const shells = /^(?:sh|bash|shell|shell-session|zsh|fish|powershell|ps1?|cmd|console|terminal|promql|sql|logql)$/i
const output =
  /\b(?:outputs?|returns?|results?|looks? like|similar to|prints?|shows?|response|displays?|you (?:should|will) see)\b|出力|次を返|結果|のように(?:なり|表示)|表示され/i
const commandLine = /^\s*(?:[$%>]\s+\S|#\s+[a-z]+ -|(?:sudo\s+)?[a-z][\w.-]*\s+(?:--?\w|[a-z]|[A-Z]{2}|["'<{$/(]))/

/** Code to be typed in, not what a program printed or what a file holds. */
export function isCommand(unit: Unit, intro: Unit | undefined): boolean {
  if (unit.kind !== 'code') return false
  if (/^\s*[$%]\s+\S/m.test(unit.shown)) return true
  if (intro !== undefined && output.test(intro.shown)) return false
  if (unit.language !== undefined) return shells.test(unit.language)
  return commandLine.test(unit.shown)
}

/** Longer items and paragraphs are quoted by the sentence. */
const longestItem = 420
/** What can be quoted of a passage, in reading order. Paragraphs that give orders to an assistant are left out. */
export function unitsOf(passage: Pick<Passage, 'text' | 'kind'>): Unit[] {
  const reader = new UnitReader(passage.text)
  for (const block of blocksOf(passage.text, passage.kind === 'alert')) reader.add(block)
  return reader.units()
}

/** The passage without comments and without paragraphs that give orders to an assistant. */
export function trustedText({ text, kind }: Pick<Passage, 'text' | 'kind'>): string {
  return blocksOf(text, kind === 'alert')
    .map((block) => text.slice(block.from, block.to))
    .filter((raw) => !givesOrders(raw))
    .join('\n\n')
}

class UnitReader {
  readonly #text: string
  readonly #units: Unit[] = []
  #block = 0
  #blocks = 0
  readonly #lists = new Map<number, number>()
  #headings: { level: number; text: string }[] = []
  /** The block before was left out because it gave orders; code right after it belongs to it. */
  #distrusted = false

  constructor(text: string) {
    this.#text = text
  }

  units(): Unit[] {
    return this.#units
  }

  add(block: TextBlock): void {
    const raw = this.#text.slice(block.from, block.to)
    const distrusted = givesOrders(raw)
    if (distrusted || (this.#distrusted && block.kind === 'code')) {
      this.#distrusted = distrusted
      return
    }
    this.#distrusted = false
    this.#block = this.#blockOf(block)
    if (block.kind === 'heading') this.#addHeading(raw, block.level ?? 1)
    else if (block.kind === 'code') this.#addCode(block)
    else if (block.kind === 'table') this.#addRows(block)
    else if (block.kind === 'fields') this.#addFields(block)
    else if (block.kind === 'item') this.#addItem(block)
    else this.#addSentences(block, 'sentence')
  }

  /** The items of a list are one block, whatever stands between them. */
  #blockOf({ kind, list }: TextBlock): number {
    if (kind !== 'item' || list === undefined) return ++this.#blocks
    const known = this.#lists.get(list) ?? ++this.#blocks
    this.#lists.set(list, known)
    return known
  }

  #addHeading(raw: string, level: number): void {
    const text = readable(raw.replace(/^\s*[#=]+\s*|\s*#+\s*$/g, ''))
    this.#headings = [...this.#headings.filter((heading) => heading.level < level), { level, text }]
  }

  #push(unit: Pick<Unit, 'kind' | 'from' | 'to' | 'shown'> & Partial<Unit>): void {
    if (unit.shown.trim() === '') return
    this.#units.push({
      ordered: false,
      indent: 0,
      ...unit,
      quote: this.#text.slice(unit.from, unit.to),
      index: this.#units.length,
      block: this.#block,
      heading: this.#headings.map((heading) => heading.text),
    })
  }

  #addSentences(block: TextBlock, kind: UnitKind): void {
    const defines = /^\s*:\s/.exec(this.#text.slice(block.contentFrom, block.contentTo))?.[0]
    // A definition is nothing without its term, which stands right above it.
    const term = defines === undefined ? undefined : this.#units.at(-1)?.index
    for (const { from, to } of sentenceSpans(this.#text, block.contentFrom + (defines?.length ?? 0), block.contentTo)) {
      const shown = readable(this.#text.slice(from, to))
      if (!isOnlyReference(shown)) {
        this.#push({
          kind,
          from,
          to,
          shown,
          ordered: block.ordered ?? false,
          indent: block.indent,
          intro: term ?? this.#announcer(),
        })
      }
    }
  }

  #addItem(block: TextBlock): void {
    if (block.to - block.contentFrom > longestItem) {
      this.#addSentences(block, 'step')
      return
    }
    const { contentFrom: from, to } = block
    const shown = readable(this.#text.slice(from, to))
    if (isOnlyReference(shown)) return
    const sibling = this.#units.findLast(
      (unit) => unit.kind === 'step' && unit.block === this.#block && unit.indent === block.indent,
    )
    this.#push({
      kind: 'step',
      from,
      to,
      shown,
      ordered: block.ordered ?? false,
      indent: block.indent,
      intro: sibling === undefined ? this.#announcer() : sibling.intro,
    })
  }

  #addCode(block: TextBlock): void {
    const body = this.#text.slice(block.contentFrom, block.contentTo)
    const intro = this.#announcer(true)
    const { language, indent } = block
    for (const part of codeParts(body)) {
      const from = block.contentFrom + part.from
      const to = block.contentFrom + part.to
      this.#push({ kind: 'code', from, to, shown: outdented(body.slice(part.from, part.to)), language, indent, intro })
    }
  }

  #addRows(block: TextBlock): void {
    if (block.byCell === true) {
      const intro = this.#announcer()
      for (const { from, to, head } of rowsByCell(this.#text, block.from, block.to)) {
        this.#push({ kind: 'row', from, to, shown: readable(this.#text.slice(from, to)), tableHead: head, intro })
      }
      return
    }
    const intro = this.#announcer()
    const lines = lineSpans(this.#text, block.from, block.to)
    const ruled = lines.findIndex(({ from, to }) => /^[\s|:+=-]+$/.test(this.#text.slice(from, to)))
    const head = ruled > 0 ? this.#text.slice(lines[0]?.from, lines[ruled]?.to) : undefined
    for (const { from, to } of lines.slice(ruled + 1)) {
      const row = this.#text.slice(from, to)
      if (/[\p{L}\d]/u.test(row)) this.#push({ kind: 'row', from, to, shown: readable(row), tableHead: head, intro })
    }
  }

  #addFields(block: TextBlock): void {
    for (const field of fieldSpans(this.#text, block.from, block.to)) {
      // The alert's name is its document's title.
      if (field.name === 'alert') continue
      const raw = this.#text.slice(field.from, field.to)
      const shown = raw.includes('\n') ? outdented(raw) : raw.trim()
      this.#push({ kind: 'field', from: field.from, to: field.to, shown, field: field.name })
    }
  }

  /** The unit just before, if it says that something follows. Code also belongs to the plain sentence before it. */
  #announcer(forCode = false): number | undefined {
    const last = this.#units.at(-1)
    if (last === undefined || last.kind === 'row' || last.kind === 'field') return undefined
    if (last.heading.join('/') !== this.#headings.map((heading) => heading.text).join('/')) return undefined
    if (last.kind === 'code') return forCode ? last.intro : undefined
    if (/[:：]\W{0,3}$/.test(last.shown) || /(?:以下|次)の[^。]{0,30}。$/.test(last.shown)) return last.index
    return forCode && last.block >= this.#blocks - 1 ? last.index : undefined
  }
}

/** "See [1]", a bare link list entry, or leftovers of markup: nothing that answers. */
function isOnlyReference(shown: string): boolean {
  return !/[\p{L}\d]/u.test(shown.replace(/https?:\/\/\S+/g, ''))
}
