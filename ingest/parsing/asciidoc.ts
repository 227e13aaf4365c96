import type { Block } from '../source.ts'
import { blockOf, isBlank, type Piece } from './pieces.ts'
import { plainHeading } from './plain-heading.ts'

const section = /^(={1,6}|#{1,6})\s+(\S.*)$/
const attribute = /^:(!?[\w-]+!?):(?:\s+(.*))?$/
const delimiter = /^(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|\/{4,}|--|[|,:!]={3,}|`{3,}.*)\s*$/
const blockAttributes = /^\[[^\]\n]*(?:\[[^\]\n]*\][^\]\n]*)*\]\s*$/
const blockTitle = /^\.[^\s.].*$/
const orderedItem = /^\s*(?:\.{1,5}|\d{1,4}\.|[a-z]\.|<(?:\d{1,3}|\.)>)\s+\S/
const unorderedItem = /^\s*(?:\*{1,5}|-|•)\s+\S/
const described = /^\s*\S.*?(?:::{1,3}|;;)(?:\s|$)/
const admonition = /^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s/
const conditional = /^(?:ifdef|ifndef|ifeval|endif)::/

const delimited: Readonly<Record<string, Block['kind'] | 'hidden'>> = {
  '-': 'code',
  '.': 'code',
  '=': 'admonition',
  '*': 'admonition',
  _: 'quote',
  '+': 'html',
  '/': 'hidden',
  '|': 'table',
  ',': 'table',
  ':': 'table',
  '!': 'table',
  '`': 'code',
}

/** What the header says of the page: `:description:`, `:page-owner:`. */
export type Attributes = ReadonlyMap<string, string>

/** Headings, blocks and comments of AsciiDoc by its lines. A block takes its title and its attributes along. */
export function asciidocPieces(lines: readonly string[], from = 0): { pieces: Piece[]; attributes: Attributes } {
  const pieces: Piece[] = []
  const attributes = new Map<string, string>()
  const unclosed = new Set<string>()
  let at = from
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const [, name, value] = attribute.exec(line) ?? []
    if (name !== undefined) attributes.set(name, value ?? '')
    if (isBlank(line) || name !== undefined || isRule(line) || conditional.test(line)) {
      at++
      continue
    }
    const [, marks, title] = section.exec(line) ?? []
    if (marks !== undefined && title !== undefined) {
      const filled = title.replaceAll(/\{([\w-]+)\}/g, (whole, key: string) => attributes.get(key) ?? whole)
      pieces.push({ kind: 'heading', level: marks.length, title: plainTitle(filled), fromLine: at + 1, toLine: at + 1 })
      at = marks === '=' ? headerEnd(lines, at + 1) : at + 1
      continue
    }
    const { kind, to } = blockAt(lines, at, unclosed)
    if (kind === 'hidden') pieces.push({ kind, text: lines.slice(at, to).join('\n') })
    else {
      const block = blockOf(kind, lines, at + 1, to)
      if (block !== undefined) pieces.push(block)
    }
    at = Math.max(to, at + 1)
  }
  return { pieces, attributes }
}

function isRule(line: string): boolean {
  return /^(?:'{3,}|-{3}|\*{3}|<<<|- - -|\* \* \*)\s*$/.test(line)
}

/** Author and revision lines under the title are no text. */
function headerEnd(lines: readonly string[], at: number): number {
  let end = at
  while (end < at + 2 && looksLikeAuthor(lines[end] ?? '')) end++
  return end
}

function looksLikeAuthor(line: string): boolean {
  return /^[^<>]{1,100}<[^@<>]{1,100}@[^<>]{1,100}>;?\s*$/.test(line) || /^v?\d+(?:\.\d+)*(?:,|\s*$)/.test(line)
}

function plainTitle(title: string): string {
  return plainHeading(
    title
      .replaceAll(/\[\[[^\]]*\]\]|\[#[^\]]*\]/g, '')
      .replaceAll(/(?:link|xref):\S*?\[([^\]]*)\]/g, '$1')
      .replace(/\s=+$/, ''),
  )
}

interface Found {
  kind: Block['kind'] | 'hidden'
  to: number
}

/** @param unclosed Delimiters known not to come again; looking for them each time would take forever. */
function blockAt(lines: readonly string[], at: number, unclosed: Set<string>): Found {
  const start = bodyStart(lines, at)
  const head = lines.slice(at, start).join('\n')
  const line = lines[start] ?? ''
  if (delimiter.test(line)) return delimitedAt(lines, start, head, unclosed)
  if (/^\/\/(?!\/)/.test(line)) return { kind: 'hidden', to: start + 1 }
  if (orderedItem.test(line)) return { kind: 'ordered-list', to: listEnd(lines, start, unclosed) }
  if (unorderedItem.test(line) || described.test(line)) return { kind: 'list', to: listEnd(lines, start, unclosed) }
  const to = paragraphEnd(lines, start)
  if (admonition.test(line) || isAdmonition(head)) return { kind: 'admonition', to }
  return { kind: /^\[(?:source|listing|literal|,)/m.test(head) || /^\s/.test(line) ? 'code' : 'paragraph', to }
}

/** Skips the lines that only say something about the block below them. */
function bodyStart(lines: readonly string[], at: number): number {
  let start = at
  while (start < lines.length - 1 && isAbout(lines[start] ?? '') && !isBlank(lines[start + 1])) start++
  return start
}

function isAbout(line: string): boolean {
  return blockAttributes.test(line) || (blockTitle.test(line) && !orderedItem.test(line))
}

function isAdmonition(head: string): boolean {
  return /^\[(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)/im.test(head)
}

function delimitedAt(lines: readonly string[], start: number, head: string, unclosed: Set<string>): Found {
  const mark = (lines[start] ?? '').trimEnd()
  const close = mark.startsWith('`') ? '```' : mark
  let to = start + 1
  if (unclosed.has(close)) to = lines.length
  while (to < lines.length && lines[to]?.trimEnd() !== close) to++
  if (to >= lines.length) {
    unclosed.add(close)
    return { kind: 'paragraph', to: paragraphEnd(lines, start + 1) }
  }
  const kind = mark === '--' ? 'paragraph' : (delimited[mark[0] ?? ''] ?? 'paragraph')
  return { kind: isAdmonition(head) ? 'admonition' : kind, to: to + 1 }
}

function paragraphEnd(lines: readonly string[], at: number): number {
  let to = at
  while (to < lines.length && !isBlank(lines[to]) && (to === at || !delimiter.test(lines[to] ?? ''))) to++
  return Math.max(to, at + 1)
}

/** Items, their further lines, and blocks that `+` attaches to them. */
function listEnd(lines: readonly string[], at: number, unclosed: Set<string>): number {
  let end = at + 1
  let attached = false
  for (let to = at + 1; to < lines.length; to++) {
    const line = lines[to] ?? ''
    if (isBlank(line)) continue
    if (line.trimEnd() === '+') attached = true
    else if (attached || (delimiter.test(line) && !isBlank(lines[to - 1]))) {
      const body = bodyStart(lines, to)
      to = delimiter.test(lines[body] ?? '')
        ? delimitedAt(lines, body, '', unclosed).to - 1
        : paragraphEnd(lines, body) - 1
      attached = false
    } else if (isBlank(lines[to - 1]) && !orderedItem.test(line) && !unorderedItem.test(line) && !described.test(line))
      break
    else if (section.test(line) || isAbout(line)) break
    end = to + 1
  }
  return end
}
