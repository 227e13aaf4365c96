import type { StoredPassage } from '#knowledge/passage.ts'
import type { Original } from './copies.ts'

const longestMergedChars = 4000

/**
 * Passages next to each other under one heading are shown as one: the best of them gives its place and id, the text
 * is that of all in reading order.
 * @param ranked Best first.
 */
export function mergeNeighbours(ranked: readonly Original[]): Original[] {
  const merged: Original[] = []
  for (const candidate of ranked) {
    const at = merged.findIndex((other) => areNeighbours(other.passage, candidate.passage))
    const other = merged[at]
    if (other === undefined) merged.push(candidate)
    else
      merged[at] = {
        ...other,
        passage: joined(other.passage, candidate.passage),
        copies: [...other.copies, ...candidate.copies],
      }
  }
  return merged
}

function areNeighbours(a: StoredPassage, b: StoredPassage): boolean {
  if (a.documentId !== b.documentId || a.heading.join('\n') !== b.heading.join('\n')) return false
  if (a.text.length + b.text.length > longestMergedChars) return false
  return follows(a, b) || follows(b, a)
}

/** Nothing but blank lines stands between them. */
function follows(first: StoredPassage, second: StoredPassage): boolean {
  return second.fromLine > first.toLine && second.fromLine - first.toLine <= 3
}

function joined(best: StoredPassage, other: StoredPassage): StoredPassage {
  const [first, second] = best.fromLine < other.fromLine ? [best, other] : [other, best]
  return {
    ...best,
    text: `${first.text}${'\n'.repeat(Math.max(1, second.fromLine - first.toLine))}${second.text}`,
    fromLine: first.fromLine,
    toLine: second.toLine,
    ordinal: first.ordinal,
    editedAt: new Date(Math.max(first.editedAt.getTime(), second.editedAt.getTime())),
    suspicious: first.suspicious || second.suspicious,
    anchor: first.anchor?.replace(/-L\d+$/, `-L${second.toLine}`),
  }
}
