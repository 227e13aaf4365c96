import { describe, expect, it } from 'vitest'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { addedMs, loopTime } from './added-time.ts'
import { quickProviders } from './scripts.ts'

/** The first sentence has seven words: 100 ms and seven times 20 ms after the model was asked, another has begun. */
function marksOf(...marks: [ProviderMark['what'], number][]): ProviderMark[] {
  return marks.map(([what, at]) => ({ what, at }))
}

describe('what a turn took', () => {
  const marks = marksOf(['model-asked', 1003], ['sentence-given', 1244], ['voice-asked', 1246], ['sound-given', 1297])

  it('adds what is left of the time to the first sound, whatever the providers really took', () => {
    expect(addedMs({ endedAt: 1000, soundAt: 1299 }, marks, 0, quickProviders)).toBe(299 - 100 - 140 - 50)
  })

  it('takes from a model that was asked early only what it was still at work', () => {
    const early = marksOf(['model-asked', 900], ['sentence-given', 1140])
    expect(addedMs({ endedAt: 1000, soundAt: 1200 }, early, 0, quickProviders)).toBe(200 - 140 - 50)
    expect(addedMs({ endedAt: 1000, soundAt: 1360 }, early, 300, quickProviders)).toBe(60 - 50)
  })

  it('parts what the loop took', () => {
    expect(loopTime({ endedAt: 1000, soundAt: 1299 }, marks, 0)).toEqual({ toModel: 3, toVoice: 2, toSound: 2 })
    expect(loopTime({ endedAt: 900, soundAt: 1299 }, marks, 345)).toEqual({ toModel: 0, toVoice: 1, toSound: 2 })
  })

  it('knows nothing of a turn whose voice was never asked', () => {
    expect(loopTime({ endedAt: 1000, soundAt: 1299 }, marksOf(['model-asked', 1003]), 0)).toBeUndefined()
  })
})
