import { parse } from 'parse5'
import type { FrontMatter } from './front-matter.ts'
import { frontMatterOf, noFrontMatter } from './front-matter.ts'
import { concealedIn, sentencesIn } from './html-concealed.ts'
import {
  attributeOf,
  blockLevel,
  dropped,
  findElement,
  type HtmlElement,
  type HtmlNode,
  type HtmlParent,
  isComment,
  isElement,
  isText,
  isUnseen,
  type Lines,
  linesOf,
} from './html-nodes.ts'
import { blocksText, definitionsText, fenced, inlineText, listText, preformattedText, tableText } from './html-text.ts'
import type { BlockPiece, Piece } from './pieces.ts'

export interface HtmlPage {
  pieces: Piece[]
  /** From the head of the page. */
  title?: string | undefined
  about: FrontMatter
  /** It was too large or too deep to be understood; its tags were merely taken out. */
  stripped: boolean
}

/** Beyond these nobody wrote the page by hand, and building its tree could take minutes. */
const largestPage = 4_000_000
const deepestPage = 500

/**
 * Headings and blocks of a page's main part, as text in the manner of Markdown; menus, scripts and footers are left out.
 * The text is extracted; lines are those of the source.
 */
export function htmlPage(source: string): HtmlPage {
  if (source.length > largestPage || depthOf(source) > deepestPage) return strippedPage(source)
  const page = parse(source, { sourceCodeLocationInfo: true })
  const root = mainPart(page)
  const whole = piecesOf(root, false)
  const pieces = whole.some((piece) => piece.kind === 'block') ? whole : piecesOf(root, true)
  const title = findElement(page, ({ tagName }) => tagName === 'title')
  const head = findElement(page, ({ tagName }) => tagName === 'head')
  const concealed = head === undefined ? '' : concealedIn(head)
  if (concealed !== '') pieces.unshift({ kind: 'hidden', text: concealed })
  return { pieces, title: titleOf(title), about: aboutOf(page), stripped: false }
}

function mainPart(page: HtmlParent): HtmlParent {
  const main = findElement(page, (element) => element.tagName === 'main' || attributeOf(element, 'role') === 'main')
  if (main !== undefined) return main
  const articles = (element: HtmlElement) => element.tagName === 'article'
  const article = findElement(page, articles)
  const hasOne = article?.parentNode?.childNodes.filter((node) => isElement(node) && articles(node)).length === 1
  return (hasOne ? article : findElement(page, ({ tagName }) => tagName === 'body')) ?? page
}

/** The site's name behind a bar or a dash is no part of the title. */
function titleOf(title: HtmlElement | undefined): string | undefined {
  if (title === undefined) return undefined
  const text = inlineText(title.childNodes)
  const own = /^(.{3,}?)\s+[|·–—-]\s+[^|·–—]+$/.exec(text)?.[1] ?? text
  return own === '' ? undefined : own
}

function aboutOf(page: HtmlParent): FrontMatter {
  const isDescription = (element: HtmlElement) =>
    element.tagName === 'meta' &&
    /^(?:og:)?description$/i.test(attributeOf(element, 'name') || attributeOf(element, 'property'))
  const description = findElement(page, isDescription)
  const root = findElement(page, ({ tagName }) => tagName === 'html')
  const summary = description === undefined ? '' : attributeOf(description, 'content').trim()
  const lang = /^ja\b/i.test(root === undefined ? '' : attributeOf(root, 'lang')) ? 'ja' : undefined
  const { owners, statedAt, reviewedAt, reviewedBy } = frontMatterOf(metaFields(page))
  return {
    ...noFrontMatter,
    owners,
    statedAt,
    reviewedAt,
    reviewedBy,
    summary: summary === '' ? undefined : summary,
    lang,
  }
}

/** `<meta name="owner" content="sre">` by its name; `article:modified_time` is Open Graph's `updated`. */
function metaFields(page: HtmlParent): Record<string, string> {
  const fields: Record<string, string> = {}
  const take = (element: HtmlElement) => {
    if (element.tagName !== 'meta') return false
    const name = (attributeOf(element, 'name') || attributeOf(element, 'property')).trim()
    const content = attributeOf(element, 'content').trim()
    if (name !== '' && content !== '') fields[name === 'article:modified_time' ? 'updated' : name] ??= content
    return false
  }
  findElement(page, take)
  return fields
}

const furniture =
  /(?:^|[\s_-])(?:nav|navbar|navigation|sidebar|toc|table-of-contents|breadcrumbs?|menu|footer|cookie|skip-?link|headerlink|edit-?link|pagination|share|related)(?:$|[\s_-])/i
const boxed =
  /(?:^|[\s_-])(?:admonition|alert|callout|note|warning|tip|important|caution|danger|hint|attention|panel|infobox|message)(?:$|[\s_-])/i

