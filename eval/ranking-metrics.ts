/** How well a ranking found what it should, each 0..1. */
export interface RankingFigures {
  recallAt1: number
  recallAt5: number
  recallAt10: number
  mrrAt10: number
  ndcgAt10: number
}

/**
 * @param covered For each rank, best first, which of the wanted things stand there, by number.
 * @param wanted How many there are to find, 1 or more.
 */
export function rankingFigures(covered: readonly (readonly number[])[], wanted: number): RankingFigures {
  const first = covered.slice(0, 10).findIndex((things) => things.length > 0)
  return {
    recallAt1: recall(covered, wanted, 1),
    recallAt5: recall(covered, wanted, 5),
    recallAt10: recall(covered, wanted, 10),
    mrrAt10: first < 0 ? 0 : 1 / (first + 1),
    ndcgAt10: ndcg(covered, wanted, 10),
  }
}

/** The mean of each figure; undefined when there is none. */
export function meanRankingFigures(figures: readonly RankingFigures[]): RankingFigures | undefined {
  if (figures.length === 0) return undefined
  const mean = (name: keyof RankingFigures) => figures.reduce((sum, each) => sum + each[name], 0) / figures.length
  return {
    recallAt1: mean('recallAt1'),
    recallAt5: mean('recallAt5'),
    recallAt10: mean('recallAt10'),
    mrrAt10: mean('mrrAt10'),
    ndcgAt10: mean('ndcgAt10'),
  }
}

function recall(covered: readonly (readonly number[])[], wanted: number, depth: number): number {
  return new Set(covered.slice(0, depth).flat()).size / wanted
}

/** A thing gains once, where it first appears; two things at one rank gain twice, but never more than a perfect ranking. */
function ndcg(covered: readonly (readonly number[])[], wanted: number, depth: number): number {
  const seen = new Set<number>()
  let gain = 0
  for (const [index, things] of covered.slice(0, depth).entries()) {
    const fresh = things.filter((thing) => !seen.has(thing))
    for (const thing of fresh) seen.add(thing)
    gain += fresh.length * discount(index)
  }
  let ideal = 0
  for (let index = 0; index < Math.min(wanted, depth); index++) ideal += discount(index)
  return Math.min(1, gain / ideal)
}

function discount(index: number): number {
  return 1 / Math.log2(index + 2)
}
