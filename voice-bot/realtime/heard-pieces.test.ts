import { describe, expect, it } from 'vitest'
import { HeardPieces } from './heard-pieces.ts'

/** A frame of 20 ms that holds its number. */
const frame = (at: number) => new Int16Array(480).fill(at)

function recogniser() {
  const state = { maySpeak: false, heard: [] as number[][] }
  const pieces = new HeardPieces({
    send: (samples) => state.heard.push([...new Set(samples)]),
    maySpeak: () => state.maySpeak,
  })
  return { state, pieces }
}

describe('what goes to the recogniser', () => {
  it('goes in pieces of 240 ms while nobody speaks, and of 80 ms while somebody may', () => {
    const { state, pieces } = recogniser()
    for (let at = 0; at < 14; at++) pieces.push(frame(at), 24_000)
    expect(state.heard).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
    state.maySpeak = true
    for (let at = 14; at < 20; at++) pieces.push(frame(at), 24_000)
    expect(state.heard.slice(1)).toEqual([
      [12, 13, 14, 15],
      [16, 17, 18, 19],
    ])
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
