import MarkdownIt from 'markdown-it'
import { type HtmlBlock, htmlBlock } from './markdown-html.ts'
import { isAdmonition, type Region, regionsOf } from './markdown-regions.ts'
import { type BlockPiece, blockOf, type Piece } from './pieces.ts'
import { plainHeading } from './plain-heading.ts'

/** Blocks only: inline markup stays as it was written, and link definitions stay visible text. */
const markdown = new MarkdownIt('default', { html: true, maxNesting: 20 })
markdown.block.ruler.disable(['reference'])

/** A setext "heading" longer than this is a paragraph that somebody put a rule under. */
const longestSetextHeading = 150

const blockKinds: Readonly<Record<string, BlockPiece['blockKind']>> = {
  paragraph_open: 'paragraph',
  bullet_list_open: 'list',
  ordered_list_open: 'ordered-list',
  table_open: 'table',
  fence: 'code',
  code_block: 'code',
  blockquote_open: 'quote',
}

/**
 * Headings, blocks and comments of Markdown in reading order. Every line that says something is in exactly one piece,
 * letter for letter.
 * @param from First line to read, counted from 0; front matter stands before it.
 */
export function markdownPieces(lines: readonly string[], from: number, mdx: boolean): Piece[] {
  return regionsOf(lines, from, mdx).flatMap((region) => regionPieces(lines, region))
}

function regionPieces(lines: readonly string[], region: Region): Piece[] {
  const { from, to } = region
  if (region.kind === 'dropped') return []
  if (region.kind === 'comment') return [{ kind: 'hidden', text: lines.slice(from, to).join('\n') }]
  if (region.kind === 'markdown') return flowPieces(lines, from, to)
  const block = blockOf(region.kind, lines, from + 1, to)
  return block === undefined ? [] : [block]
}

function flowPieces(lines: readonly string[], from: number, to: number): Piece[] {
  const pieces: Piece[] = []
  const tokens: ReturnType<typeof markdown.parse> = []
  markdown.block.parse(lines.slice(from, to).join('\n'), markdown, {}, tokens)
  let covered = from
  for (const token of tokens) {
    if (token.level !== 0 || token.map === null || token.nesting === -1) continue
    const [start, end] = [from + token.map[0], from + token.map[1]]
    pushText(pieces, lines, covered, start)
    covered = Math.max(covered, end)
    if (token.type === 'heading_open') pieces.push(headingPiece(lines, token, start, end))
    else if (token.type === 'html_block') pushHtml(pieces, lines, htmlBlock(lines, start, end))
    else if (token.type !== 'hr') pushBlock(pieces, lines, kindOf(token), start, end)
  }
  pushText(pieces, lines, covered, to)
  return pieces
}

/** MyST writes admonitions as fences: "```{note}". */
function kindOf(token: { type: string; info: string }): BlockPiece['blockKind'] {
  if (token.type === 'fence' && isAdmonition(/^\s*\{([\w-]+)\}/.exec(token.info)?.[1] ?? '')) return 'admonition'
  return blockKinds[token.type] ?? 'paragraph'
}

function headingPiece(
  lines: readonly string[],
  token: { tag: string; markup: string },
  start: number,
  end: number,
): Piece {
  const level = Number(token.tag.slice(1))
  const place = { fromLine: start + 1, toLine: end }
  if (token.markup.startsWith('#')) {
    const raw = (lines[start] ?? '').trim().replace(/^#+/, '').replace(/\s#+$/, '')
    return { kind: 'heading', level, title: plainHeading(raw), ...place }
  }
  const raw = lines.slice(start, end - 1).join(' ')
  if (raw.length > longestSetextHeading) {
    const text = lines.slice(start, end).join('\n')
    return { kind: 'block', blockKind: 'paragraph', text, ...place }
  }
  return { kind: 'heading', level, title: plainHeading(raw), ...place }
}

function pushHtml(pieces: Piece[], lines: readonly string[], html: HtmlBlock): void {
  if (html.kind === 'block') pushBlock(pieces, lines, 'html', html.from, html.to)
  else if (html.kind === 'hidden') pieces.push({ kind: 'hidden', text: lines.slice(html.from, html.to).join('\n') })
  else if (html.kind === 'heading') pieces.push({ ...html, title: plainHeading(html.title) })
}

function pushText(pieces: Piece[], lines: readonly string[], from: number, to: number): void {
  if (from < to) pushBlock(pieces, lines, 'paragraph', from, to)
}

function pushBlock(
  pieces: Piece[],
  lines: readonly string[],
  kind: BlockPiece['blockKind'],
  from: number,
  to: number,
): void {
  const block = blockOf(kind, lines, from + 1, to)
  if (block === undefined) return
  const alert = kind === 'quote' && /^\s*>\s*\[!\w+\]/.test(block.text)
  pieces.push(alert ? { ...block, blockKind: 'admonition' } : block)
}
