import { expect, it } from 'vitest'
import { quantize } from './quantized-vector.ts'
import { TopCandidates } from './top-candidates.ts'
import { VectorArena } from './vector-arena.ts'

const visible = Uint8Array.of(0, 1)

it('still knows every vector after most were removed', () => {
  const arena = new VectorArena(2)
  const rows = 20_000
  for (let row = 1; row <= rows; row++) {
    const { scale, components } = quantize(direction(row / rows))
    arena.add(row, 1, scale, new Uint8Array(components.buffer))
  }
  for (let row = 1; row <= rows; row++) if (row % 5 !== 0) arena.rescope(row, 0)
  arena.rescope(rows + 1, 0)
  const top = new TopCandidates(rows, -2)
  arena.scan(direction(1), visible, top)
  const found = top.ranked()
  expect(found).toHaveLength(rows / 5)
  expect(found.every(({ row }) => row % 5 === 0)).toBe(true)
  for (const { row, score } of found) expect(score).toBeCloseTo(Math.cos(Math.PI * (1 - row / rows)), 1)
})

it('sees a changed scope, and never a removed passage again', () => {
  const arena = new VectorArena(2)
  const { scale, components } = quantize(direction(0))
  for (const row of [3, 5]) arena.add(row, 1, scale, new Uint8Array(components.buffer))
  arena.rescope(3, 0)
  arena.rescope(3, 1)
  arena.rescope(5, 2)
  expect(scanned(arena, Uint8Array.of(0, 1, 0))).toEqual([])
  expect(scanned(arena, Uint8Array.of(0, 0, 1))).toEqual([5])
})

/** From 0 to 1: half a turn. */
function direction(share: number): Float32Array {
  return Float32Array.of(Math.cos(Math.PI * share), Math.sin(Math.PI * share))
}

function scanned(arena: VectorArena, scopes: Uint8Array): number[] {
  const top = new TopCandidates(10, -2)
  arena.scan(direction(0), scopes, top)
  return top.ranked().map(({ row }) => row)
}
