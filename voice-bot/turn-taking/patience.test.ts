import { describe, expect, it } from 'vitest'
import { neededSilence, type Pause } from './patience.ts'

const sentence = { state: 'unclear', because: '', odds: 0.9 } as const
const pause: Pause = { sentence, cadence: 'unknown', recogniser: undefined, eagerness: 'medium', tempo: 1, patience: 1 }

describe('neededSilence', () => {
  it('falls steadily as a sentence is likelier to be over', () => {
    const waits = [-2, 0, 0.4, 0.8, 1.2, 1.8, 4].map((odds) =>
      neededSilence({ ...pause, sentence: { ...sentence, odds } }),
    )
    expect(waits).toEqual(waits.toSorted((one, other) => other - one))
    expect(waits.at(0)).toBeGreaterThan(1500)
    expect(waits.at(-1)).toBeLessThan(400)
  })

  it('is less where the voice falls or the recogniser believes in an end, and more where a vowel is held', () => {
    const usual = neededSilence(pause)
    expect(neededSilence({ ...pause, cadence: 'falling' })).toBeLessThan(usual)
    expect(neededSilence({ ...pause, recogniser: 'end' })).toBeLessThan(usual)
    expect(neededSilence({ ...pause, cadence: 'held' })).toBeGreaterThan(usual)
  })

  it('grows with a speaker who was cut off, but a long wait hardly', () => {
    expect(neededSilence({ ...pause, tempo: 1.3 })).toBeCloseTo(1.3 * neededSilence(pause))
    const filler = { ...pause, sentence: { ...sentence, state: 'filler' } } as const
    expect(neededSilence({ ...filler, tempo: 1.3 })).toBeLessThanOrEqual(1.1 * neededSilence(filler))
  })

  it('is never longer than the Realtime protocol allows, however patient we are asked to be', () => {
    const filler = { ...pause, sentence: { ...sentence, state: 'filler' }, patience: 9 } as const
    const of = (eagerness: Pause['eagerness']) => neededSilence({ ...filler, eagerness })
    expect([of('high'), of('medium'), of('auto'), of('low')]).toEqual([2000, 4000, 4000, 8000])
  })
})