/** @param keepFurniture Also what looks like a menu by its class; for pages that hold nothing else. */
function piecesOf(root: HtmlParent, keepFurniture: boolean): Piece[] {
  const pieces: Piece[] = []
  let run: HtmlNode[] = []
  let last: Lines = { fromLine: 1, toLine: 1 }

  const push = (blockKind: BlockPiece['blockKind'], text: string, lines: Lines) => {
    last = lines
    if (text.trim() !== '') pieces.push({ kind: 'block', blockKind, text, ...lines })
  }
  const flush = () => {
    const [first] = run
    const end = run.at(-1)
    const text = inlineText(run)
    if (first !== undefined && end !== undefined && text !== '') {
      push('paragraph', text, { fromLine: linesOf(first, last).fromLine, toLine: linesOf(end, last).toLine })
    }
    run = []
  }
  const conceal = (text: string) => {
    if (text !== '') pieces.push({ kind: 'hidden', text })
  }
  const visit = (node: HtmlNode) => {
    if (isComment(node)) {
      pieces.push({ kind: 'hidden', text: node.data })
      return
    }
    if (!isElement(node) || (!blockLevel.has(node.tagName) && !hasBlocks(node))) {
      if (run.length > 0 || !isText(node) || node.value.trim() !== '') run.push(node)
      if (isElement(node)) conceal(concealedIn(node))
      return
    }
    if (dropped.has(node.tagName)) conceal(concealedIn(node))
    if (dropped.has(node.tagName) || (!keepFurniture && isFurniture(node))) return
    flush()
    conceal(isUnseen(node) || !isContainer(node) ? concealedIn(node) : sentencesIn(node))
    if (!isUnseen(node)) visitBlock(node)
  }
  const visitBlock = (element: HtmlElement) => {
    const lines = linesOf(element, last)
    const name = element.tagName
    const level = /^h([1-6])$/.exec(name)?.[1]
    if (level !== undefined) {
      const title = inlineText(element.childNodes)
        .replaceAll(/\s*[¶#🔗]\s*$/gu, '')
        .replaceAll('`', '')
      pieces.push({ kind: 'heading', level: Number(level), title: title.replaceAll('\n', ' '), ...lines })
    } else if (name === 'ul' || name === 'ol')
      push(name === 'ol' ? 'ordered-list' : 'list', listText(element, ''), lines)
    else if (name === 'pre') push('code', fenced(element), lines)
    else if (name === 'table' && !isLayout(element)) push('table', tableText(element), lines)
    else if (name === 'dl') push('list', definitionsText(element), lines)
    else if (name === 'blockquote') push('quote', blocksText(element.childNodes, '> '), lines)
    else if (isBox(element)) push('admonition', blocksText(element.childNodes, ''), lines)
    else {
      for (const child of element.childNodes) visit(child)
      flush()
    }
  }
  for (const node of root.childNodes) visit(node)
  flush()
  return pieces
}

/** An inline element around blocks, as in `<a><div>…</div></a>`, is looked into. */
function hasBlocks(element: HtmlElement): boolean {
  return element.childNodes.some((child) => isElement(child) && blockLevel.has(child.tagName))
}

/** Its children are looked at one by one. */
function isContainer(element: HtmlElement): boolean {
  if (/^(?:ul|ol|pre|dl|blockquote|h[1-6])$/.test(element.tagName)) return false
  return element.tagName === 'table' ? isLayout(element) : !isBox(element)
}

function isFurniture(element: HtmlElement): boolean {
  if (/^(?:navigation|banner|contentinfo|search)$/.test(attributeOf(element, 'role'))) return true
  return /^(?:div|aside|ul|section|header)$/.test(element.tagName) && furniture.test(attributeOf(element, 'class'))
}

/** A table that arranges a page holds headings or tables, or has a single cell. */
function isLayout(table: HtmlElement): boolean {
  if (findElement(table, ({ tagName }) => /^(?:h[1-6]|table)$/.test(tagName)) !== undefined) return true
  return attributeOf(table, 'role') === 'presentation'
}

function isBox(element: HtmlElement): boolean {
  const isMarked = boxed.test(attributeOf(element, 'class')) || attributeOf(element, 'role') === 'note'
  if (!isMarked || !/^(?:div|aside|section|details)$/.test(element.tagName)) return false
  return (
    findElement(element, ({ tagName }) => /^h[1-4]$/.test(tagName)) === undefined &&
    preformattedText(element).length <= 1500
  )
}

const noEnd = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|td|tr|th|dd|dt|option)$/i

/** How deep tags nest, about. */
function depthOf(source: string): number {
  let depth = 0
  let deepest = 0
  for (const [, slash, name = ''] of source.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]{0,20})/g)) {
    if (noEnd.test(name)) continue
    depth = slash === '' ? depth + 1 : Math.max(0, depth - 1)
    if (depth > deepest) deepest = depth
  }
  return deepest
}

function strippedPage(source: string): HtmlPage {
  const pieces: Piece[] = []
  const lines = withoutElements(withoutElements(source, 'script'), 'style')
    .replaceAll(/<[^<>\n]{0,2000}>/g, ' ')
    .split('\n')
  for (const [at, line] of lines.entries()) {
    const text = line.replaceAll(/\s+/g, ' ').trim()
    const place = { fromLine: at + 1, toLine: at + 1 }
    if (text !== '') pieces.push({ kind: 'block', blockKind: 'paragraph', text, ...place })
  }
  return { pieces, about: noFrontMatter, stripped: true }
}

/** Leaves the line ends of what it takes out, so that lines keep their numbers. */
function withoutElements(source: string, name: string): string {
  const lower = source.toLowerCase()
  let kept = ''
  let at = 0
  for (let open = lower.indexOf(`<${name}`); open !== -1; open = lower.indexOf(`<${name}`, at)) {
    const close = lower.indexOf(`</${name}>`, open)
    const end = close === -1 ? source.length : close
    kept += source.slice(at, open) + '\n'.repeat(source.slice(open, end).split('\n').length - 1)
    at = end
  }
  return kept + source.slice(at)
}
