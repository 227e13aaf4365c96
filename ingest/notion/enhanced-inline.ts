import { notionId, urlOfId } from './ids.ts'

const codeSpan = /(?<!\\)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g
const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]

/**
 * A line of enhanced Markdown as plain Markdown: colours and discussions left out, mentions as what they are called, and
 * without the backslashes, since commands and names have to stand letter for letter. Code spans stay as they are.
 */
export function inlineText(text: string): string {
  // Inline formulas: $`x`$
  const formulas = text.replaceAll(/\$`([^`]+)`\$/g, '$$$1$$')
  let plain = ''
  let at = 0
  for (const span of formulas.matchAll(codeSpan)) {
    plain += outsideCode(formulas.slice(at, span.index)) + span[0]
    at = span.index + span[0].length
  }
  return plain + outsideCode(formulas.slice(at))
}

function outsideCode(text: string): string {
  if (!/[<\\(]/.test(text)) return text
  return (
    text
      .replaceAll(/<br\s*\/?>/g, '\n')
      .replaceAll(/<\/?span\b[^>]*>/g, '')
      .replaceAll(/<mention-([a-z-]+)((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>(.*?)<\/mention-\1>)/g, mentioned)
      .replaceAll(/\]\((\/[^)\s]*)\)/g, (_, path: string) => `](https://www.notion.so${path})`)
      // Signed addresses of files change every hour.
      .replaceAll(/\]\((https?:\/\/[^)\s?]+)\?[^)\s]*X-Amz-[^)\s]*\)/g, ']($1)')
      .replaceAll(/\\([\\*~`$[\]<>{}|^])/g, '$1')
  )
}

function mentioned(_: string, kind: string, attributes: string, words: string | undefined): string {
  if (kind === 'date') {
    const [start, time, end] = ['start', 'startTime', 'end'].map((name) => attribute(attributes, name))
    return [[start, time].filter(Boolean).join(' '), end].filter(Boolean).join(' → ')
  }
  const id = notionId(attribute(attributes, 'url') ?? '')
  if (kind === 'user' || kind === 'agent' || id === undefined) return words ?? ''
  return `[${words ?? 'Untitled'}](${urlOfId(id)})`
}
