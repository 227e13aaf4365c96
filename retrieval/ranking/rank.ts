import type { Query } from '#retrieval/query/query.ts'
import { withEveryPart } from './breadth.ts'
import { type Original, withoutCopies } from './copies.ts'
import type { Scored } from './features.ts'
import { addDocumentScores, scoreOf } from './score.ts'
import { mergeNeighbours } from './sections.ts'

/** Enough to look for copies, neighbours and counterparts in, beyond what is shown. */
const considered = 60

/** Puts candidates in order: by score, copies behind what they copy, neighbours as one, each part of the question served. */
export function ranked(query: Query, scored: readonly Scored[], limit: number): Original[] {
  addDocumentScores(scored)
  const byScore = scored
    .map(({ passage, features }) => ({ passage, features, score: scoreOf(features) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, Math.max(considered, limit * 2))
  return withEveryPart(query, mergeNeighbours(withoutCopies(byScore))).slice(0, limit)
}
