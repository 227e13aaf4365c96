import type { BlockContent } from './block-content.ts'
import type { BlockNode } from './block-tree.ts'
import { inlineText } from './enhanced-inline.ts'
import { notionId } from './ids.ts'
import type { RichText } from './shapes.ts'

/**
 * What the markdown endpoint gives (developers.notion.com/guides/data-apis/enhanced-markdown), as the blocks that it was
 * written from: children stand a tab deeper, and what Markdown has no word for is a tag. Times and most ids are lost.
 */
export function enhancedBlocks(markdown: string): BlockNode[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n').map(lineOf)
  return new Reader(lines).blocks(0, lines.length)
}

interface Line {
  depth: number
  text: string
}

function lineOf(raw: string): Line {
  const depth = /^\t*/.exec(raw)?.[0].length ?? 0
  return { depth, text: raw.slice(depth).trimEnd() }
}

const containers: Readonly<Record<string, string>> = {
  details: 'toggle',
  callout: 'callout',
  columns: 'column_list',
  column: 'column',
  synced_block: 'synced_block',
  synced_block_reference: 'synced_block',
  'meeting-notes': 'meeting_notes',
  summary: 'column',
  notes: 'column',
  tab: 'tab',
  tabs: 'tab',
}
const skipped = new Set(['empty-block', 'table_of_contents', 'breadcrumb', 'transcript'])
const openingTag = /^<([a-z][a-z_-]*)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>(.*)$/
const mediaTypes = new Set(['audio', 'video', 'file', 'pdf'])

/** A class for its place in the lines alone. */
class Reader {
  readonly #lines: readonly Line[]
  /** Addresses of synced blocks that were shown. */
  readonly #shown = new Set<string>()

  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  blocks(from: number, to: number): BlockNode[] {
    const nodes: BlockNode[] = []
    let at = from
    while (at < to) {
      const line = this.#lines[at]
      if (line === undefined || line.text === '') {
        at++
        continue
      }
      const end = Math.min(to, this.#endOf(at, line))
      const node = this.#blockAt(at, end, line)
      if (node !== undefined) nodes.push(node)
      at = Math.max(end, at + 1)
    }
    return nodes
  }

  /** The line after the block that begins here. */
  #endOf(at: number, { depth, text }: Line): number {
    const fence = /^(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence !== undefined) return this.#after(at + 1, (line) => line.text.trim() === fence)
    if (text === '$$') return this.#after(at + 1, (line) => line.text === '$$')
    const colons = /^(:{3,})\s*\w/.exec(text)?.[1]
    if (colons !== undefined) return this.#after(at + 1, (line) => line.depth === depth && line.text === colons)
    const [, name = '', , closed, rest = ''] = openingTag.exec(text) ?? []
    const close = `</${name}>`
    const isOpen = name !== '' && closed === '' && !rest.includes(close) && this.#isTag(name)
    if (isOpen) return this.#after(at + 1, (line) => line.depth === depth && line.text === close)
    if (text.startsWith('|')) return this.#while(at + 1, (line) => line.depth === depth && line.text.startsWith('|'))
    return this.#while(at + 1, (line) => line.depth > depth)
  }

  #isTag(name: string): boolean {
    return name in containers || name === 'table' || skipped.has(name)
  }

  /** Past the line that ends it; to the end where none does. */
  #after(from: number, ends: (line: Line) => boolean): number {
    for (let at = from; at < this.#lines.length; at++) {
      const line = this.#lines[at]
      if (line !== undefined && ends(line)) return at + 1
    }
    return this.#lines.length
  }

  #while(from: number, goesOn: (line: Line) => boolean): number {
    let at = from
    for (let line = this.#lines[at]; line !== undefined && line.text !== '' && goesOn(line); line = this.#lines[at])
      at++
    return at
  }

  #blockAt(at: number, end: number, line: Line): BlockNode | undefined {
    const { text, depth } = line
    if (/^(?:`{3,}|~{3,})/.test(text)) return node('code', this.#code(at, end, line))
    if (text === '$$') return node('equation', { expression: this.#inside(at, end, '$$', depth) })
    if (text.startsWith('|')) return pipeTable(this.#lines.slice(at, end).map((row) => row.text))
    if (/^:{3,}\s*callout\b/.test(text)) {
      const isClosed = /^:{3,}$/.test(this.#lines[end - 1]?.text ?? '')
      return node('callout', { icon: iconOf(text) }, this.blocks(at + 1, isClosed ? end - 1 : end))
    }
    const tag = openingTag.exec(text)
    return (tag === null ? undefined : this.#tagAt(at, end, tag)) ?? this.#textAt(at, end, text)
  }

  #tagAt(at: number, end: number, tag: RegExpExecArray): BlockNode | undefined {
    const [, name = '', attributes = '', , rest = ''] = tag
    const attribute = (wanted: string) => new RegExp(`\\s${wanted}="([^"]*)"`).exec(attributes)?.[1]
    if (skipped.has(name)) return node('breadcrumb', {})
    if (name === 'table') return this.#table(at, end)
    const type = containers[name]
    if (type !== undefined) return this.#container(at, end, type, { tag: name, attributes, rest })
    const words = rest.replace(`</${name}>`, '')
    if (name === 'page' || name === 'database') {
      const id = notionId(attribute('url') ?? '') ?? ''
      return { ...node(name === 'page' ? 'child_page' : 'child_database', { title: plain(words) }), id }
    }
    if (mediaTypes.has(name)) return node(name, mediaContent(attribute('src') ?? '', words))
    if (name !== 'unknown') return undefined
    const id = notionId((attribute('url') ?? '').split('#')[1] ?? '') ?? notionId(attribute('url') ?? '') ?? ''
    return { ...node('unknown', { block_type: attribute('alt') ?? 'block' }), id }
  }

  #container(
    at: number,
    end: number,
    type: string,
    { tag, attributes, rest }: { tag: string; attributes: string; rest: string },
  ): BlockNode {
    if (type === 'synced_block') {
      const url = /\surl="([^"]*)"/.exec(attributes)?.[1] ?? `line ${at}`
      if (this.#shown.has(url)) return node('synced_block', {})
      this.#shown.add(url)
    }
    const below = this.#lines[at + 1]
    const summary = type === 'toggle' ? /^<summary>(.*?)(?:<\/summary>)?$/.exec(below?.text ?? '') : null
    const content: BlockContent = {
      rich_text: summary === null ? undefined : rich(summary[1] ?? ''),
      icon: iconOf(attributes),
    }
    const closes = this.#lines[end - 1]?.text === `</${tag}>`
    const first = rest === '' || rest === `</${tag}>` ? [] : [node('paragraph', { rich_text: rich(rest) })]
    const children = this.blocks(at + (summary === null ? 1 : 2), closes ? end - 1 : end)
    return node(type, content, [...first, ...children])
  }

  #textAt(at: number, end: number, text: string): BlockNode {
    const { type, content, words } = textBlock(withoutAttributes(text))
    return node(type, { ...content, rich_text: rich(words) }, this.blocks(at + 1, end))
  }

  #code(at: number, end: number, { text, depth }: Line): BlockContent {
    const language = text.replace(/^[`~]+/, '').trim()
    const code = this.#inside(at, end, /^[`~]+/.exec(text)?.[0] ?? '', depth)
    return { language, rich_text: rich(code, false) }
  }

  /** What stands between the first line and the one that closes, if one does. */
  #inside(at: number, end: number, close: string, depth: number): string {
    const isClosed = end > at + 1 && this.#lines[end - 1]?.text.trim() === close
    const lines = this.#lines.slice(at + 1, isClosed ? end - 1 : end)
    return lines.map((line) => '\t'.repeat(Math.max(0, line.depth - depth)) + line.text).join('\n')
  }

  #table(at: number, end: number): BlockNode {
    const html = this.#lines
      .slice(at, end)
      .map((line) => line.text)
      .join('\n')
    const rows = [...html.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
      node('table_row', {
        cells: [...row.matchAll(/<t[dh]\b[^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) => rich(cell)),
      }),
    )
    return node('table', { has_column_header: /^<table[^>]*\sheader-row="true"/.test(html) }, rows)
  }
}

