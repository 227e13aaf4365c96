import type { Citation } from '#knowledge/answer.ts'

/** Letters in a row that are compared: enough to tell words apart in English and in Japanese. */
const gram = 3
/** Of a sentence, so much has to stand in a quote; the rest is what we add, like “First step:”. */
const leastShare = 0.6
/** Shorter ones stand anywhere. */
const leastGrams = 6

/** @returns The numbers of the citations that a sentence rests on: those that it names, or else the one whose quote has its words. */
export function restsOn(sentence: string, citations: readonly Pick<Citation, 'n' | 'quote'>[]): number[] {
  const named = new Set(Array.from(sentence.matchAll(/\[(\d+)\]/g), ([, n]) => Number(n)))
  const known = citations.filter(({ n }) => named.has(n)).map(({ n }) => n)
  if (known.length > 0) return known
  const wanted = gramsOf(sentence)
  if (wanted.size < leastGrams) return []
  const shares = citations.map(({ n, quote }) => ({ n, share: shareIn(gramsOf(quote), wanted) }))
  const best = shares.reduce((one, other) => (other.share > one.share ? other : one), { n: 0, share: 0 })
  return best.share >= leastShare ? [best.n] : []
}

function shareIn(grams: ReadonlySet<string>, wanted: ReadonlySet<string>): number {
  return [...wanted].filter((each) => grams.has(each)).length / wanted.size
}

/** Letters and digits alone, whatever marks and gaps stand between. */
function gramsOf(text: string): Set<string> {
  const letters = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')
  return new Set(
    Array.from({ length: Math.max(0, letters.length - gram + 1) }, (_, at) => letters.slice(at, at + gram)),
  )
}
