/** Lines `from` to before `to`, counted from 0. */
export interface Region {
  kind: 'markdown' | 'admonition' | 'code' | 'paragraph' | 'comment' | 'dropped'
  from: number
  to: number
}

/** An admonition longer than this is a layout container: its inside is read as Markdown. */
const longestAdmonition = 60

/** A longer comment is found by the Markdown parser instead. */
const longestComment = 200

const fence = /^[ \t]*(?:>[ \t]*)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)$/
const containerOpen = /^ ?(:{3,})[ \t]*\{?[\w-]/
const containerClose = /^ ?(:{3,})[ \t]*$/
const shortcode = /^ ?\{\{[<%]\s*(\/?)\s*([\w/-]+)[^\n]*[%>]\}\}\s*$/
const indentedAdmonition = /^ ?(?:(?:!!!|\?\?\?\+?)[ \t]+[\w"]|===[!+]?[ \t]+")/
const atxHeading = /^ {0,3}#{1,6}(?:[ \t]|$)/
const admonitionNames =
  /^(?:note|warning|caution|tip|info|important|danger|alert|hint|attention|admonition|callout|notice|details|expand|collapse|table|blockquote)$/i
const codeNames = /^(?:highlight|mermaid|code)$/i
/** Jekyll's, in Liquid. */
const liquidCode = /^ ?\{%-?\s*(end)?(highlight)\b[^\n]*%\}\s*$/

export function isAdmonition(name: string): boolean {
  return admonitionNames.test(name)
}

/**
 * Cuts Markdown into what CommonMark knows and what it doesn't: site generators' containers (`:::note`, `!!! note`), Hugo's
 * shortcodes, comments, and the imports of MDX. Each line is looked at a bounded
 * number of times. What is indented belongs to a list around it and is left to the Markdown parser.
 */
export function regionsOf(lines: readonly string[], from: number, mdx: boolean): Region[] {
  const closings = closingLines(lines, from)
  const regions: Region[] = []
  let start = from
  let at = from
  let openFence = ''
  const take = (kind: Region['kind'], to: number) => {
    if (start < at) regions.push({ kind: 'markdown', from: start, to: at })
    regions.push({ kind, from: at, to })
    start = to
    at = to
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const first = firstLetter(line)
    const special = specials.has(first) || (mdx && (first === 'i' || first === 'e'))
    if (openFence !== '' || first === '`' || first === '~' || (first !== '' && fenceInside.test(line))) {
      openFence = fenceAfter(openFence, line)
      at++
    } else if (!special) at++
    else {
      const region = regionAt(lines, at, closings, mdx)
      if (region === undefined) at++
      else take(region.kind, region.to)
    }
  }
  if (start < at) regions.push({ kind: 'markdown', from: start, to: at })
  return regions
}

const specials = new Set([':', '!', '?', '{', '<', '='])
const fenceInside = /^[\s>\-*+\d.)]*(?:`{3}|~{3})/

function firstLetter(line: string): string {
  let at = 0
  while (at < line.length && (line[at] === ' ' || line[at] === '\t')) at++
  return line[at] ?? ''
}

/** The fence that is open after this line: its characters, or ''. */
function fenceAfter(open: string, line: string): string {
  const [, marks, rest] = fence.exec(line) ?? []
  if (marks === undefined || rest === undefined) return open
  if (open === '') return marks[0] === '`' && rest.includes('`') ? '' : marks
  const closes = marks[0] === open[0] && marks.length >= open.length && rest.trim() === ''
  return closes ? '' : open
}

function regionAt(
  lines: readonly string[],
  at: number,
  closings: ReadonlyMap<number, number>,
  mdx: boolean,
): { kind: Region['kind']; to: number } | undefined {
  const line = lines[at] ?? ''
  if (/^ ?(?:<!--|\{\/\*)/.test(line)) return commentAt(lines, at)
  if (indentedAdmonition.test(line)) return { kind: 'admonition', to: indentedEnd(lines, at) }
  if (mdx && /^(?:import|export)\s/.test(line)) return { kind: 'dropped', to: paragraphEnd(lines, at) }
  const close = closings.get(at)
  if (containerOpen.test(line)) return close === undefined ? undefined : { kind: 'admonition', to: close + 1 }
  if (containerClose.test(line)) return { kind: 'paragraph', to: at + 1 }
  if (close !== undefined && liquidCode.test(line)) return { kind: 'code', to: close + 1 }
  const [, , name] = shortcode.exec(line) ?? []
  if (name === undefined) return undefined
  if (close === undefined) return { kind: 'paragraph', to: at + 1 }
  return { kind: codeNames.test(name) ? 'code' : 'admonition', to: close + 1 }
}

/** A comment at the start of a line, when it is closed at the end of one; anything else stays text. */
function commentAt(lines: readonly string[], at: number): { kind: 'comment'; to: number } | undefined {
  const close = lines[at]?.trimStart().startsWith('<!--') ? '-->' : '*/}'
  for (let to = at; to < lines.length && to < at + longestComment; to++) {
    const end = lines[to]?.indexOf(close) ?? -1
    if (end === -1) continue
    const rest = lines[to]?.slice(end + close.length).trim() ?? ''
    return rest === '' ? { kind: 'comment', to: to + 1 } : undefined
  }
  return undefined
}

/** `!!! note` goes on over indented lines and the blank ones between them. */
function indentedEnd(lines: readonly string[], at: number): number {
  const outer = /^ */.exec(lines[at] ?? '')?.[0].length ?? 0
  let end = at + 1
  for (let to = at + 1; to < lines.length; to++) {
    const line = lines[to] ?? ''
    if (line.trim() === '') continue
    if (!/^(?: {2}|\t)/.test(line.slice(outer))) break
    end = to + 1
  }
  return end
}

function paragraphEnd(lines: readonly string[], at: number): number {
  let to = at
  while (to < lines.length && lines[to]?.trim() !== '') to++
  return to
}

interface Opened {
  line: number
  /** Colons of a container, or a shortcode's name. */
  mark: string
  hasHeading: boolean
}

/**
 * Last line of each container and each paired shortcode, by its first line. One that is long or holds a heading is
 * layout and left out, unless it holds code.
 */
function closingLines(lines: readonly string[], from: number): Map<number, number> {
  const found = new Map<number, number>()
  const stack: Opened[] = []
  const codeEnds = endsOfCode(lines)
  let openFence = ''
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const codeEnd = openFence === '' ? codeEnds.get(at) : undefined
    if (codeEnd !== undefined) {
      found.set(at, codeEnd)
      at = codeEnd
      continue
    }
    openFence = fenceInside.test(line) ? fenceAfter(openFence, line) : openFence
    const first = openFence === '' ? firstLetter(line) : ''
    if (first === '#' && atxHeading.test(line)) for (const one of stack.slice(-8)) one.hasHeading = true
    if (first !== ':' && first !== '{') continue
    const closed = closedBy(line, stack)
    if (closed !== undefined) {
      if (!closed.hasHeading && at - closed.line < longestAdmonition) found.set(closed.line, at)
    } else {
      const mark = containerOpen.exec(line)?.[1] ?? openingName(line)
      if (mark !== undefined) stack.push({ line: at, mark, hasHeading: false })
    }
    if (stack.length > 50) stack.shift()
  }
  return found
}

/** Where the shortcodes that hold code end, by the line that they begin on. */
function endsOfCode(lines: readonly string[]): Map<number, number> {
  const ends = new Map<number, number>()
  let open: { name: string; line: number } | undefined
  for (const [at, line] of lines.entries()) {
    if (!line.includes('{{') && !line.includes('{%')) continue
    const [, slash = '', name] = shortcode.exec(line) ?? liquidCode.exec(line) ?? []
    if (name === undefined || !codeNames.test(name)) continue
    if (slash === '') open ??= { name, line: at }
    else if (open?.name === name) {
      ends.set(open.line, at)
      open = undefined
    }
  }
  return ends
}

function openingName(line: string): string | undefined {
  const [, slash, name] = shortcode.exec(line) ?? []
  return slash === '' && name !== undefined && admonitionNames.test(name) ? name : undefined
}

/** Takes from the stack what this line closes, and everything left open inside it. */
function closedBy(line: string, stack: Opened[]): Opened | undefined {
  const colons = containerClose.exec(line)?.[1]
  const [, slash, name] = shortcode.exec(line) ?? []
  const closes = (one: Opened) =>
    colons === undefined
      ? slash === '/' && one.mark === name
      : one.mark.startsWith(':') && one.mark.length <= colons.length
  if (colons === undefined && slash !== '/') return undefined
  const index = stack.findLastIndex(closes)
  return index === -1 ? undefined : stack.splice(index)[0]
}
