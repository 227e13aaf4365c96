import { LlmError } from '../llm/errors.ts'
import type { LlmPiece } from '../llm/llm.ts'

/** Enough letters to tell a language by. */
const lettersToTell = 60
const mostLooked = 600

/** A reply that ends without a word, that is no text, or that is in another language is a failure like any other. */
export async function* checkedReply(
  pieces: AsyncIterable<LlmPiece>,
  lang: 'en' | 'ja' | undefined,
  model: string,
): AsyncGenerator<LlmPiece> {
  let seen = ''
  let hasContent = false
  for await (const piece of pieces) {
    if (piece.kind === 'tool-call') hasContent = true
    if (piece.kind === 'text') {
      hasContent ||= /\S/.test(piece.text)
      if (isGarbled(piece.text)) throw new LlmError('garbled', model)
      if (lang !== undefined && seen.length < mostLooked) {
        seen += piece.text
        if (isForeign(seen, lang)) throw new LlmError('wrong-language', model)
      }
    }
    if (piece.kind === 'end' && piece.reason === 'stop' && !hasContent) throw new LlmError('empty', model)
    yield piece
  }
}

/** Bytes that are no text: control characters, and what is put in place of broken ones. */
function isGarbled(text: string): boolean {
  for (const character of text) if (character === '\uFFFD' || isControl(character.charCodeAt(0))) return true
  return false
}

/** Tab, line ends and escape (which terminals colour by) occur in honest text. */
function isControl(code: number): boolean {
  return code < 0x20 && !(code >= 0x09 && code <= 0x0d) && code !== 0x1b
}

/** Code and quotes are in whatever language they are in. */
function isForeign(text: string, lang: 'en' | 'ja'): boolean {
  const prose = text.replace(/`[^`]*(?:`|$)/g, ' ').replace(/「[^」]*(?:」|$)|“[^”]*(?:”|$)/g, ' ')
  const letters = prose.match(/\p{L}/gu)?.length ?? 0
  if (letters < lettersToTell) return false
  const japanese = prose.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu)?.length ?? 0
  return lang === 'ja' ? japanese === 0 : japanese > letters / 2
}
