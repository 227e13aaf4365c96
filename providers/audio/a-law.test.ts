import { describe, expect, it } from 'vitest'
import { fromALaw, toALaw } from './a-law.ts'

describe('A-law', () => {
  it('gives each byte back that it was read from', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    expect(toALaw(fromALaw(bytes))).toEqual(bytes)
  })

  it('writes and reads what the standard says', () => {
    expect([...toALaw(Int16Array.of(0, -1, 32_767, -32_768, 1000))]).toEqual([213, 85, 170, 42, 250])
    expect([...fromALaw(Uint8Array.of(0, 1, 2, 3, 4))]).toEqual([-5504, -5248, -6016, -5760, -4480])
  })

  it('is never further off than a thirty-second', () => {
    const all = Int16Array.from({ length: 65_536 }, (_, k) => k - 32_768)
    const read = fromALaw(toALaw(all))
    const worst = all.reduce(
      (most, sample, k) => Math.max(most, Math.abs(sample - (read[k] ?? 0)) / Math.max(256, Math.abs(sample))),
      0,
    )
    expect(worst).toBeLessThanOrEqual(1 / 32)
  })
})
