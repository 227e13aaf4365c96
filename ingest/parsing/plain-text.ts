import { blockOf, isBlank, type Piece } from './pieces.ts'
import { headingAt } from './restructured-text.ts'

const listItem = /^\s*(?:[-*+•・]|\d{1,3}[.)])\s+\S/

/** Whether text is Markdown though its name doesn't say so: it has headings or fences. */
export function looksLikeMarkdown(lines: readonly string[]): boolean {
  return lines.some((line) => /^#{1,6} \S/.test(line) || /^(?:`{3}|~{3})/.test(line))
}

/** Paragraphs, lists and indented code between blank lines; a line with a rule under it is a heading. */
export function plainTextPieces(lines: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  const styles: string[] = []
  for (let at = 0; at < lines.length; ) {
    const heading = isBlank(lines[at]) ? undefined : headingAt(lines, at)
    if (heading !== undefined) {
      if (!styles.includes(heading.style)) styles.push(heading.style)
      const level = styles.indexOf(heading.style) + 1
      pieces.push({ kind: 'heading', level, title: heading.title, fromLine: at + 1, toLine: heading.to })
      at = heading.to
      continue
    }
    const to = stretchEnd(lines, at)
    const block = blockOf(kindOf(lines[at] ?? ''), lines, at + 1, to)
    if (block !== undefined) pieces.push(block)
    at = to
  }
  return pieces
}

function kindOf(line: string): 'list' | 'ordered-list' | 'code' | 'paragraph' {
  if (/^\s*\d{1,3}[.)]\s+\S/.test(line)) return 'ordered-list'
  if (listItem.test(line)) return 'list'
  return /^(?: {4}|\t)/.test(line) ? 'code' : 'paragraph'
}

/** To the next blank line; lists and indented code also go over blank lines, while what follows is of their kind. */
function stretchEnd(lines: readonly string[], at: number): number {
  if (isBlank(lines[at])) return at + 1
  const kind = kindOf(lines[at] ?? '')
  let to = at + 1
  while (to < lines.length) {
    const line = lines[to] ?? ''
    if (isBlank(line)) {
      let next = to
      while (next < lines.length && isBlank(lines[next])) next++
      const goesOn =
        kind !== 'paragraph' &&
        next - to < 3 &&
        (kindOf(lines[next] ?? '') === kind || /^\s{2,}\S/.test(lines[next] ?? ''))
      if (!goesOn || next >= lines.length) return to
      to = next
    } else if (headingAt(lines, to) !== undefined) return to
    else to++
  }
  return to
}
