import { describe, expect, it } from 'vitest'
import { HeardPieces } from './heard-pieces.ts'

/** A frame of 20 ms that holds its number. */
const frame = (at: number) => new Int16Array(480).fill(at)

function recogniser() {
  const state = { isUrgent: false, heard: [] as number[][] }
  const pieces = new HeardPieces({
    send: (samples) => state.heard.push([...new Set(samples)]),
    isUrgent: () => state.isUrgent,
  })
  return { state, pieces }
}

describe('what goes to the recogniser', () => {
  it('goes in pieces of 100 ms while nobody speaks, and as it comes while somebody does', () => {
    const { state, pieces } = recogniser()
    for (let at = 0; at < 12; at++) pieces.push(frame(at), 24_000)
    expect(state.heard).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ])
    state.isUrgent = true
    pieces.push(frame(12), 24_000)
    pieces.push(frame(13), 24_000)
    expect(state.heard.slice(2)).toEqual([[10, 11, 12], [13]])
  })

  it('goes at once, and once, when asked for', () => {
    const { state, pieces } = recogniser()
    pieces.push(frame(0), 24_000)
    pieces.push(frame(1), 24_000)
    pieces.flush()
    pieces.flush()
    expect(state.heard).toEqual([[0, 1]])
  })

  it('is never of two rates in one piece', () => {
    const { state, pieces } = recogniser()
    pieces.push(frame(0), 24_000)
    pieces.push(frame(1), 8000)
    pieces.flush()
    expect(state.heard).toEqual([[0], [1]])
  })
})
