import { bm25, inverseFrequency } from '#knowledge/field-weights.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import {
  type Candidate,
  type CandidateAsk,
  candidatesOneByOne,
  type PassageFilter,
  type PassageIndex,
  type TermStatistics,
} from '#knowledge/passage-index.ts'
import { maySee } from '#knowledge/principal.ts'
import type { MemoryPassage } from './memory-documents.ts'

/** Reads every passage at every search. */
export class MemoryIndex implements PassageIndex {
  readonly #documents: { readonly passages: ReadonlyMap<string, MemoryPassage> }

  constructor(documents: { readonly passages: ReadonlyMap<string, MemoryPassage> }) {
    this.#documents = documents
  }

  async matching(
    terms: readonly string[],
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const { passages, frequencies } = await this.statistics(terms, signal)
    const all = [...this.#documents.passages.values()]
    const averageLength = all.reduce((sum, { length }) => sum + length, 0) / Math.max(1, passages)
    const found = all.flatMap(({ stored, counts, length }) => {
      if (!visible(stored, filter)) return []
      const damping = bm25.k1 * (1 - bm25.b + (bm25.b * length) / Math.max(1, averageLength))
      let score = 0
      for (const [term, frequency] of frequencies) {
        const count = counts.get(term) ?? 0
        score += (inverseFrequency(frequency, passages) * count * (bm25.k1 + 1)) / (count + damping)
      }
      return score > 0 ? [{ passageId: stored.id, score }] : []
    })
    return best(found, limit)
  }

  async nearest(
    embedding: Float32Array,
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    signal.throwIfAborted()
    if (isZero(embedding)) return []
    const found = [...this.#documents.passages.values()].flatMap(({ stored }) => {
      if (stored.embedding?.length !== embedding.length || isZero(stored.embedding)) return []
      return visible(stored, filter) ? [{ passageId: stored.id, score: dot(embedding, stored.embedding) }] : []
    })
    return best(found, limit)
  }

  async candidates(ask: CandidateAsk, filter: PassageFilter, signal: AbortSignal): Promise<string[]> {
    return candidatesOneByOne(this, ask, filter, signal)
  }

  async statistics(terms: readonly string[], signal: AbortSignal): Promise<TermStatistics> {
    signal.throwIfAborted()
    const frequencies = new Map<string, number>()
    for (const term of new Set(terms)) {
      const frequency = [...this.#documents.passages.values()].filter(({ counts }) => counts.has(term)).length
      if (frequency > 0) frequencies.set(term, frequency)
    }
    return { passages: this.#documents.passages.size, frequencies }
  }

  async load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]> {
    signal.throwIfAborted()
    return passageIds.flatMap((id) => {
      const stored = this.#documents.passages.get(id)?.stored
      return stored !== undefined && visible(stored, filter) ? [stored] : []
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function visible(passage: StoredPassage, filter: PassageFilter): boolean {
  return (
    maySee(filter.principal, passage.document.audience) &&
    (filter.sources === undefined || filter.sources.includes(passage.document.source)) &&
    (filter.lang === undefined || filter.lang === passage.lang)
  )
}

function best(found: Candidate[], limit: number): Candidate[] {
  return found.toSorted((one, other) => other.score - one.score).slice(0, limit)
}

function isZero(embedding: Float32Array): boolean {
  return embedding.every((value) => value === 0)
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}
