import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PostingBuffer, PostingListBuilder } from './posting-list.ts'

const gaps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 2 ** 21 }), count: fc.integer({ min: 1, max: 255 }) }))

it('gives back every row and count that was put in', () => {
  const buffer = new PostingBuffer()
  const list = new PostingListBuilder()
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 2 ** 20 }), (steps, firstRow) => {
      list.begin(firstRow)
      let row = firstRow - 1
      const rows = steps.map(({ gap }) => (row += gap))
      for (const [index, step] of steps.entries()) list.add(rows[index] ?? 0, step.count)
      const found = buffer.decode(list.bytes(), list.passages, firstRow)
      expect(found).toBe(steps.length)
      expect([...buffer.rows.subarray(0, found)]).toEqual(rows)
      expect([...buffer.counts.subarray(0, found)]).toEqual(steps.map(({ count }) => count))
    }),
  )
})

it('takes one byte for a neighbour that holds the term once', () => {
  const list = new PostingListBuilder()
  list.begin(1)
  for (let row = 1; row <= 1000; row++) list.add(row, 1)
  expect(list.bytes()).toHaveLength(1000)
})

it('takes counts beyond 255 for 255', () => {
  const list = new PostingListBuilder()
  list.begin(5)
  list.add(5, 100_000)
  const buffer = new PostingBuffer()
  expect(buffer.decode(list.bytes(), 1, 5)).toBe(1)
  expect(buffer.counts[0]).toBe(255)
})
