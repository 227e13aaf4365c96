import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64, toPcm16 } from './pcm.ts'

describe('PCM16 on the wire', () => {
  it('has its low byte first and comes back as it went', () => {
    expect(toBase64(Int16Array.of(1, -2))).toBe('AQD+/w==')
    const samples = Int16Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 65_536)
    expect(fromBase64(toBase64(samples))).toEqual(samples)
  })

  it('cuts off what is too loud instead of turning it over', () => {
    expect([...toPcm16(Float32Array.of(2, -2, 0.5))]).toEqual([32_767, -32_767, 16_384])
  })

  it('leaves out half a sample', () => {
    expect([...fromBase64(btoa('\u0001\u0000\u0007'))]).toEqual([1])
  })
})
