import { expect, it } from 'vitest'
import { meanRankingFigures, rankingFigures } from './ranking-metrics.ts'

it('is perfect when everything wanted stands on top', () => {
  const figures = rankingFigures([[0], [1], []], 2)
  expect(figures).toEqual({ recallAt1: 0.5, recallAt5: 1, recallAt10: 1, mrrAt10: 1, ndcgAt10: 1 })
})

it('counts how deep the first one stands', () => {
  const figures = rankingFigures([[], [], [0]], 1)
  expect(figures.recallAt1).toBe(0)
  expect(figures.recallAt5).toBe(1)
  expect(figures.mrrAt10).toBeCloseTo(1 / 3)
  expect(figures.ndcgAt10).toBeCloseTo(1 / Math.log2(4))
})

it('pays for a thing once', () => {
  const once = rankingFigures([[0], [], []], 2)
  const thrice = rankingFigures([[0], [0], [0]], 2)
  expect(thrice).toEqual(once)
  expect(once.recallAt10).toBe(0.5)
})

it('looks no deeper than ten', () => {
  const deep = [...Array<number[]>(10).fill([]), [0]]
  expect(rankingFigures(deep, 1)).toEqual({ recallAt1: 0, recallAt5: 0, recallAt10: 0, mrrAt10: 0, ndcgAt10: 0 })
})

it('means over nothing are undefined, not zero', () => {
  expect(meanRankingFigures([])).toBeUndefined()
  const [found, lost] = [rankingFigures([[0]], 1), rankingFigures([], 1)]
  expect(meanRankingFigures([found, lost])?.recallAt5).toBe(0.5)
})
