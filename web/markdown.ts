/** A piece of text and where it begins in the source, so that a quote found in the source can be marked. */
export interface TextPiece {
  kind: 'text' | 'code'
  text: string
  start: number
}

export type Inline =
  | TextPiece
  | { kind: 'strong' | 'emphasis'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'citation'; n: number }

export interface Line {
  text: string
  start: number
}

export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'code'; language: string; lines: Line[] }
  | { kind: 'list'; first: number | undefined; items: Block[][] }
  | { kind: 'table'; rows: Inline[][][] }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'rule' }

export interface MarkdownOptions {
  /** [n] refers to a citation. */
  citations: boolean
}

const fence = /^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/
const bullet = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const rule = /^ {0,3}([-*_])( *\1){2,}\s*$/
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/

/** The Markdown that runbooks are written in, without HTML: what it doesn't know stays text, letter for letter. */
export function parseMarkdown(source: string, options: MarkdownOptions): Block[] {
  return blocksIn(linesOf(source), options)
}

/** The words alone, on one line. */
export function plainText(blocks: readonly Block[]): string {
  return blocks.map(textOfBlock).join(' ')
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return block.children.map(textOfInline).join('')
    case 'code':
      return block.lines.map((line) => line.text.trim()).join(' ')
    case 'list':
      return block.items.map(plainText).join(' ')
    case 'table':
      return block.rows.map((row) => row.map((cell) => cell.map(textOfInline).join('')).join(' · ')).join(' ')
    case 'quote':
      return plainText(block.children)
    case 'rule':
      return ''
  }
}

function textOfInline(node: Inline): string {
  if (node.kind === 'citation') return `[${node.n}]`
  return 'children' in node ? node.children.map(textOfInline).join('') : node.text
}

/** The lines of a text, each with its place. */
export function linesOf(source: string): Line[] {
  let start = 0
  return source.split('\n').map((text) => {
    const line = { text, start }
    start += text.length + 1
    return line
  })
}

function blocksIn(lines: readonly Line[], options: MarkdownOptions): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]
    if (line === undefined) break
    if (line.text.trim() === '') {
      at += 1
      continue
    }
    const [block, next] = blockAt(lines, at, line, options)
    blocks.push(block)
    at = next
  }
  return blocks
}

/** The block that begins at a line, and the line after it. */
function blockAt(lines: readonly Line[], at: number, line: Line, options: MarkdownOptions): [Block, number] {
  const opened = fence.exec(line.text)
  if (opened !== null) return codeAt(lines, at, opened)
  const title = heading.exec(line.text)
  if (title !== null) {
    const text = title[2] ?? ''
    const start = line.start + line.text.indexOf(text, line.text.indexOf('#') + (title[1]?.length ?? 1))
    return [{ kind: 'heading', level: title[1]?.length ?? 1, children: inlinesIn([{ text, start }], options) }, at + 1]
  }
  if (rule.test(line.text)) return [{ kind: 'rule' }, at + 1]
  if (bullet.test(line.text)) return listAt(lines, at, options)
  if (/^ {0,3}>/.test(line.text)) return quoteAt(lines, at, options)
  if (line.text.includes('|') && tableRule.test(lines[at + 1]?.text ?? '')) return tableAt(lines, at, options)
  return paragraphAt(lines, at, options)
}

