import type { Block } from '../source.ts'

/** A heading as it stands in a document; levels count from 1 and may skip. */
export interface HeadingPiece {
  kind: 'heading'
  level: number
  /** Without markup. */
  title: string
  fromLine: number
  toLine: number
}

/** Text that no reader sees: a comment, an invisible element. */
export interface HiddenPiece {
  kind: 'hidden'
  text: string
}

export interface BlockPiece {
  kind: 'block'
  blockKind: Block['kind']
  text: string
  fromLine: number
  toLine: number
}

/** What a format's parser gives, in reading order; `outline` makes sections of it. */
export type Piece = HeadingPiece | HiddenPiece | BlockPiece

/** The block of these lines, without blank ones at its ends; undefined when nothing is left. Lines count from 1. */
export function blockOf(
  blockKind: Block['kind'],
  lines: readonly string[],
  fromLine: number,
  toLine: number,
): BlockPiece | undefined {
  let first = fromLine
  let last = Math.min(toLine, lines.length)
  while (first <= last && isBlank(lines[first - 1])) first++
  while (last >= first && isBlank(lines[last - 1])) last--
  if (first > last) return undefined
  return { kind: 'block', blockKind, text: lines.slice(first - 1, last).join('\n'), fromLine: first, toLine: last }
}

export function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === ''
}

/** Blanks before the first letter; a tab counts as one. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
