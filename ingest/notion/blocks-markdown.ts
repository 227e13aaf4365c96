import type { BlockNode } from './block-tree.ts'
import { type DatedLine, indented, linesOf, ofBlock, stacked } from './dated-lines.ts'
import { urlOfBlock, urlOfId } from './ids.ts'
import { markdownOf } from './rich-text.ts'
import { plainText, type RichText } from './shapes.ts'
import { tableLines } from './tables.ts'

export interface RenderContext {
  pageUrl: string
  /** Of a page or database, where we know it. */
  titleOf: (id: string) => string | undefined
  /** Types that couldn't be shown, once for each block. */
  unknown: string[]
}

/** What a page's blocks say as Markdown, each line with the time of its own block. */
export function blocksMarkdown(nodes: readonly BlockNode[], context: RenderContext): DatedLine[] {
  return stacked(runsOf(nodes).map((run) => runLines(run, context)))
}

const listTypes = new Set(['bulleted_list_item', 'numbered_list_item', 'to_do'])

/** Neighbouring items of one kind of list stay together; everything else stands alone. */
function runsOf(nodes: readonly BlockNode[]): BlockNode[][] {
  const runs: BlockNode[][] = []
  for (const node of nodes) {
    const run = runs.at(-1)
    if (run !== undefined && run[0]?.type === node.type && listTypes.has(node.type)) run.push(node)
    else runs.push([node])
  }
  return runs
}

function runLines(run: readonly BlockNode[], context: RenderContext): DatedLine[] {
  const [first] = run
  if (first === undefined) return []
  if (!listTypes.has(first.type)) return nodeLines(first, context)
  const start = first.content.list_start_index ?? 1
  return run.flatMap((node, index) => itemLines(node, markerOf(node, start + index), context))
}

function markerOf({ type, content }: BlockNode, number: number): string {
  if (type === 'numbered_list_item') return `${number}. `
  if (type === 'to_do') return content.checked === true ? '- [x] ' : '- [ ] '
  return '- '
}

function itemLines(node: BlockNode, marker: string, context: RenderContext): DatedLine[] {
  const inset = ' '.repeat(marker.startsWith('-') ? 2 : marker.length)
  const own = ofBlock(linesOf(markdownOf(node.content.rich_text), node.editedAt), node.id)
  const lines = indented(own, inset, marker)
  for (const run of runsOf(node.children)) {
    const below = runLines(run, context)
    if (below.length === 0) continue
    // Without the gap a paragraph would go on in the item's own.
    if (!listTypes.has(run[0]?.type ?? '')) lines.push({ ...lines.at(-1), text: '', at: node.editedAt })
    lines.push(...indented(below, inset))
  }
  return lines
}

const transparent = new Set(['column_list', 'column', 'synced_block', 'tab', 'template'])
const silent = new Set(['table_of_contents', 'breadcrumb', 'table_row'])
const media = new Set(['image', 'video', 'audio', 'file', 'pdf', 'embed', 'bookmark', 'link_preview'])

function nodeLines(node: BlockNode, context: RenderContext): DatedLine[] {
  const { type, content, editedAt } = node
  const below = () => blocksMarkdown(node.children, context)
  const own = (text: string) => (text === '' ? [] : ofBlock(linesOf(text, editedAt), node.id))
  if (silent.has(type)) return []
  if (transparent.has(type)) return stacked([own(markdownOf(content.rich_text)), below()])
  if (media.has(type)) return own(mediaLink(node))
  switch (type) {
    case 'paragraph':
      return stacked([own(markdownOf(content.rich_text)), below()])
    case 'heading_1':
    case 'heading_2':
    case 'heading_3':
    case 'heading_4':
      return stacked([own(headingLine(type, content.rich_text)), below()])
    case 'toggle':
      return stacked([own(lead(content.rich_text)), below()])
    case 'callout':
      return quoted(own(`[!${alertOf(content.icon?.emoji)}]`), stacked([own(markdownOf(content.rich_text)), below()]))
    case 'quote':
      return quoted(stacked([own(markdownOf(content.rich_text)), below()]))
    case 'code':
      return stacked([own(fenced(content.rich_text, content.language)), own(markdownOf(content.caption))])
    case 'equation':
      return own(`$$\n${content.expression ?? ''}\n$$`)
    case 'divider':
      return own('***')
    case 'table':
      return tableLines(node)
    case 'child_page':
    case 'child_database':
      return own(linkTo(node.id, typeof content.title === 'string' ? content.title : undefined, context))
    case 'link_to_page':
      return own(linkTo(content.page_id ?? content.database_id, undefined, context))
    case 'meeting_notes':
    case 'transcription':
      return stacked([own(lead(typeof content.title === 'string' ? [] : content.title)), below()])
    default:
      return unknownLines(node, context)
  }
}

