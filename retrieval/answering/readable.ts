import { withoutInvisible } from '#knowledge/language.ts'

const tags =
  'a|b|br|blockquote|caption|center|code|dd|del|details|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|ol|p|pre|q|s|section|small|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|var'
const tag = new RegExp(`</?(?:${tags})(?:\\s[^<>]*)?/?>`, 'gi')
const comment = /<!--[\s\S]*?(?:-->|$)/g
const shortcode = /\{\{[<%]\s*\/?\s*([\w-]+)([\s\S]*?)[%>]\}\}/g

/**
 * A quote as it is shown: on one line, without the markup of site generators, with links that lead somewhere. No word is
 * added or changed. Not for code.
 */
export function readable(quote: string): string {
  const spans: string[] = []
  // Nothing inside backquotes is markup. It waits between characters of the private use area.
  const kept = withoutInvisible(quote).replace(/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/g, (_, __, inside: string) => {
    spans.push(`\`${inside.replace(/\s*\n\s*(?:>\s*)?/g, ' ')}\``)
    return `\ue000${spans.length - 1}\ue000`
  })
  return kept
    .replace(comment, '')
    .replace(shortcode, (_, name: string, rest: string) => shortcodeText(name, rest))
    .replace(/\n\s*>\s?/g, '\n')
    .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, '')
    .replace(/:(?:ref|doc|term|class|func|option|command|file|guilabel):\ue000(\d+)\ue000/g, '\ue000$1\ue000')
    .replace(/\[([^\][]+)\]\(([^()\s]*(?:\([^()]*\))?[^()\s]*)(?:\s+"[^"]*")?\)/g, (_, text: string, url: string) =>
      link(text, url),
    )
    .replace(/\[([^\][]+)\]\[[^\]]*\]/g, '$1')
    .replace(/(?<![\w`])\[\^?\d{1,3}\](?!\()/g, '')
    .replace(tag, '')
    .replace(/\s*\{#[\w-]+\}/g, '')
    .replace(/\s+/g, ' ')
    .replace(/\s+([.,;:])(?=\s|$)/g, '$1')
    .replace(/\ue000(\d+)\ue000/g, (_, index: string) => spans[Number(index)] ?? '')
    .trim()
}

function shortcodeText(name: string, rest: string): string {
  const text = /\btext="([^"]*)"/.exec(rest)?.[1]
  if (text !== undefined) return text
  return name === 'heading' || name === 'param' ? (/"([^"]*)"/.exec(rest)?.[1] ?? '') : ''
}

/** A link inside the document's own site leads nowhere from an answer, and [1](…) would read like a citation. */
function link(text: string, url: string): string {
  if (!/^https?:\/\//.test(url)) return text
  return /^\^?\d+$/.test(text) ? url : `[${text}](${url})`
}

/** For the ear and for comparing: no Markdown at all. */
export function plain(shown: string): string {
  return shown
    .replace(/\[([^\][]+)\]\(https?:[^)]*\)/g, '$1')
    .replace(/(\*\*|__)(?=\S)([\s\S]*?\S)\1/g, '$2')
    .replace(/(?<![\w*])[*_](?=\S)([^*_]*\S)[*_](?![\w*])/g, '$1')
    .replace(/`+/g, '')
    .replace(/^\s*(?:#{1,6}|>)\s+/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}
