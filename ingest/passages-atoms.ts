import { textSize } from '#knowledge/language.ts'
import type { PassageKind } from '#knowledge/passage.ts'
import { largestSize } from './passages-sizes.ts'
import { splitBlocks } from './passages-split.ts'
import type { Block } from './source.ts'

/** What goes into one passage whole. */
export interface Atom {
  kind: PassageKind
  heading: readonly string[]
  text: string
  fromLine: number
  toLine: number
  size: number
  hidden: string
  /** Shares a passage with nothing else. */
  alone: boolean
  /** Its first line is the rest of the line that the atom before it ends in. */
  continues: boolean
}

const kinds: Readonly<Record<Block['kind'], PassageKind>> = {
  paragraph: 'prose',
  list: 'prose',
  'ordered-list': 'steps',
  table: 'table',
  code: 'code',
  admonition: 'prose',
  quote: 'prose',
  fields: 'alert',
  html: 'prose',
}

/**
 * Blocks as they may be packed: what introduces a block is joined to it, a procedure's steps with what stands between
 * them are one atom, and what is too long is split.
 */
export function atomsOf(blocks: readonly Block[], extracted: boolean): Atom[] {
  const atoms: Atom[] = []
  for (let at = 0; at < blocks.length; ) {
    const group = groupFrom(blocks, at)
    at += Math.max(1, group.length)
    const whole = joined(group, extracted)
    if (whole.size <= largestSize) atoms.push(whole)
    else for (const piece of splitBlocks(group)) atoms.push({ ...whole, ...piece, size: textSize(piece.text) })
  }
  return atoms
}

function joined(blocks: readonly Block[], extracted: boolean): Atom {
  const [first] = blocks
  const last = blocks.at(-1)
  const main = blocks.find((block) => block.kind === 'ordered-list') ?? last
  const text = blocks.map((block, at) => gapBefore(blocks[at - 1], block, extracted) + block.text).join('')
  return {
    kind: main === undefined ? 'prose' : kinds[main.kind],
    heading: first?.heading ?? [],
    text,
    fromLine: first?.fromLine ?? 1,
    toLine: last?.toLine ?? 1,
    size: textSize(text),
    hidden: blocks.map((block) => block.hidden ?? '').join(''),
    alone: first?.kind === 'fields',
    continues: false,
  }
}

/** What stands between two blocks that share a passage; however many blank lines and comments were there, one. */
export function gapBefore(
  before: { toLine: number } | undefined,
  after: { fromLine: number; continues?: boolean },
  extracted: boolean,
): string {
  if (before === undefined || after.continues === true) return ''
  return extracted || after.fromLine > before.toLine + 1 ? '\n\n' : '\n'
}

/** How many blocks may stand between two steps of one procedure. */
const longestInterlude = 6

/** The block at `start` with all that has to stay with it. */
function groupFrom(blocks: readonly Block[], start: number): readonly Block[] {
  let end = start
  while (end < start + 3 && introduces(blocks[end], blocks[end + 1])) end++
  if (blocks[end]?.kind === 'ordered-list') end = endOfProcedure(blocks, end)
  return blocks.slice(start, end + 1)
}

/** A line that ends in a colon or stands before code, the opening of a tab, a lone bold line: they belong to what follows. */
function introduces(block: Block | undefined, next: Block | undefined): boolean {
  if (block === undefined || next === undefined || !sameSection(block, next)) return false
  if (block.kind !== 'paragraph' || textSize(block.text) > 600) return false
  if (next.kind === 'code' && textSize(block.text) <= 200) return true
  const end = block.text.trimEnd()
  return /[:：]$|[:：](?:\*\*|__)$/.test(end) || /^\s*(?:\{\{[<%]\s*[^/\s]|\*\*[^*\n]+\*\*$)/.test(end)
}

function endOfProcedure(blocks: readonly Block[], start: number): number {
  let end = start
  let expected = stepsOf(blocks[start]) + 1
  for (let at = start + 1; at <= end + longestInterlude; at++) {
    const block = blocks[at]
    if (block === undefined || !sameSection(blocks[start], block)) break
    if (block.kind !== 'ordered-list' || firstNumber(block) !== expected) continue
    end = at
    expected += stepsOf(block)
  }
  return end
}

function sameSection(one: Block | undefined, other: Block): boolean {
  return one?.heading === other.heading
}

function firstNumber(block: Block): number {
  return Number(/^\s*(\d+)/.exec(block.text)?.[1])
}

/** The number that the last step of a list has, counted on from its first. */
function stepsOf(block: Block | undefined): number {
  if (block === undefined) return 0
  const indent = /^\s*/.exec(block.text)?.[0].length ?? 0
  return block.text.split('\n').filter((line) => stepLine(line, indent)).length
}

function stepLine(line: string, indent: number): boolean {
  const [, blanks] = /^(\s*)\d+[.)]\s/.exec(line) ?? []
  return blanks !== undefined && blanks.length <= indent + 1
}
