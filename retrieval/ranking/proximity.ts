import type { PassageTerms } from '#knowledge/passage.ts'
import type { WordMatch } from './word-match.ts'

const window = 12

/**
 * How close together the question's terms stand in a passage: the best window of its body by the share of the
 * question's weight inside it, and the share of neighbouring question terms that also follow each other there.
 * @returns Both 0..1.
 */
export function proximity(
  terms: PassageTerms,
  question: readonly string[],
  words: Pick<WordMatch, 'weights' | 'meant'>,
): { window: number; order: number } {
  const { weights, meant } = words
  const total = question.reduce((sum, term) => sum + (weights.get(term) ?? 0), 0)
  if (total === 0) return { window: 0, order: 0 }
  const body = [...terms.heading, ...terms.body, ...terms.code]
  const positions: { at: number; term: string }[] = []
  for (const [at, word] of body.entries()) {
    const term = meant.get(word)
    if (term !== undefined) positions.push({ at, term })
  }
  return { window: bestWindow(positions, weights) / total, order: followers(positions, question) }
}

function bestWindow(positions: readonly { at: number; term: string }[], weights: ReadonlyMap<string, number>): number {
  const inside = new Map<string, number>()
  let sum = 0
  let best = 0
  let start = 0
  for (const { at, term } of positions) {
    const count = inside.get(term) ?? 0
    if (count === 0) sum += weights.get(term) ?? 0
    inside.set(term, count + 1)
    for (let first = positions[start]; first !== undefined && first.at < at - window; first = positions[++start]) {
      const left = (inside.get(first.term) ?? 1) - 1
      inside.set(first.term, left)
      if (left === 0) sum -= weights.get(first.term) ?? 0
    }
    if (sum > best) best = sum
  }
  return best
}

function followers(positions: readonly { at: number; term: string }[], question: readonly string[]): number {
  if (question.length < 2) return 0
  const pairs = new Set<string>()
  for (const [at, term] of question.entries()) if (at > 0) pairs.add(`${question[at - 1]} ${term}`)
  const found = new Set<string>()
  for (const [index, { at, term }] of positions.entries()) {
    const next = positions[index + 1]
    if (next !== undefined && next.at - at <= 3 && pairs.has(`${term} ${next.term}`)) found.add(`${term} ${next.term}`)
  }
  return found.size / pairs.size
}
