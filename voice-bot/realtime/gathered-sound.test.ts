import { expect, it } from 'vitest'
import { GatheredSound } from './gathered-sound.ts'

/** 100 ms that hold their number. */
const piece = (at: number) => new Int16Array(2400).fill(at)

function mouth(leadMs: number) {
  const state = { leadMs, sent: [] as number[][], timer: undefined as { ms: number; call: () => void } | undefined }
  const sound = new GatheredSound({
    timing: {
      nowMs: () => 0,
      after: (ms, call) => {
        state.timer = { ms, call }
        return () => {
          state.timer = undefined
        }
      },
    },
    leadMs: () => state.leadMs,
    send: (samples) => state.sent.push([...new Set(samples)]),
  })
  return { state, sound }
}

it('is sent as it comes while little of it waits to be heard', () => {
  const { state, sound } = mouth(400)
  for (let at = 0; at < 3; at++) sound.push(piece(at), 24_000)
  expect(state.sent).toEqual([[0], [1], [2]])
  expect(state.timer).toBeUndefined()
})

it('is sent in larger pieces while much of it does', () => {
  const { state, sound } = mouth(2000)
  for (let at = 0; at < 9; at++) sound.push(piece(at), 24_000)
  expect(state.sent).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ])
})

it('is sent before all that came earlier was heard, though nothing more comes', () => {
  const { state, sound } = mouth(700)
  sound.push(piece(0), 24_000)
  expect(state.sent).toEqual([])
  expect(state.timer?.ms).toBe(450)
  state.timer?.call()
  expect(state.sent).toEqual([[0]])
  expect(state.timer).toBeUndefined()
})

it('is not sent once it is dropped', () => {
  const { state, sound } = mouth(2000)
  sound.push(piece(0), 24_000)
  sound.drop()
  sound.flush()
  expect(state.sent).toEqual([])
  expect(state.timer).toBeUndefined()
})

it('is never of two rates in one piece', () => {
  const { state, sound } = mouth(2000)
  sound.push(piece(0), 24_000)
  sound.push(piece(1), 16_000)
  sound.flush()
  expect(state.sent).toEqual([[0], [1]])
})
