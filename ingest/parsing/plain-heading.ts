/** A code span, or one stretch of anything else. */
const codeSpan = /(`+)(.+?)\1/g

/**
 * The words of a heading without their Markdown, HTML, anchors and shortcodes. What stands in a code span is left as
 * it is.
 */
export function plainHeading(raw: string): string {
  const short = raw.length > 1000 ? raw.slice(0, 1000) : raw
  if (!/[`*_[\]{}<>&\\~!]/.test(short)) return collapse(short)
  let plain = ''
  let at = 0
  for (const span of short.matchAll(codeSpan)) {
    plain += plainWords(short.slice(at, span.index)) + (span[2] ?? '').trim()
    at = span.index + span[0].length
  }
  return collapse(plain + plainWords(short.slice(at)))
}

function plainWords(text: string): string {
  return text
    .replaceAll(/\{\{[<%]\s*(.*?)\s*[%>]\}\}/g, (_, shortcode: string) => shortcodeWords(shortcode))
    .replaceAll(/\{:?\s*[#.][^{}]*\}|\{:[^{}]*\}/g, '')
    .replaceAll(/\[\[(?:[^[\]|]*\|)?([^[\]|]*)\]\]/g, '$1')
    .replaceAll(/!?\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^[\]]*\])/g, '$1')
    .replaceAll(/<\/?[a-z][^<>]*>/gi, '')
    .replaceAll(/(\*{1,3}|~~)(?=\S)([^*~]*[^*~\s])\1/g, '$2')
    .replaceAll(/(?<![\w])(_{1,3})(?=\S)([^_]*[^_\s])\1(?!\w)/g, '$2')
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

/** `text="…"` where there is one, else what stands in quotes: `heading "prerequisites"` reads "prerequisites". */
function shortcodeWords(shortcode: string): string {
  const text = /\b(?:text|title|name)="([^"]*)"/.exec(shortcode)?.[1]
  if (text !== undefined) return text
  if (shortcode.includes('=')) return /="([^"]*)"/.exec(shortcode)?.[1] ?? ''
  return [...shortcode.matchAll(/"([^"]*)"/g)].map((quoted) => quoted[1]).join(' ')
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
