import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import wabt from 'wabt'
import { blockLength, DotProducts } from './dot-products.ts'

it('is compiled from its source', async () => {
  const source = await readFile(new URL('./dot-products.wat', import.meta.url), 'utf8')
  const compiler = await wabt()
  const { buffer } = compiler.parseWat('dot-products.wat', source, { simd: true }).toBinary({})
  expect(Buffer.from(buffer).equals(await readFile(new URL('./dot-products.wasm', import.meta.url)))).toBe(true)
})

it.each([1, 2, 31, 32, 33, 256, 384, 1536])('multiplies vectors of %i dimensions exactly', (dimensions) => {
  const dots = new DotProducts(dimensions)
  const vectors = Array.from({ length: 5 }, (_, slot) =>
    Int8Array.from({ length: dimensions }, (__, index) => ((index * 37 + slot * 101) % 255) - 127),
  )
  const query = Int16Array.from({ length: dimensions }, (_, index) => ((index * 7919) % 16383) - 8191)
  dots.reserve(vectors.length)
  for (const [slot, vector] of vectors.entries()) dots.put(slot, new Uint8Array(vector.buffer))
  dots.ask(query)
  const expected = vectors.map((vector) => vector.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0))
  expect([...dots.block(0, 5)]).toEqual(expected)
  expect([...dots.block(3, 2)]).toEqual(expected.slice(3))
})

it('does not overflow at the largest numbers, in many dimensions', () => {
  const dots = new DotProducts(8192)
  dots.reserve(1)
  dots.put(0, new Uint8Array(8192).fill(127))
  dots.ask(new Int16Array(8192).fill(dots.largestComponent))
  expect(dots.block(0, 1)[0]).toBe(127 * dots.largestComponent * 8192)
})

it('keeps what it holds while it grows', () => {
  const dots = new DotProducts(64)
  dots.reserve(1)
  dots.put(0, new Uint8Array(64).fill(1))
  dots.reserve(blockLength * 10)
  dots.put(blockLength * 10 - 1, new Uint8Array(64).fill(2))
  dots.ask(new Int16Array(64).fill(1))
  expect(dots.block(0, 1)[0]).toBe(64)
  expect(dots.block(blockLength * 10 - 1, 1)[0]).toBe(128)
})

it('moves a vector to another slot', () => {
  const dots = new DotProducts(40)
  dots.reserve(2)
  dots.put(1, new Uint8Array(40).fill(3))
  dots.move(1, 0)
  dots.ask(new Int16Array(40).fill(1))
  expect(dots.block(0, 1)[0]).toBe(120)
})
