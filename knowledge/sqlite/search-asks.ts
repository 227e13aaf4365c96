import type { Candidate, PassageFilter, TermStatistics } from '#knowledge/passage-index.ts'

/** A candidate with its row, which saves looking that up when it is loaded. */
export interface PlacedCandidate extends Candidate {
  row: number
}

/** What the thread that searches words can be asked: the best for each list of terms, or how rare terms are; */
export type WordsAsk =
  | { kind: 'matching'; terms: readonly (readonly string[])[]; filter: PassageFilter; limit: number }
  | { kind: 'statistics'; terms: readonly string[] }

/** and what it answers. */
export type WordsAnswer =
  | { kind: 'matching'; candidates: PlacedCandidate[][] }
  | { kind: 'statistics'; statistics: TermStatistics }

/** What the thread that searches vectors can be asked; it answers with the nearest to each. */
export interface VectorsAsk {
  embeddings: readonly Float32Array[]
  filter: PassageFilter
  limit: number
}

/** What both are started with. */
export interface SearchStart {
  path: string
  embeddingModel: string | undefined
}
