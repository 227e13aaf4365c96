/** Latin text has about four letters a token, code about three; other scripts up to one and a half tokens a letter. */
const tokensALatinLetter = 1 / 3
const tokensAnOtherLetter = 1.5

/** About how many tokens a text has, rather too many than too few; no tokenizer of the many served is known here. */
export function estimatedTokens(text: string): number {
  let tokens = 0
  for (let at = 0; at < text.length; at++) tokens += tokensOf(text.charCodeAt(at))
  return Math.ceil(tokens)
}

/** The beginning of a text that has at most so many tokens; never half a character. */
export function cutTo(text: string, mostTokens: number): string {
  if (text.length * tokensAnOtherLetter <= mostTokens) return text
  let tokens = 0
  for (let at = 0; at < text.length; at++) {
    tokens += tokensOf(text.charCodeAt(at))
    if (tokens > mostTokens) return text.slice(0, isSecondHalf(text, at) ? at - 1 : at)
  }
  return text
}

function tokensOf(code: number): number {
  return code < 0x250 ? tokensALatinLetter : tokensAnOtherLetter
}

function isSecondHalf(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}

export interface BatchLimits {
  texts: number
  tokens: number
}

/** In order, each as large as the limits allow; a text that is too large by itself stands alone. */
export function batchesOf<Item extends { text: string }>(items: readonly Item[], most: BatchLimits): Item[][] {
  const batches: Item[][] = []
  let tokens = 0
  for (const item of items) {
    const size = estimatedTokens(item.text)
    const last = batches.at(-1)
    if (last === undefined || last.length >= most.texts || tokens + size > most.tokens) {
      batches.push([item])
      tokens = size
    } else {
      last.push(item)
      tokens += size
    }
  }
  return batches
}
