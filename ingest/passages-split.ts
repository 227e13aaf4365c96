import { textSize } from '#knowledge/language.ts'
import { largestSize, roomyLimit, targetSize, tinySize } from './passages-sizes.ts'
import type { Block } from './source.ts'

export interface SplitPiece {
  text: string
  fromLine: number
  toLine: number
  continues: boolean
}

/** A line, or a part of one that is too long; concatenated with `joint` before each they are the block again. */
interface Unit {
  text: string
  line: number
  joint: '\n' | ''
  size: number
  /** How good a place it is to begin a new piece: 0 never if it can be helped, 3 best. */
  rank: number
}

/** Cuts blocks that are too long together at their items, rows, blank lines, lines or sentences, in this order. */
export function splitBlocks(blocks: readonly Block[]): SplitPiece[] {
  const units = blocks.flatMap((block, at) => unitsOf(block, blocks[at - 1]))
  const pieces: SplitPiece[] = []
  let left = units.reduce((sum, unit) => sum + unit.size, 0)
  let from = 0
  while (from < units.length) {
    const to = left <= roomyLimit ? units.length : endOfPiece(units, from)
    left -= units.slice(from, to).reduce((sum, unit) => sum + unit.size, 0)
    const piece = pieceOf(units.slice(from, to))
    if (piece.text.trim() !== '') pieces.push(piece)
    from = to
  }
  return pieces
}

function pieceOf(units: readonly Unit[]): SplitPiece {
  const [first] = units
  return {
    text: units.map((unit, at) => (at === 0 ? '' : unit.joint) + unit.text).join(''),
    fromLine: first?.line ?? 1,
    toLine: units.at(-1)?.line ?? 1,
    continues: first?.joint === '',
  }
}

/** Fills a piece to the target, then goes back to the best place to cut that leaves it a fair size. */
function endOfPiece(units: readonly Unit[], from: number): number {
  let size = 0
  let best = from + 1
  let bestRank = -1
  for (let at = from; at < units.length; at++) {
    const unit = units[at]
    if (unit === undefined) break
    if (at > from && size >= tinySize && unit.rank >= bestRank) {
      best = at
      bestRank = unit.rank
    }
    const limit = bestRank >= 1 ? targetSize : largestSize
    if (at > from && size + unit.size > limit) return bestRank === -1 ? at : best
    size += unit.size
  }
  return units.length
}

function unitsOf(block: Block, before: Block | undefined): Unit[] {
  const lines = block.text.split('\n')
  const ranks = ranksOf(block, lines)
  if (before !== undefined && block.kind !== 'ordered-list') ranks[0] = /[:：]$/.test(before.text) ? 0.6 : 1.5
  const units: Unit[] = lines.flatMap((text, at) => {
    const line = block.fromLine + Math.min(at, block.toLine - block.fromLine)
    return lineUnits(text, line, ranks[at] ?? 1)
  })
  if (before === undefined || block.fromLine === before.toLine + 1) return units
  return [{ text: '', line: block.fromLine - 1, joint: '\n', size: 1, rank: 0 }, ...units]
}

function lineUnits(text: string, line: number, rank: number): Unit[] {
  const size = textSize(text) + 1
  if (size <= targetSize) return [{ text, line, joint: '\n', size, rank }]
  return sentencesOf(text).map((part, at) => {
    const starts = at === 0
    return { text: part, line, joint: starts ? '\n' : '', size: textSize(part), rank: starts ? rank : 1 }
  })
}

/** How good each line is to begin a piece with. */
function ranksOf(block: Block, lines: readonly string[]): number[] {
  const indent = Math.min(...lines.slice(0, 1).map(indentOf))
  let fence = ''
  return lines.map((line, at) => {
    const marks = /^[\s>]*(`{3,}|~{3,})/.exec(line)?.[1]
    const inside = fence !== ''
    if (marks !== undefined && (fence === '' || marks.startsWith(fence))) fence = inside ? '' : marks
    const afterBlank = at > 0 && lines[at - 1]?.trim() === '' && line.trim() !== ''
    if (block.kind === 'code' || block.kind === 'fields') return afterBlank ? 2 : 1
    if (inside) return afterBlank ? 0.8 : 0.6
    const isItem = /^\s*(?:[-*+•・]|\d{1,9}[.)])\s/.test(line)
    if (isItem && indentOf(line) <= indent + 1) return 3
    return afterBlank ? 2 : isItem ? 1.5 : 1
  })
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/** Sentences of a very long line, and where there are none, stretches of it cut at blanks or anywhere. */
function sentencesOf(line: string): string[] {
  const parts: string[] = []
  let from = 0
  for (const end of line.matchAll(/[.!?]["')\]]*\s+|[。！？][」』）]*/g)) {
    const to = end.index + end[0].length
    pushStretches(parts, line.slice(from, to))
    from = to
  }
  pushStretches(parts, line.slice(from))
  return parts
}

function pushStretches(parts: string[], text: string): void {
  let from = 0
  while (from < text.length) {
    const to = stretchEnd(text, from)
    parts.push(text.slice(from, to))
    from = to
  }
}

function stretchEnd(text: string, from: number): number {
  const rest = text.slice(from, from + targetSize)
  const most = from + Math.floor((targetSize * rest.length) / Math.max(textSize(rest), targetSize))
  if (most >= text.length) return text.length
  const blank = rest.lastIndexOf(' ', most - from)
  const end = blank > targetSize / 4 ? from + blank + 1 : most
  return isSurrogatePair(text, end) ? end + 1 : end
}

function isSurrogatePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}