function node(type: string, content: BlockContent, children: readonly BlockNode[] = []): BlockNode {
  return { id: '', type, content, children }
}

/** Markdown already, so as one run it stays what it is. */
function rich(text: string, isInline = true): RichText {
  const annotations = { bold: false, italic: false, strikethrough: false, code: false }
  return [
    {
      type: 'text',
      plain_text: isInline ? inlineText(text) : text,
      annotations,
      href: undefined,
      mention: undefined,
      equation: undefined,
    },
  ]
}

function plain(text: string): string {
  return inlineText(text).replaceAll(/\s+/g, ' ').trim()
}

function iconOf(attributes: string): { emoji?: string | undefined } | undefined {
  const emoji = /\bicon="([^"]*)"/.exec(attributes)?.[1]
  return emoji === undefined ? undefined : { emoji }
}

/** `{color="blue" toggle="true"}` at the end of a first line. */
function withoutAttributes(text: string): string {
  return text.replace(/\s*\{(?:\s*[\w-]+="[^"]*")+\s*\}$/, '')
}

function textBlock(text: string): { type: string; content: BlockContent; words: string } {
  const heading = /^(#{1,6})\s+(.*)$/.exec(text)
  if (heading !== null) {
    const level = Math.min(4, heading[1]?.length ?? 1)
    return { type: `heading_${level}`, content: {}, words: heading[2] ?? '' }
  }
  if (/^(?:-{3,}|\*{3,})$/.test(text)) return { type: 'divider', content: {}, words: '' }
  const todo = /^[-*]\s+\[([ xX])\]\s*(.*)$/.exec(text)
  if (todo !== null) return { type: 'to_do', content: { checked: todo[1] !== ' ' }, words: todo[2] ?? '' }
  const bullet = /^[-*]\s+(.*)$/.exec(text)
  if (bullet !== null) return { type: 'bulleted_list_item', content: {}, words: bullet[1] ?? '' }
  const numbered = /^(\d{1,9})[.)]\s+(.*)$/.exec(text)
  if (numbered !== null) {
    return { type: 'numbered_list_item', content: { list_start_index: Number(numbered[1]) }, words: numbered[2] ?? '' }
  }
  const quote = /^>\s?(.*)$/.exec(text)
  if (quote !== null) return { type: 'quote', content: {}, words: quote[1] ?? '' }
  return { type: 'paragraph', content: {}, words: text }
}

/** Files of Notion's own have an address that is none: a JSON with a name at its end. */
function mediaContent(source: string, caption: string): BlockContent {
  if (!source.startsWith('file://')) return { url: source, caption: rich(caption) }
  const name = /attachment%3A[^%]+%3A([^"]+?)%22/.exec(source)?.[1]
  return { name: name === undefined ? undefined : decodeURIComponent(name), caption: rich(caption) }
}

function pipeTable(rows: readonly string[]): BlockNode {
  const cells = rows
    .filter((row) => !/^\|(?:\s*:?-+:?\s*\|)+$/.test(row))
    .map((row) =>
      row
        .replace(/^\|/, '')
        .replace(/\|$/, '')
        .split(/(?<!\\)\|/),
    )
  return node(
    'table',
    { has_column_header: rows.length > cells.length },
    cells.map((row) => node('table_row', { cells: row.map((cell) => rich(cell.trim())) })),
  )
}
