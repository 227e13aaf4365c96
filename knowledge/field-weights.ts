import { type PassageTerms, type TermField, termFields } from './passage.ts'

/**
 * How much one occurrence counts in each field when candidates are looked for. Whole numbers, because the index
 * stores weighted counts: a change takes a migration of the stores that builds it anew. Reranking weighs the fields for itself, so these only decide who gets that far.
 */
const fieldWeights: Readonly<Record<TermField, number>> = { title: 3, heading: 3, context: 1, body: 1, code: 1 }

/** BM25's two constants; the customary values, also FTS5's. */
export const bm25 = { k1: 1.2, b: 0.75 } as const

/** How often each term stands in a passage, weighted by field, and how many terms it has in all, unweighted. */
export interface WeightedTerms {
  counts: Map<string, number>
  length: number
}

/** @see fieldWeights */
export function weighTerms(terms: PassageTerms): WeightedTerms {
  const counts = new Map<string, number>()
  let length = 0
  for (const field of termFields) {
    const weight = fieldWeights[field]
    length += terms[field].length
    for (const term of terms[field]) counts.set(term, (counts.get(term) ?? 0) + weight)
  }
  return { counts, length }
}

/**
 * How much a term says, by how few passages hold it. Never negative, so that a term that stands nearly
 * everywhere still counts for a little and a score is never below 0.
 */
export function inverseFrequency(frequency: number, passages: number): number {
  return Math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
}
