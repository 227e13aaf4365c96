import type { Candidate, PassageFilter, TermStatistics } from '#knowledge/passage-index.ts'

/** A candidate with its row, which saves looking that up when it is loaded. */
export interface PlacedCandidate extends Candidate {
  row: number
}

/** What the thread that searches words can be asked, */
export type WordsAsk =
  | { kind: 'matching'; terms: readonly string[]; filter: PassageFilter; limit: number }
  | { kind: 'statistics'; terms: readonly string[] }

/** and what it answers. */
export type WordsAnswer =
  | { kind: 'matching'; candidates: PlacedCandidate[] }
  | { kind: 'statistics'; statistics: TermStatistics }

/** What the thread that searches vectors can be asked; it answers with candidates. */
export interface VectorsAsk {
  embedding: Float32Array
  filter: PassageFilter
  limit: number
}

/** What both are started with. */
export interface SearchStart {
  path: string
}
