import type { Block } from '../source.ts'
import type { HeadingPiece, Piece } from './pieces.ts'

export interface Outline {
  title: string
  blocks: Block[]
}

/**
 * Puts each block under its headings and finds the title: the given one, else the first heading of level 1, else the
 * fallback. The heading that is the title, or says the same, is left out of the paths.
 * @param lines Those of the entry, where blocks are verbatim.
 */
export function outline(
  pieces: readonly Piece[],
  given: string | undefined,
  fallback: string,
  lines: readonly string[] | undefined,
): Outline {
  const top = pieces.find((piece): piece is HeadingPiece => piece.kind === 'heading' && piece.level === 1)
  const title = given ?? top?.title ?? fallback
  const dropped = top !== undefined && sameWords(top.title, title) ? top : undefined
  const blocks = sections(pieces, dropped)
  return { title, blocks: blocks.length > 0 ? blocks : headingsAsText(pieces, lines) }
}

function sections(pieces: readonly Piece[], dropped: HeadingPiece | undefined): Block[] {
  const blocks: Block[] = []
  const open: HeadingPiece[] = []
  let heading: readonly string[] = []
  let hidden = ''
  for (const piece of pieces) {
    if (piece.kind === 'hidden') {
      hidden += `${piece.text}\n`
    } else if (piece.kind === 'block') {
      const { blockKind: kind, text, fromLine, toLine } = piece
      blocks.push({ kind, heading, text, fromLine, toLine, ...(hidden === '' ? {} : { hidden }) })
      hidden = ''
    } else {
      hidden = hideInLast(blocks, hidden)
      while ((open.at(-1)?.level ?? 0) >= piece.level) open.pop()
      open.push(piece)
      heading = open.filter((one) => one !== dropped && one.title !== '').map((one) => one.title)
    }
  }
  hideInLast(blocks, hidden)
  return blocks
}

/** Hidden text with nothing after it in its section belongs to what stands before; returns what found no place. */
function hideInLast(blocks: Block[], hidden: string): string {
  const last = blocks.at(-1)
  if (hidden === '' || last === undefined) return hidden
  blocks[blocks.length - 1] = { ...last, hidden: (last.hidden ?? '') + hidden }
  return ''
}

/** A page of headings alone still says something. */
function headingsAsText(pieces: readonly Piece[], lines: readonly string[] | undefined): Block[] {
  const heading: readonly string[] = []
  return pieces
    .filter((piece) => piece.kind === 'heading')
    .map(({ title, fromLine, toLine }) => {
      const text = lines?.slice(fromLine - 1, toLine).join('\n') ?? title
      return { kind: 'paragraph', heading, text, fromLine, toLine }
    })
}

function sameWords(one: string, other: string): boolean {
  return one === other || words(one) === words(other)
}

function words(title: string): string {
  return title.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
