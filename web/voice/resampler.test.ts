import { describe, expect, it } from 'vitest'
import { Resampler } from './resampler.ts'

describe('Resampler', () => {
  it.each([
    [48_000, 24_000],
    [44_100, 24_000],
    [24_000, 48_000],
    [24_000, 44_100],
    [16_000, 24_000],
  ])('keeps a tone a tone from %d to %d Hz, in pieces of any length', (from, to) => {
    const out = inPieces(new Resampler(from, to), tone(1000, from, from), [128, 1, 777])
    const settled = out.subarray(1000, to - 1000)
    const distance = rms(settled.map((sample, at) => sample - Math.sin((2 * Math.PI * 1000 * (at + 1000)) / to)))
    expect(20 * Math.log10(distance / rms(settled))).toBeLessThan(-55)
  })

  it('lets nothing through that the lower rate cannot carry', () => {
    const out = inPieces(new Resampler(48_000, 24_000), tone(15_000, 48_000, 48_000), [128])
    expect(20 * Math.log10(rms(out.subarray(1000)))).toBeLessThan(-50)
  })

  it('says how much it needs for an output of a given length', () => {
    const resampler = new Resampler(24_000, 44_100)
    let made = 0
    for (let turn = 0; turn < 1000; turn++) {
      const out = resampler.push(new Float32Array(resampler.needed(128)))
      expect(out.length).toBeGreaterThanOrEqual(128)
      made += out.length
    }
    expect(made).toBeLessThan(1000 * 130)
  })
})

function inPieces(resampler: Resampler, samples: Float32Array, lengths: readonly number[]): Float32Array {
  const out: number[] = []
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 128
    out.push(...resampler.push(samples.subarray(at, at + length)))
    at += length
  }
  return Float32Array.from(out)
}

function tone(hertz: number, rate: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => Math.sin((2 * Math.PI * hertz * at) / rate))
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}
