import { describe, expect, it } from 'vitest'
import { chance } from '../chance.ts'
import { packetFates } from './line.ts'

const drawn = (quality: Parameters<typeof packetFates>[0], seed: number, count = 20_000) => {
  const fate = packetFates(quality, chance(seed))
  return Array.from({ length: count }, fate)
}
const arrived = (fates: readonly (number | 'lost')[]) => fates.filter((fate) => fate !== 'lost')

describe('a line', () => {
  it('loses as many packets as it was told to', () => {
    const fates = drawn({ loss: 0.05, delayMs: 40, jitterMs: 30 }, 1)
    expect(1 - arrived(fates).length / fates.length).toBeCloseTo(0.05, 2)
  })

  it('spreads delays evenly around the middle one, so that packets overtake each other', () => {
    const times = arrived(drawn({ loss: 0.05, delayMs: 40, jitterMs: 30 }, 2))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...times)).toBeLessThan(70)
    expect(times.reduce((sum, time) => sum + time, 0) / times.length).toBeCloseTo(40, 0)
    for (const from of [10, 30, 50])
      expect(times.filter((time) => time >= from && time < from + 20).length / times.length).toBeCloseTo(1 / 3, 1)
    // 20 ms after it a packet follows: here and there it is the first to arrive.
    expect(times.some((time, at) => time > (times[at + 1] ?? time) + 20)).toBe(true)
  })

  it('is the same at every run with the same seed, and another with another', () => {
    const quality = { loss: 0.1, delayMs: 120, jitterMs: 100 }
    expect(drawn(quality, 3)).toEqual(drawn(quality, 3))
    expect(drawn(quality, 3)).not.toEqual(drawn(quality, 4))
  })

  it('delays the same packets alike whatever it loses', () => {
    const [whole, lossy] = [0, 0.5].map((loss) => drawn({ loss, delayMs: 40, jitterMs: 30 }, 5))
    const differing = lossy?.filter((fate, at) => fate !== 'lost' && fate !== whole?.[at])
    expect(differing).toEqual([])
  })

  it('sends nothing back in time', () => {
    expect(Math.min(...arrived(drawn({ loss: 0, delayMs: 10, jitterMs: 50 }, 6)))).toBe(0)
  })
})
