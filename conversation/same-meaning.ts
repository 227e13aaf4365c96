import { termsOf } from '#knowledge/terms/terms.ts'

/** Small words that searching drops but that change what is asked. */
const decisive =
  /\b(?:not|no|never|without|before|after|until|who|whose|why|when|where|how|which|instead|only|except|old|long|often|many|much)\b|n't\b|(?:ない|ません|なし|前|後|誰|なぜ|いつ|どこ|どう|どれ|何|だけ|以外)/g

/**
 * Whether two transcripts of one utterance ask the same, so that work begun on the one can be kept for the other: equal
 * but for punctuation and case, or the same words to search for in the same order with the same small words that matter.
 */
export function sameMeaning(one: string, other: string): boolean {
  const [a, b] = [normalised(one), normalised(other)]
  if (a === b) return true
  return termsOf(a).join(' ') === termsOf(b).join(' ') && decisiveIn(a) === decisiveIn(b)
}

function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[.,!?;:…、。！？「」"“”]+(?=\s|$)|[、。！？「」]/g, ' ')
    .replace(/\b(?:u+m+|u+h+|er+m*|hm+)\b|(?:えーと|えっと|あのー*)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function decisiveIn(text: string): string {
  return [...text.matchAll(decisive)].map(([word]) => word).join(' ')
}
