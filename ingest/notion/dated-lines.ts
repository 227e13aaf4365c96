import type { LineDates } from '../source.ts'
import { blockAnchor } from './ids.ts'

/** One line of Markdown and when the block that it comes from was last changed. */
export interface DatedLine {
  text: string
  at?: Date | undefined
  /** Id of that block, where it is known. */
  block?: string | undefined
}

export function linesOf(text: string, at: Date | undefined): DatedLine[] {
  return text.split('\n').map((line) => ({ text: line, at }))
}

/** Every line behind the prefix; the first behind another, where given. */
export function indented(lines: readonly DatedLine[], prefix: string, first = prefix): DatedLine[] {
  return lines.map(({ text, ...from }, index) => {
    const before = index === 0 ? first : prefix
    return { text: text === '' ? before.trimEnd() : before + text, ...from }
  })
}

/** One under the other with a blank line between. */
export function stacked(parts: readonly (readonly DatedLine[])[]): DatedLine[] {
  const lines: DatedLine[] = []
  for (const part of parts) {
    if (part.length === 0) continue
    // The gap belongs to what stands above: it makes nothing newer.
    if (lines.length > 0) lines.push({ ...lines.at(-1), text: '' })
    lines.push(...part)
  }
  return lines
}

export function textOfLines(lines: readonly DatedLine[]): string {
  return lines.length === 0 ? '' : `${lines.map(({ text }) => text).join('\n')}\n`
}

/** @param otherwise For blocks that say nothing of themselves, and for lines beyond the end. */
export function datesOfLines(lines: readonly DatedLine[], otherwise: Date): LineDates {
  return { at: (line) => lines[line - 1]?.at ?? otherwise }
}

/** The same lines, those that are of no block yet being of this one. */
export function ofBlock(lines: readonly DatedLine[], id: string): DatedLine[] {
  return id === '' ? [...lines] : lines.map((line) => ({ ...line, block: line.block ?? id }))
}

/** What leads to each line, behind the page's address. */
export function anchorsOf(lines: readonly DatedLine[]): (string | undefined)[] {
  return lines.map(({ block }) => (block === undefined ? undefined : blockAnchor(block)))
}