/** A type that came after us: its text where it has some, else a placeholder that a reader can follow. */
function unknownLines(node: BlockNode, context: RenderContext): DatedLine[] {
  const { id, type, content, editedAt } = node
  const text = markdownOf(content.rich_text)
  const below = blocksMarkdown(node.children, context)
  if (text !== '' || below.length > 0) return stacked([text === '' ? [] : linesOf(text, editedAt), below])
  const name = content.block_type ?? type
  context.unknown.push(name)
  const url = id === '' ? context.pageUrl : urlOfBlock(context.pageUrl, id)
  return linesOf(placeholder(name, url), editedAt)
}

/** Stands in the text for what the API doesn't show. */
function placeholder(type: string, url: string): string {
  return `[Only in Notion: ${type.replaceAll(/[_-]/g, ' ').replaceAll(/[[\]]/g, '')}](${url})`
}

function headingLine(type: string, text: RichText | undefined): string {
  const words = markdownOf(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
  return words === '' ? '' : `${'#'.repeat(Number(type.slice(-1)))} ${words}`
}

/** A line in bold belongs to what follows. */
function lead(text: RichText | undefined): string {
  const words = plainText(text)
  return words === '' ? '' : `**${words}**`
}

function quoted(...parts: readonly DatedLine[][]): DatedLine[] {
  return indented(parts.flat(), '> ')
}

/** Notion has one callout, and people tell by its icon what it is. */
function alertOf(emoji: string | undefined): string {
  if (emoji === undefined) return 'NOTE'
  if (/[🚨❗‼🔥🛑⛔☠]/u.test(emoji)) return 'CAUTION'
  if (/[⚠🚧❌🔴]/u.test(emoji)) return 'WARNING'
  return emoji === '💡' ? 'TIP' : 'NOTE'
}

function fenced(text: RichText | undefined, language: string | undefined): string {
  const code = (text ?? []).map((run) => run.plain_text).join('')
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const name = language === undefined || language === 'plain text' ? '' : language.replaceAll(/\s+/g, '-')
  return `${fence}${name}\n${code}\n${fence}`
}

function mediaLink({ type, content }: BlockNode): string {
  const caption = markdownOf(content.caption)
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
  // A file in Notion has a signed address that is another one every hour.
  const hosted = content.file?.url.split('?')[0]
  const url = content.url ?? content.external?.url ?? hosted ?? ''
  const words = caption || (content.name ?? '') || nameInUrl(url) || type.replaceAll('_', ' ')
  if (url === '') return words
  return `${type === 'image' ? '!' : ''}[${words}](${url})`
}

function nameInUrl(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return ''
  const last = parsed.pathname.split('/').findLast((part) => part !== '') ?? ''
  return /\.[a-z0-9]{2,5}$/i.test(last) ? decoded(last) : parsed.host
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function linkTo(id: string | undefined, title: string | undefined, context: RenderContext): string {
  if (id === undefined) return ''
  const words = (title ?? context.titleOf(id) ?? '').trim() || 'Untitled'
  return `[${words.replaceAll(/[[\]]/g, ' ')}](${urlOfId(id)})`
}
