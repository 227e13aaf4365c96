import { detectLang, textSize } from '#knowledge/language.ts'
import type { Passage } from '#knowledge/passage.ts'
import { givesOrders } from './parsing/instructions.ts'
import { type Atom, atomsOf, gapBefore } from './passages-atoms.ts'
import { idOf } from './passages-id.ts'
import { roomyLimit, targetSize, tinySize } from './passages-sizes.ts'
import { type Visible, visibleText } from './passages-visible.ts'
import type { LineDates, ParsedDocument, RawEntry } from './source.ts'

/** When the lines of a document last changed; a `RawEntry` is one. */
export interface Dated {
  lineDates?: LineDates | undefined
  /** For passages whose lines have no dates of their own. */
  editedAt: Date
  anchors?: RawEntry['anchors']
}

/**
 * Cuts a document into passages by its structure. A passage never crosses a heading; a list, a table, a code block, an
 * admonition and a procedure stay whole where they fit; what introduces a block stays with it. Nothing that a reader
 * sees is lost. The id of a passage is made of its document, its headings and its words, so it outlives edits elsewhere.
 */
export function cutPassages(documentId: string, parsed: ParsedDocument, dated: Dated): Passage[] {
  const passages: Passage[] = []
  const seen = new Map<string, number>()
  const about = contextOf(parsed)
  const extracted = parsed.extracted === true
  const distrusted = givesOrders(parsed.title)
  for (const atoms of packed(atomsOf(parsed.blocks, extracted))) {
    const first = atoms[0]
    if (first === undefined) continue
    const heading = first.heading.length > 0 ? first.heading : [parsed.title]
    const seenBy = textOf(atoms, extracted)
    if (!saysSomething(seenBy.text)) continue
    const words = [documentId, ...heading, seenBy.text.replaceAll(/\s+/g, ' ')]
    const occurrence = seen.get(words.join('\n')) ?? 0
    seen.set(words.join('\n'), occurrence + 1)
    const hidden = atoms.map((atom) => atom.hidden).join('\n')
    passages.push({
      id: idOf(...words, String(occurrence)),
      documentId,
      ordinal: passages.length,
      heading,
      lang: detectLang(seenBy.text, parsed.lang),
      kind: kindOf(atoms),
      text: seenBy.text,
      fromLine: first.fromLine,
      toLine: atoms.at(-1)?.toLine ?? first.toLine,
      editedAt: lastEdit(atoms, dated),
      context: about(heading),
      suspicious: distrusted || givesOrders([...heading, seenBy.text, seenBy.hidden, hidden].join('\n')),
      ...anchorOf(first.fromLine, atoms.at(-1)?.toLine ?? first.toLine, dated.anchors),
    })
  }
  return passages
}

/** The blank line between two blocks. */
const jointSize = 2

/** Puts atoms of one section together until a passage has its size. */
function packed(atoms: readonly Atom[]): Atom[][] {
  const passages: Atom[][] = []
  let current: Atom[] = []
  let size = 0
  for (const [at, atom] of atoms.entries()) {
    const last = current.at(-1)
    if (last === undefined || !belongs(last, atom) || !fits(size, atom, atoms[at + 1])) {
      current = [atom]
      passages.push(current)
      size = atom.size
    } else {
      current.push(atom)
      size += atom.size + jointSize
    }
  }
  return passages
}

/** Lines between two blocks of one passage: more than a comment or two is somebody else's text. */
const widestGap = 4

function belongs(last: Atom, next: Atom): boolean {
  return !last.alone && !next.alone && last.heading === next.heading && next.fromLine - last.toLine <= widestGap
}

/** Within the target, or a tiny piece that would otherwise stand alone. */
function fits(size: number, atom: Atom, after: Atom | undefined): boolean {
  const together = size + jointSize + atom.size
  if (together <= targetSize) return true
  const isLast = after === undefined || !belongs(atom, after)
  return (size < tinySize || (isLast && atom.size < tinySize)) && together <= roomyLimit
}

/** Verbatim, with a blank line where blank lines stand between the blocks; comments inside are taken out. */
function textOf(atoms: readonly Atom[], extracted: boolean): Visible {
  return visibleText(atoms.map((atom, at) => gapBefore(atoms[at - 1], atom, extracted) + atom.text).join(''))
}

const markup = /\{\{[<%][\s\S]{0,500}?[%>]\}\}|<\/?[a-zA-Z][^<>]{0,500}>/g

/** Shortcodes and tags with nothing between them are no passage; in backquotes they are code. */
function saysSomething(text: string): boolean {
  if (text.length > 1000 || text.includes('`')) return true
  return /[\p{L}\p{N}]/u.test(/[{<]/.test(text) ? text.replaceAll(markup, '') : text)
}

/** Whatever takes up most of the room; steps are what a passage is about even if a third of it explains them. */
function kindOf(atoms: readonly Atom[]): Passage['kind'] {
  const sizes = new Map<Passage['kind'], number>()
  for (const { kind, size } of atoms) sizes.set(kind, (sizes.get(kind) ?? 0) + (kind === 'steps' ? 2 * size : size))
  const [largest] = [...sizes].toSorted(([, one], [, other]) => other - one)
  return largest?.[0] ?? 'prose'
}

function lastEdit(atoms: readonly Atom[], dated: Dated): Date {
  const { lineDates } = dated
  if (lineDates === undefined) return dated.editedAt
  let last: Date | undefined
  for (const { fromLine, toLine } of atoms) {
    for (let line = fromLine; line <= toLine; line++) {
      const at = lineDates.at(line)
      if (last === undefined || at > last) last = at
    }
  }
  return last ?? dated.editedAt
}

function anchorOf(fromLine: number, toLine: number, anchors: Dated['anchors']): Pick<Passage, 'anchor'> {
  if (anchors === undefined) return {}
  // Without `plain` GitHub shows a page as it is meant to look, in which lines have no numbers.
  if (anchors === 'line-numbers') return { anchor: `?plain=1#L${fromLine}-L${toLine}` }
  const anchor = anchors[fromLine - 1]
  return anchor === undefined ? {} : { anchor }
}

/** Longer than this, a summary drowns what the headings say. */
const longestSummary = 200

function contextOf(parsed: ParsedDocument): (heading: readonly string[]) => string {
  const summary = shortened(parsed.summary)
  return (heading) => {
    const path = heading[0] === parsed.title ? heading : [parsed.title, ...heading]
    const place = path.join(' › ')
    return summary === '' ? place : `${place} — ${summary}`
  }
}

function shortened(summary: string): string {
  if (textSize(summary) <= longestSummary) return summary
  const length = textSize(summary) > 1.5 * summary.length ? longestSummary / 2 : longestSummary
  const cut = summary.slice(0, length)
  const end = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('。'), cut.lastIndexOf('、'))
  return `${end > length / 2 ? cut.slice(0, end) : cut}…`
}
