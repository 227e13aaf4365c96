import type { Lang } from './document.ts'
import type { StoredPassage } from './passage.ts'
import type { Principal } from './principal.ts'

/** Applied inside the query: what it excludes is never a candidate, never counted, never returned. */
export interface PassageFilter {
  principal: Principal
  sources?: readonly string[] | undefined
  lang?: Lang | undefined
}

export interface Candidate {
  passageId: string
  /** `matching`: BM25, 0 or more, larger is better. `nearest`: cosine, -1..1. */
  score: number
}

/** Several ways to look for the same thing: lists of terms, and vectors. */
export interface CandidateAsk {
  terms: readonly (readonly string[])[]
  embeddings: readonly Float32Array[]
  /** How many of the best each way may bring. */
  limitEach: number
  /** How many of all of them. */
  limit: number
}

export interface TermStatistics {
  /** Passages in the index, whatever the filter. */
  passages: number
  /** Passages that hold the term in any field; a term that stands nowhere is absent. */
  frequencies: ReadonlyMap<string, number>
}

/** The searchable side of what is stored. Reads see every write that was finished before they began. */
export interface PassageIndex extends AsyncDisposable {
  /** Passages that hold any of the terms, best first by BM25 over weighted fields. No terms, or none known: []. */
  matching(terms: readonly string[], filter: PassageFilter, limit: number, signal: AbortSignal): Promise<Candidate[]>
  /** Nearest first by cosine. Nothing stored, or no embeddings: []. */
  nearest(embedding: Float32Array, filter: PassageFilter, limit: number, signal: AbortSignal): Promise<Candidate[]>
  /**
   * Ids of what any of these ways finds, without repeats, best first by the sum of their reciprocal ranks: one round
   * trip where the index is far away.
   */
  candidates(ask: CandidateAsk, filter: PassageFilter, signal: AbortSignal): Promise<string[]>
  statistics(terms: readonly string[], signal: AbortSignal): Promise<TermStatistics>
  /** A sentence for people about what searches have to do without at the moment; undefined, or no method: nothing. */
  shortfall?(): string | undefined
  /** In the order asked for; unknown and excluded ids are left out. */
  load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]>
}

/** For an index that is near: each way is asked for by itself, side by side. */
export async function candidatesOneByOne(
  index: Pick<PassageIndex, 'matching' | 'nearest'>,
  { terms, embeddings, limitEach, limit }: CandidateAsk,
  filter: PassageFilter,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await Promise.all([
    ...terms.map((some) => index.matching(some, filter, limitEach, signal)),
    ...embeddings.map((embedding) => index.nearest(embedding, filter, limitEach, signal)),
  ])
  return fused(found, limit)
}

/** Damps the first ranks, as in Cormack, Clarke, Buettcher: Reciprocal Rank Fusion (2009). */
const rankOffset = 60

/** @param lists Each best first. @returns Ids, best first by the sum of their reciprocal ranks. */
export function fused(lists: readonly (readonly Pick<Candidate, 'passageId'>[])[], limit: number): string[] {
  const scores = new Map<string, number>()
  for (const list of lists) {
    for (const [rank, { passageId }] of list.entries()) {
      scores.set(passageId, (scores.get(passageId) ?? 0) + 1 / (rankOffset + rank + 1))
    }
  }
  return [...scores]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, limit)
    .map(([passageId]) => passageId)
}
