import { describe, expect, it } from 'vitest'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { loopRow } from './loop-alone.ts'

/** A turn that ended then, of which the loop needs 1 ms, 2 ms and 0.5 ms beside the 240 and 50 ms of its providers. */
function turn(endedAt: number): { marks: ProviderMark[]; time: { endedAt: number; soundAt: number } } {
  const at = (what: ProviderMark['what'], ms: number): ProviderMark => ({ what, at: endedAt + ms })
  return {
    marks: [at('model-asked', 1), at('sentence-given', 241), at('voice-asked', 243), at('sound-given', 293)],
    time: { endedAt, soundAt: endedAt + 293.5 },
  }
}

describe('the loop alone', () => {
  it('is what is left when the delays of its providers are taken away', () => {
    const [one, other] = [turn(1000), turn(3000)]
    const row = loopRow({ times: [one.time, other.time], missed: 1, marks: [...one.marks, ...other.marks] })
    expect(row).toMatchObject({ turns: 2, missed: 1 })
    expect(row.total.p50).toBeCloseTo(293.5)
    expect(row.added?.p95).toBeCloseTo(3.5)
    expect(row.loop?.toModel.p95).toBeCloseTo(1)
    expect(row.loop?.toVoice.p95).toBeCloseTo(2)
    expect(row.loop?.toSound.p95).toBeCloseTo(0.5)
  })
})
