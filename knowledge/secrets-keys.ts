import { isPlaceholder } from './secrets-placeholders.ts'
import type { SecretSpan } from './secrets-tokens.ts'

const begin = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
/** What a key's lines consist of; quotes and list marks may stand around them. */
const body =
  /^[ \t>*"'|#+-]*(?:[A-Za-z0-9+/=]{16,}|[A-Za-z-]{3,20}: \S.*|=[A-Za-z0-9+/]{4}|[A-Za-z0-9+/=]{1,80})[ \t"',;+\\]*$/
const longestKeyLines = 200

/** The lines between BEGIN and END of private keys, each on its own so that lines keep their numbers. */
export function privateKeysIn(text: string): SecretSpan[] {
  if (!text.includes('PRIVATE KEY')) return []
  const spans: SecretSpan[] = []
  for (const match of text.matchAll(begin)) {
    const from = match.index + match[0].length
    if ((spans.at(-1)?.to ?? 0) > from) continue
    spans.push(...bodyOf(text, from))
  }
  return spans
}

function bodyOf(text: string, from: number): SecretSpan[] {
  const spans: SecretSpan[] = []
  let at = from
  for (let line = 0; line < longestKeyLines && at < text.length; line++) {
    const newline = text.indexOf('\n', at)
    const lineEnd = newline === -1 ? text.length : newline
    const end = text.slice(at, Math.min(lineEnd, at + 50_000)).indexOf('-----END')
    const content = text.slice(at, end === -1 ? lineEnd : at + end)
    if (line > 0 && end === -1 && content.trim() !== '' && !body.test(content.slice(0, 2000))) break
    const span = contentSpan(content, at)
    if (span !== undefined) spans.push(span)
    if (end !== -1) break
    at = lineEnd + 1
  }
  return spans
}

/** Without blanks, quotes and written line ends around it; nothing when too little is left to be a key. */
function contentSpan(content: string, at: number): SecretSpan | undefined {
  let from = 0
  let to = content.length
  while (from < to && (around.has(content[from] ?? '') || isWrittenLineEnd(content, from))) {
    from += isWrittenLineEnd(content, from) ? 2 : 1
  }
  while (to > from && (around.has(content[to - 1] ?? '') || isWrittenLineEnd(content, to - 2))) {
    to -= isWrittenLineEnd(content, to - 2) ? 2 : 1
  }
  const bare = content.slice(from, to)
  if (bare.length < 4 || !/[A-Za-z0-9+/=]{4}/.test(bare) || /^[.<[…]|\.{3}$/.test(bare) || isPlaceholder(bare))
    return undefined
  return { from: at + from, to: at + to, kind: 'private-key' }
}

const around: ReadonlySet<string> = new Set([' ', '\t', '"', "'", ',', ';', '>', '|', '#', '*'])

function isWrittenLineEnd(content: string, at: number): boolean {
  return content[at] === '\\' && /[nr]/.test(content[at + 1] ?? '')
}