function codeAt(lines: readonly Line[], at: number, opened: RegExpExecArray): [Block, number] {
  const indent = opened[1]?.length ?? 0
  const marker = opened[2] ?? '```'
  const closing = new RegExp(`^ {0,3}${marker[0] === '~' ? '~' : '`'}{${marker.length},}\\s*$`)
  let end = at + 1
  while (end < lines.length && !closing.test(lines[end]?.text ?? '')) end += 1
  const body = lines.slice(at + 1, end).map((line) => withoutIndent(line, indent))
  return [{ kind: 'code', language: opened[3] ?? '', lines: body }, end + 1]
}

function quoteAt(lines: readonly Line[], at: number, options: MarkdownOptions): [Block, number] {
  let end = at
  const body: Line[] = []
  for (; end < lines.length; end += 1) {
    const line = lines[end]
    const marker = line === undefined ? null : /^ {0,3}> ?/.exec(line.text)
    if (line === undefined || marker === null) break
    body.push({ text: line.text.slice(marker[0].length), start: line.start + marker[0].length })
  }
  return [{ kind: 'quote', children: blocksIn(body, options) }, end]
}

function tableAt(lines: readonly Line[], at: number, options: MarkdownOptions): [Block, number] {
  let end = at
  const rows: Inline[][][] = []
  for (; end < lines.length; end += 1) {
    const line = lines[end]
    if (line === undefined || !line.text.includes('|')) break
    if (end !== at + 1) rows.push(cellsIn(line).map((cell) => inlinesIn([cell], options)))
  }
  return [{ kind: 'table', rows }, end]
}

function cellsIn(line: Line): Line[] {
  const cells: Line[] = []
  for (const match of line.text.matchAll(/(?:\\\||[^|])+/g)) {
    const text = match[0].trim()
    const isEdge = text === '' && (match.index === 0 || match.index + match[0].length === line.text.length)
    if (!isEdge) cells.push({ text, start: line.start + match.index + match[0].indexOf(text) })
  }
  return cells
}

function listAt(lines: readonly Line[], at: number, options: MarkdownOptions): [Block, number] {
  const marker = bullet.exec(lines[at]?.text ?? '')?.[2] ?? '-'
  const items: Block[][] = []
  let end = at
  for (;;) {
    const begin = end
    const line = lines[begin]
    const found = line === undefined ? null : bullet.exec(line.text)
    if (line === undefined || found === null || isNumber(found[2]) !== isNumber(marker)) break
    const indent = found[0].length
    end = itemEnd(lines, begin + 1, Math.min(indent, 2))
    const first = { text: line.text.slice(indent), start: line.start + indent }
    const rest = lines.slice(begin + 1, end).map((following) => withoutIndent(following, indent))
    items.push(blocksIn([first, ...rest], options))
  }
  return [{ kind: 'list', first: isNumber(marker) ? Number.parseInt(marker, 10) : undefined, items }, end]
}

function isNumber(marker: string | undefined): boolean {
  return /^\d/.test(marker ?? '')
}

/** An item goes on over lines indented by `indent`, blank lines before more of it, and text that merely wraps. */
function itemEnd(lines: readonly Line[], from: number, indent: number): number {
  let end = from
  while (end < lines.length) {
    const text = lines[end]?.text ?? ''
    if (text.trim() === '') {
      const next = lines.findIndex((line, index) => index > end && line.text.trim() !== '')
      const following = lines[next]?.text ?? ''
      if (next === -1) return end
      if (indentOf(following) < indent) return bullet.test(following) ? next : end
      end = next
    } else if (
      indentOf(text) < indent &&
      (bullet.test(text) || fence.test(text) || heading.test(text) || rule.test(text))
    ) {
      return end
    } else {
      const wraps = (lines[end - 1]?.text ?? '').trim() !== ''
      if (indentOf(text) < indent && !wraps) return end
      end += 1
    }
  }
  return end
}

function paragraphAt(lines: readonly Line[], at: number, options: MarkdownOptions): [Block, number] {
  let end = at + 1
  while (end < lines.length) {
    const text = lines[end]?.text ?? ''
    const beginsAnother = fence.test(text) || heading.test(text) || bullet.test(text) || /^ {0,3}>/.test(text)
    if (text.trim() === '' || beginsAnother) break
    end += 1
  }
  return [{ kind: 'paragraph', children: inlinesIn(lines.slice(at, end), options) }, end]
}

function withoutIndent(line: Line, indent: number): Line {
  const cut = Math.min(indent, indentOf(line.text))
  return { text: line.text.slice(cut), start: line.start + cut }
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}

/** In this order: what stands in code is never anything else. Links before citations: [1](url) is a link. */
const inline = new RegExp(
  [
    /(?<ticks>`+)(?<code>[^`]|[^`].*?[^`])\k<ticks>(?!`)/,
    /!?\[(?<label>[^\]\n]*)\]\((?<href>[^()\s]*(?:\([^()\s]*\))?)(?:\s+"[^"]*")?\)/,
    /\[(?<citation>\d{1,3})\]/,
    /<(?<address>https?:\/\/[^>\s]+)>/,
    /\*\*(?=\S)(?<strong>.+?)(?<=\S)\*\*/,
    /(?<![\w*])\*(?=[^\s*])(?<emphasis>[^*\n]+?)(?<=\S)\*(?![\w*])/,
    /(?<!\w)_(?=[^\s_])(?<underlined>[^\n]+?)(?<=[^\s_])_(?!\w)/,
    /(?<bare>https?:\/\/[^\s<>()`"'、。]+[^\s<>()`"'、。.,;:!?])/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'gs',
)

function inlinesIn(lines: readonly Line[], options: MarkdownOptions): Inline[] {
  const text = lines.map((line) => line.text).join('\n')
  const places = lines.flatMap((line) => Array.from({ length: line.text.length + 1 }, (_, at) => line.start + at))
  return inlinesOf(text, 0, (at) => places[at] ?? 0, options)
}

function inlinesOf(text: string, offset: number, placeOf: (at: number) => number, options: MarkdownOptions): Inline[] {
  const found: Inline[] = []
  let at = 0
  const nested = (part: string, from: number) => inlinesOf(part, offset + from, placeOf, options)
  for (const match of text.matchAll(inline)) {
    const made = inlineOf(match, match.groups ?? {}, nested, (from) => placeOf(offset + from), options)
    if (made === undefined) continue
    found.push(...piecesOf('text', text.slice(at, match.index), at, (from) => placeOf(offset + from)), ...made)
    at = match.index + match[0].length
  }
  found.push(...piecesOf('text', text.slice(at), at, (from) => placeOf(offset + from)))
  return found
}

function inlineOf(
  match: RegExpExecArray,
  groups: Record<string, string | undefined>,
  nested: (part: string, from: number) => Inline[],
  placeOf: (at: number) => number,
  options: MarkdownOptions,
): Inline[] | undefined {
  const { index } = match
  const within = (part: string) => index + match[0].indexOf(part, 1)
  if (groups.code !== undefined) return piecesOf('code', groups.code, index + (groups.ticks?.length ?? 1), placeOf)
  if (groups.href !== undefined) {
    const label = groups.label ?? ''
    const children = nested(label, index + match[0].indexOf('[') + 1)
    return match[0].startsWith('!') ? children : [{ kind: 'link', href: groups.href, children }]
  }
  if (groups.citation !== undefined) {
    return options.citations ? [{ kind: 'citation', n: Number(groups.citation) }] : undefined
  }
  if (groups.strong !== undefined) return [{ kind: 'strong', children: nested(groups.strong, within(groups.strong)) }]
  const emphasis = groups.emphasis ?? groups.underlined
  if (emphasis !== undefined) return [{ kind: 'emphasis', children: nested(emphasis, within(emphasis)) }]
  const address = groups.address ?? groups.bare ?? ''
  const start = index + match[0].indexOf(address)
  return [{ kind: 'link', href: address, children: piecesOf('text', address, start, placeOf) }]
}

/** Each piece stays on one line, so that it stands in the source as it is. */
function piecesOf(kind: TextPiece['kind'], text: string, at: number, placeOf: (at: number) => number): TextPiece[] {
  if (text === '') return []
  const pieces: TextPiece[] = []
  let from = 0
  for (const part of text.split(/(?<=\n)/)) {
    pieces.push({ kind, text: part, start: placeOf(at + from) })
    from += part.length
  }
  return pieces
}
