import type { TermField } from '#knowledge/passage.ts'

/** How much a term counts by where it stands. */
export const fieldWeights: Readonly<Record<TermField, number>> = {
  title: 2.5,
  heading: 2.5,
  context: 0.8,
  body: 1,
  code: 0.7,
}

const saturation = 1.2
const lengthNormalisation = 0.5

/** Rarity of a term: Robertson's idf, kept positive (Lucene's form). */
export function idf(passages: number, frequency: number): number {
  return Math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
}

/**
 * BM25F in its simple form: frequencies are weighted by field before they saturate
 * (Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields, 2004).
 * @param length Terms in the body; `averageLength` of the candidates' bodies.
 */
export function bm25(
  frequencies: ReadonlyMap<string, number>,
  weights: ReadonlyMap<string, number>,
  length: number,
  averageLength: number,
): number {
  const norm = saturation * (1 - lengthNormalisation + (lengthNormalisation * length) / Math.max(1, averageLength))
  let score = 0
  for (const [term, frequency] of frequencies)
    score += ((weights.get(term) ?? 0) * frequency * (saturation + 1)) / (frequency + norm)
  return score
}
