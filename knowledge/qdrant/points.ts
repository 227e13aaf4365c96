import { bm25, weighTerms } from '#knowledge/field-weights.ts'
import type { StoredPassage } from '#knowledge/passage.ts'

/** A dense vector as a collection has it: of one embedding model, never compared with another's. */
export interface VectorSpace {
  name: string
  dimensions: number
}

/** Weights of terms, under the name `words`; the dense vectors are named by `vectorName`. */
export const wordsVector = 'words'

/** What is kept with a point. Every later layout keeps these, so that an old collection can still be asked. */
export const payloadFields = {
  /** The passage's id. */
  passage: 'passage',
  /** Names who may see it; `''` stands for everybody. */
  audience: 'audience',
  source: 'source',
  lang: 'lang',
  entry: 'entry',
  /** Its terms' ids, to count the passages that hold one. */
  terms: 'terms',
} as const

/** The audience of what everybody may see; no audience has an empty name. */
export const everybodysAudience = ''

/**
 * BM25 saturates by how long a passage is beside the average, which has to stay what it was when the first one was
 * written. Ours have 70 (samples) to 120 terms (a large operations handbook) on average; they're cut to one size, so the
 * true average stays near.
 */
const usualLength = 100

/** As it is sent: only what the filters and the searches need; text stays with the documents. */
export interface Point {
  id: string
  vector: Record<string, number[] | { indices: number[]; values: number[] }>
  payload: Record<string, string | string[] | number[]>
}

/** @param version A UUID. */
export function pointOf(version: string, passage: StoredPassage, spaces: readonly VectorSpace[]): Point {
  const words = wordWeights(passage)
  const vector: Point['vector'] = {}
  if (words.indices.length > 0) vector[wordsVector] = words
  const { embedding, document } = passage
  const space = embedding === undefined ? undefined : spaceOf(embedding, spaces)
  if (embedding !== undefined && space !== undefined) vector[space.name] = sentVector(embedding)
  const payload = {
    [payloadFields.passage]: passage.id,
    [payloadFields.audience]: document.audience.length === 0 ? [everybodysAudience] : [...document.audience],
    [payloadFields.source]: document.source,
    [payloadFields.lang]: passage.lang,
    [payloadFields.entry]: document.entry,
    [payloadFields.terms]: words.indices,
  }
  return { id: version, vector, payload }
}

/** What each term of a passage adds to its score, but for how rare the term is, which Qdrant knows best. */
function wordWeights(passage: StoredPassage): { indices: number[]; values: number[] } {
  const { counts, length } = weighTerms(passage.terms)
  const damping = bm25.k1 * (1 - bm25.b + (bm25.b * length) / usualLength)
  const weights = new Map<number, number>()
  for (const [term, count] of counts) {
    const id = termId(term)
    weights.set(id, (weights.get(id) ?? 0) + (count * (bm25.k1 + 1)) / (count + damping))
  }
  return { indices: [...weights.keys()], values: [...weights.values()] }
}

/** The space that a vector can lie in; none for a zero vector, which is near to nothing. */
export function spaceOf(embedding: Float32Array, spaces: readonly VectorSpace[]): VectorSpace | undefined {
  if (embedding.every((value) => value === 0)) return undefined
  return spaces.find(({ dimensions }) => dimensions === embedding.length)
}

/** Seven digits are all that a float32 of a unit vector holds, and half as much to send. */
export function sentVector(embedding: Float32Array): number[] {
  return Array.from(embedding, (value) => Math.round(value * 1e7) / 1e7)
}

/** The space of an embedder's vectors. */
export function vectorName(embedderId: string): string {
  return `meaning-${termId(embedderId).toString(16).padStart(8, '0')}`
}

/**
 * A term's number for good, from 0 to 2³²-1: FNV-1a over its UTF-16 code units, then MurmurHash3's finalizer so that
 * all bits matter. Among 200,000 terms some five pairs share one and then count for each other.
 */
export function termId(term: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
