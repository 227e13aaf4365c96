import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quantize, restored } from './quantized-vector.ts'

const component = fc.double({ min: -1, max: 1, noNaN: true }).map((value) => (Math.abs(value) < 1e-6 ? 0 : value))

it('keeps the direction to within a degree, and gives back unit length', () => {
  const vectors = fc
    .array(component, { minLength: 2, maxLength: 256 })
    .filter((vector) => vector.some((value) => value !== 0))
  fc.assert(
    fc.property(vectors, (given) => {
      const length = Math.hypot(...given)
      const vector = Float32Array.from(given, (value) => value / length)
      const { scale, components } = quantize(vector)
      const back = restored(scale, new Uint8Array(components.buffer))
      expect(Math.hypot(...back)).toBeCloseTo(1, 5)
      const cosine = back.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0)
      expect(cosine).toBeGreaterThan(Math.cos(Math.PI / 180))
    }),
  )
})

it('keeps the empty vector empty', () => {
  const { scale, components } = quantize(new Float32Array(3))
  expect({ scale, components }).toEqual({ scale: 0, components: new Int8Array(3) })
})
