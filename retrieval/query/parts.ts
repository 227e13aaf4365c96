import { termsOf } from '#knowledge/terms/terms.ts'

/** Where one question ends and the next begins: sentence ends, and "and/but/then" before a question word. */
const borders =
  /(?<=[?!.。？！])\s+|(?<=[。？！])|[,;:]?\s+(?:and|but|or|then|also)\s+(?=(?:then\s+)?(?:what|which|how|who|where|when|why|does|do|is|are|can|should|in what|at what|for how|with what|exactly)\b)|[,;]\s+(?=(?:what|which|how|who|where|when|why|at what)\b)|(?<=[はがをでと])、|、(?=(?:また|それと|あと|そして))/gi
const fewestTerms = 2

/** "At what lag does it warn, and how do I fix it?" asks twice. A question of one part gives []. */
export function partsOf(question: string): string[] {
  const parts: string[] = []
  let carried = ''
  for (const piece of question.split(borders)) {
    const part = `${carried} ${piece ?? ''}`.trim()
    if (new Set(termsOf(part)).size < fewestTerms) carried = part
    else {
      parts.push(part)
      carried = ''
    }
  }
  const last = parts.length - 1
  if (carried !== '' && last >= 0) parts[last] = `${parts[last]} ${carried}`
  return parts.length > 1 ? parts : []
}
