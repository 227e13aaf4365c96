import { expect, it } from 'vitest'
import { KeptEvents } from './kept-events.ts'

/** Events of many lengths, in letters of one to four bytes. */
const event = (at: number) => `{"at":${at},"text":"${'aé日🔔'.repeat((at * 37) % 900)}"}`

it('keeps the last events as they were, as many as there is room for', () => {
  const kept = new KeptEvents(200_000)
  for (let at = 1; at <= 2000; at++) {
    kept.push(event(at))
    if (at % 97 !== 0) continue
    const newest = kept.since(1)
    expect(kept.count).toBe(at)
    expect(newest).toEqual(Array.from({ length: newest.length }, (_, k) => event(at - newest.length + 1 + k)))
    expect(kept.bytes).toBe(Buffer.byteLength(newest.join('')))
    expect(kept.bytes).toBeLessThanOrEqual(200_000)
    // As much as there is room for: one more of the longest would not fit.
    expect(kept.oldest === 1 || kept.bytes > 190_000).toBe(true)
  }
  expect(kept.oldest).toBeGreaterThan(1900)
})

it('tells from which number on it still has all, and gives those from any number on', () => {
  const kept = new KeptEvents(1000)
  for (const text of ['one', 'two', 'three']) kept.push(text)
  expect(kept.oldest).toBe(1)
  expect(kept.since(2)).toEqual(['two', 'three'])
  expect(kept.since(4)).toEqual([])
  kept.push('x'.repeat(995))
  expect(kept.oldest).toBe(3)
  expect(kept.since(1)).toEqual(['three', 'x'.repeat(995)])
})

it('keeps one that is longer than all that it should keep', () => {
  const kept = new KeptEvents(100)
  kept.push('short')
  kept.push('é'.repeat(100_000))
  expect(kept.since(1)).toEqual(['é'.repeat(100_000)])
  kept.push('short again')
  expect(kept.since(1)).toEqual(['short again'])
})

it('counts numbers that nothing is kept under', () => {
  const kept = new KeptEvents(100)
  kept.push('one')
  kept.skip()
  kept.push('three')
  expect(kept.count).toBe(3)
  expect(kept.since(2)).toEqual(['three'])
  expect(kept.since(1)).toEqual(['one', 'three'])
})
