import { textSize } from '#knowledge/language.ts'

/** The protocol counts a token of sound for each 50 ms that goes out, and 100 ms that come in. */
export const outTokenMs = 50
const sizePerToken = 4

/** Estimated, as all sizes of text are. */
export function textTokens(size: number): number {
  return Math.ceil(size / sizePerToken)
}

/** A token of words takes a quarter of a second to be said. */
const soundPerWords = 5

/** Of the words that so much sound is of. */
export function wordTokensOf(audioTokens: number): number {
  return Math.ceil(audioTokens / soundPerWords)
}

/** How much sound fits into so many tokens, together with its words. @param words All of them. */
export function soundFor(tokens: number, words: number): number {
  return Math.max(Math.floor((tokens * soundPerWords) / (soundPerWords + 1)), tokens - words)
}

/** As much of the text as fits into so many tokens. */
export function textWithin(text: string, tokens: number): string {
  const most = tokens * sizePerToken
  if (textSize(text) <= most) return text
  let size = 0
  let kept = ''
  for (const letter of text) {
    size += textSize(letter)
    if (size > most) break
    kept += letter
  }
  return kept
}

/** As much of the sound as fits into so many tokens. */
export function soundWithin(samples: Int16Array, sampleRate: number, tokens: number): Int16Array {
  const most = Math.floor((tokens * outTokenMs * sampleRate) / 1000)
  return samples.length <= most ? samples : samples.subarray(0, Math.max(0, most))
}
