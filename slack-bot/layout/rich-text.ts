import type { types } from '@slack/bolt'

type Piece = types.RichTextElement
type Part = types.RichTextBlockElement
type Style = { bold?: boolean; italic?: boolean; code?: boolean; strike?: boolean }

/** Where [1] leads; absent: it stays text. */
export type LinkOf = (citation: number) => string | undefined

/** Slack's own limit of a text is 3,000. */
const longestText = 2500
const mostItems = 100

const fence = /^\s{0,3}(`{3,}|~{3,})/
const item = /^(\s*)(?:([-*+•])|(\d{1,9})[.)])\s+(.*)$/
const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/
const quote = /^\s{0,3}>\s?(.*)$/
const tableRow = /^\s*\|.*\|\s*$/

/**
 * Markdown as Slack's rich text, one part a block of it, so that it can be cut between any two. Nothing in it is markup
 * any more: text that looks like a mention or a link of Slack's stays text, and code is copied letter for letter.
 */
export function richText(markdown: string, linkOf: LinkOf = () => undefined): Part[] {
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n')
  const parts: Part[] = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    const opened = fence.exec(line)?.[1]
    if (line.trim() === '') at += 1
    else if (opened !== undefined) at = takeCode(lines, at, opened, parts)
    else if (tableRow.test(line))
      at = takeWhile(lines, at, tableRow, (rows) => parts.push(...preformatted(rows.join('\n'))))
    else if (quote.test(line))
      at = takeWhile(lines, at, quote, (rows) => {
        const text = rows.map((row) => quote.exec(row)?.[1] ?? row).join('\n')
        parts.push({ type: 'rich_text_quote', elements: inline(text, linkOf) })
      })
    else if (item.test(line)) at = takeList(lines, at, linkOf, parts)
    else if (heading.test(line)) {
      parts.push(section(inline(heading.exec(line)?.[1] ?? '', linkOf, { bold: true })))
      at += 1
    } else {
      const end = lines.findIndex((next, n) => n > at && (next.trim() === '' || startsBlock(next)))
      const until = end < 0 ? lines.length : end
      const text = lines.slice(at, until).join('\n')
      for (const piece of cut(text)) parts.push(section(inline(piece, linkOf)))
      at = until
    }
  }
  return parts
}

function startsBlock(line: string): boolean {
  return fence.test(line) || item.test(line) || heading.test(line) || quote.test(line) || tableRow.test(line)
}

function takeCode(lines: readonly string[], at: number, opened: string, parts: Part[]): number {
  const end = lines.findIndex((line, n) => n > at && line.trim().startsWith(opened))
  const until = end < 0 ? lines.length : end
  const indent = /^\s*/.exec(lines[at] ?? '')?.[0].length ?? 0
  const code = lines
    .slice(at + 1, until)
    .map((line) => line.slice(Math.min(indent, /^\s*/.exec(line)?.[0].length ?? 0)))
  parts.push(...preformatted(code.join('\n')))
  return until + 1
}

function takeWhile(lines: readonly string[], at: number, fits: RegExp, take: (rows: string[]) => void): number {
  const end = lines.findIndex((line, n) => n > at && !fits.test(line))
  const until = end < 0 ? lines.length : end
  take(lines.slice(at, until))
  return until
}

/** Each run of items of one depth and kind is a list of Slack's; code below an item stands between two of them. */
function takeList(lines: readonly string[], from: number, linkOf: LinkOf, parts: Part[]): number {
  let at = from
  let list:
    | { style: 'bullet' | 'ordered'; indent: number; offset: number; items: string[]; numbers: number[] }
    | undefined
  const flush = () => {
    if (list === undefined) return
    const { style, indent, offset, items } = list
    parts.push({
      type: 'rich_text_list',
      style,
      indent,
      ...(offset > 0 && { offset }),
      elements: items.map((text) => section(inline(text.slice(0, longestText), linkOf))),
    })
    list = undefined
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const match = item.exec(line)
    if (match !== null) {
      const [, space = '', , number, text = ''] = match
      const style = number === undefined ? 'bullet' : 'ordered'
      const indent = Math.min(8, Math.floor(space.replaceAll('\t', '    ').length / 2))
      if (list === undefined || list.style !== style || list.indent !== indent || list.items.length >= mostItems) {
        flush()
        list = {
          style,
          indent,
          offset: number === undefined ? 0 : Math.max(0, Number(number) - 1),
          items: [],
          numbers: [],
        }
      }
      list.items.push(text)
      at += 1
    } else if (/^\s+\S/.test(line) && list !== undefined) {
      const opened = fence.exec(line.trimStart())?.[1]
      if (opened === undefined) {
        list.items.push(`${list.items.pop() ?? ''}\n${line.trim()}`)
        at += 1
      } else {
        flush()
        at = takeCode(lines, at, opened, parts)
        list = undefined
        const next = item.exec(lines[at] ?? '')
        if (next === null && (lines[at] ?? '').trim() !== '') break
      }
    } else if (line.trim() === '' && (item.test(lines[at + 1] ?? '') || /^\s+\S/.test(lines[at + 1] ?? ''))) at += 1
    else break
  }
  flush()
  return at
}

function section(elements: Piece[]): types.RichTextSection {
  return { type: 'rich_text_section', elements: elements.length === 0 ? [{ type: 'text', text: ' ' }] : elements }
}

function preformatted(code: string): Part[] {
  return cut(code === '' ? ' ' : code).map((text) => ({
    type: 'rich_text_preformatted',
    elements: [{ type: 'text', text }],
  }))
}

/** Pieces that fit, cut between lines where that is possible. */
function cut(text: string): string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > longestText) {
    const line = rest.lastIndexOf('\n', longestText)
    const at = line > longestText / 2 ? line : wholeCharacters(rest, longestText)
    pieces.push(rest.slice(0, at))
    rest = rest.slice(line > longestText / 2 ? at + 1 : at)
  }
  if (rest !== '' || pieces.length === 0) pieces.push(rest)
  return pieces
}

/** Not between the two halves of a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  const code = text.charCodeAt(at - 1)
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at
}

const inlineMark =
  /(`+)(.+?)\1(?!`)|\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__|~~(.+?)~~|\[([^\][]+)\]\((https?:\/\/[^\s)]+)\)|<(https?:\/\/[^\s>]+)>|(https?:\/\/[^\s<>`"']+[^\s<>`"'.,;:!?)\]、。])|\[(\d{1,3})\](?!\()|(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])/s

function inline(text: string, linkOf: LinkOf, style: Style = {}): Piece[] {
  const pieces: Piece[] = []
  const styled = (more: Style = {}) => {
    const all = { ...style, ...more }
    return Object.keys(all).length === 0 ? {} : { style: all }
  }
  const plain = (said: string, more: Style = {}) => {
    for (const piece of cut(said)) if (piece !== '') pieces.push({ type: 'text', text: piece, ...styled(more) })
  }
  let rest = text
  for (let match = inlineMark.exec(rest); match !== null; match = inlineMark.exec(rest)) {
    plain(unescaped(rest.slice(0, match.index)))
    const [whole, , code, bold, underscored, struck, label, href, angled, bare, number, italic] = match
    const strong = bold ?? underscored
    const url = href ?? angled ?? bare
    if (code !== undefined)
      plain(code.length > 2 && code.startsWith(' ') && code.endsWith(' ') ? code.slice(1, -1) : code, { code: true })
    else if (strong !== undefined) pieces.push(...inline(strong, linkOf, { ...style, bold: true }))
    else if (italic !== undefined) pieces.push(...inline(italic, linkOf, { ...style, italic: true }))
    else if (struck !== undefined) pieces.push(...inline(struck, linkOf, { ...style, strike: true }))
    else if (url !== undefined) pieces.push(...link(url, label ?? url, styled()))
    else if (number !== undefined) pieces.push(...link(linkOf(Number(number)), whole, styled()))
    rest = rest.slice(match.index + whole.length)
  }
  plain(unescaped(rest))
  return pieces
}

function unescaped(text: string): string {
  return text.replace(/\\([\\`*_{}[\]()#+.!|>~-])/g, '$1')
}

/** Only addresses that a browser opens; anything else stays text. */
export function link(url: string | undefined, text: string, style: { style?: Style } = {}): Piece[] {
  const shown = text.slice(0, longestText)
  if (url === undefined || url.length > 2500 || !/^https?:\/\//i.test(url) || !URL.canParse(url))
    return [{ type: 'text', text: shown, ...style }]
  return [{ type: 'link', url, text: shown, ...style }]
}
