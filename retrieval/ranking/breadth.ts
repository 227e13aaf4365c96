import type { Query } from '#retrieval/query/query.ts'
import type { Original } from './copies.ts'

/** What a question's parts ask for must stand among so many; people and models read little more. */
const firstFew = 5
/** A counterpart is only looked for beside the very best. */
const leaders = 2
/** How much of the leader's score a passage needs to be put forward. */
const leastShare = 0.45

/**
 * A question with several parts gets the best passage for each of them among the first few, and an alert's rule and its
 * runbook come together where the question asks for both: what the threshold is, and what to do.
 */
export function withEveryPart(query: Query, ranked: readonly Original[]): Original[] {
  const wanted = [...partLeaders(query, ranked), ...counterparts(query, ranked)]
  const first = ranked.slice(0, firstFew)
  const missing = [...new Set(wanted)].filter((one) => !first.includes(one)).slice(0, 2)
  if (missing.length === 0) return [...ranked]
  const kept = first.filter((one) => wanted.includes(one) || first.indexOf(one) < firstFew - missing.length)
  const head = [...kept.slice(0, firstFew - missing.length), ...missing]
  return [...head, ...ranked.filter((one) => !head.includes(one))]
}

function partLeaders(query: Query, ranked: readonly Original[]): Original[] {
  const best = ranked[0]?.score ?? 0
  return query.parts.flatMap((_, part) => {
    let leader: Original | undefined
    let leading = Number.NEGATIVE_INFINITY
    for (const one of ranked) {
      if (one.score < best * leastShare) break
      const fit = one.score + (one.features.parts[part] ?? 0) * 2
      if (fit > leading) [leader, leading] = [one, fit]
    }
    return leader === undefined ? [] : [leader]
  })
}

/** The rule of an alert whose page leads, or the page of one whose rule leads: documents of one name and two kinds. */
function counterparts(query: Query, ranked: readonly Original[]): Original[] {
  const { asked } = query
  const both =
    asked.has('threshold') &&
    (['remedy', 'check', 'impact', 'meaning', 'cause', 'command'] as const).some((kind) => asked.has(kind))
  if (!both) return []
  return ranked.slice(0, leaders).flatMap(({ passage: { document } }) => {
    const other = ranked.find(
      ({ passage }) =>
        nameOf(passage.document.title) === nameOf(document.title) &&
        (passage.document.kind === 'alert') !== (document.kind === 'alert'),
    )
    return other === undefined ? [] : [other]
  })
}

function nameOf(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
