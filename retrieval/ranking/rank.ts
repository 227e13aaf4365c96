import { type Original, withoutCopies } from './copies.ts'
import type { Scored } from './features.ts'
import { addDocumentScores, scoreOf } from './score.ts'
import { mergeNeighbours } from './sections.ts'

/** Enough to look for copies, neighbours and answers to parts in, beyond what is shown. */
const considered = 60
/** What being the best for one part of a question counts, beside being the best for the whole. */
const partWeight = 0.3

/**
 * Puts candidates in order: by score, copies behind what they copy, neighbours as one. A passage that answers one part
 * of a question with several moves up.
 * @param parts Scores the passages for each part by itself; no parts: [].
 */
export function ranked(
  scored: readonly Scored[],
  parts: readonly ((passages: readonly Scored['passage'][]) => Scored[])[],
  limit: number,
): Original[] {
  addDocumentScores(scored)
  const best = scored
    .map(({ passage, features }) => ({ passage, features, score: scoreOf(features) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, Math.max(considered, limit * 2))
  const shown = mergeNeighbours(withoutCopies(best))
  return withParts(shown, parts).slice(0, limit)
}

function withParts(shown: readonly Original[], parts: Parameters<typeof ranked>[1]): readonly Original[] {
  if (parts.length === 0) return shown
  const passages = shown.map(({ passage }) => passage)
  const fits = passages.map(() => 0)
  for (const part of parts) {
    const scored = part(passages)
    addDocumentScores(scored)
    const scores = scored.map(({ features }) => scoreOf(features))
    const most = Math.max(1e-9, ...scores)
    for (const [at, score] of scores.entries()) fits[at] = Math.max(fits[at] ?? 0, score / most)
  }
  const most = Math.max(1e-9, ...shown.map(({ score }) => score))
  return shown
    .map((one, at) => ({ one, fit: one.score / most + partWeight * (fits[at] ?? 0) }))
    .sort((a, b) => b.fit - a.fit)
    .map(({ one }) => one)
}
