import type { DefaultTreeAdapterTypes } from 'parse5'
import { dropped, type HtmlElement, type HtmlNode, isComment, isElement, isText, isUnseen } from './html-nodes.ts'

/** Scripts can be long, and an order to an assistant is short. Letters. */
const mostConcealed = 20_000

/** Attributes that hold no sentences, whatever they look like. */
const technical: ReadonlySet<string> = new Set(
  'class id style href src srcset sizes d points viewbox transform media rel type name for role lang width height'.split(
    ' ',
  ),
)

/** Whatever stands in an element that its readers don't see: comments, scripts, invisible elements, attributes. */
export function concealedIn(element: HtmlElement): string {
  const found: string[] = []
  let left = mostConcealed
  const stack: { node: HtmlNode; isHidden: boolean }[] = [{ node: element, isHidden: false }]
  for (let next = stack.pop(); next !== undefined && left > 0; next = stack.pop()) {
    const { node, isHidden } = next
    const text = isElement(node)
      ? sentencesIn(node)
      : isComment(node)
        ? node.data
        : isHidden && isText(node)
          ? node.value
          : ''
    if (text.trim() !== '') {
      found.push(text.slice(0, left))
      left -= text.length
    }
    if (!isElement(node)) continue
    const hides = isHidden || dropped.has(node.tagName) || isUnseen(node)
    for (const child of childrenOf(node).toReversed()) stack.push({ node: child, isHidden: hides })
  }
  return found.join('\n')
}

/** Attributes of this element alone that say something. */
export function sentencesIn({ attrs }: HtmlElement): string {
  const said = attrs.filter(({ name, value }) => !technical.has(name) && /\S\s+\S+\s+\S|[\u3040-\u9fff]{8}/.test(value))
  return said.map(({ value }) => value).join('\n')
}

/** What is in a template stands beside it. */
function childrenOf(element: HtmlElement): readonly HtmlNode[] {
  return isTemplate(element) ? element.content.childNodes : element.childNodes
}

function isTemplate(element: HtmlElement): element is DefaultTreeAdapterTypes.Template {
  return element.tagName === 'template' && 'content' in element
}
