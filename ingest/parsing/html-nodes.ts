import type { DefaultTreeAdapterTypes } from 'parse5'

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode
export type HtmlElement = DefaultTreeAdapterTypes.Element
export type HtmlParent = DefaultTreeAdapterTypes.ParentNode

export function isElement(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node
}

export function isText(node: HtmlNode): node is DefaultTreeAdapterTypes.TextNode {
  return node.nodeName === '#text'
}

export function isComment(node: HtmlNode): node is DefaultTreeAdapterTypes.CommentNode {
  return node.nodeName === '#comment'
}

export function attributeOf(element: HtmlElement, name: string): string {
  return element.attrs.find((attribute) => attribute.name === name)?.value ?? ''
}

/** First element below, in document order, that fits; the element itself is not looked at. */
export function findElement(parent: HtmlParent, fits: (element: HtmlElement) => boolean): HtmlElement | undefined {
  const stack = parent.childNodes.toReversed()
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isElement(node)) continue
    if (fits(node)) return node
    for (const child of node.childNodes.toReversed()) stack.push(child)
  }
  return undefined
}

const unseen =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])/i

/** Whether the page itself keeps an element from its readers. */
export function isUnseen(element: HtmlElement): boolean {
  return element.attrs.some(({ name, value }) => name === 'hidden' || (name === 'style' && unseen.test(value)))
}

/** Elements whose text is no text of the page. */
export const dropped: ReadonlySet<string> = new Set(
  'script style noscript template svg math nav footer iframe canvas object embed button input select textarea option head audio video map dialog'.split(
    ' ',
  ),
)

/** Elements that stand on their own lines. */
export const blockLevel: ReadonlySet<string> = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)

export interface Lines {
  fromLine: number
  toLine: number
}

/** Lines of a node in the source; elements that the parser made up take those of what is in them, or `fallback`. */
export function linesOf(node: HtmlNode, fallback: Lines): Lines {
  const place = node.sourceCodeLocation
  if (place !== null && place !== undefined) return { fromLine: place.startLine, toLine: place.endLine }
  const children = isElement(node) ? node.childNodes : []
  const [first] = children
  const last = children.at(-1)
  if (first === undefined || last === undefined) return fallback
  return { fromLine: linesOf(first, fallback).fromLine, toLine: linesOf(last, fallback).toLine }
}
