import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TopCandidates } from './top-candidates.ts'

it('keeps what sorting everything would keep', () => {
  const scores = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 200 })
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 30 }), (given, limit) => {
      const top = new TopCandidates(limit, -10)
      for (const [row, score] of given.entries()) if (score > top.threshold) top.add(row, score)
      const sorted = given.filter((score) => score > -10).toSorted((one, other) => other - one)
      expect(top.ranked().map(({ score }) => score)).toEqual(sorted.slice(0, limit))
      expect(top.ranked().every(({ row, score }) => given[row] === score)).toBe(true)
    }),
  )
})

it('puts the lower row first among equals', () => {
  const top = new TopCandidates(3, 0)
  for (const row of [7, 3, 5]) top.add(row, 1)
  expect(top.ranked().map(({ row }) => row)).toEqual([3, 5, 7])
})
