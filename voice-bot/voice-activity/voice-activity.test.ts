import { describe, expect, it } from 'vitest'
import { judgeByLevel } from './frames-by-level.ts'
import { pitchHz } from './pitch.ts'
import { voiceActivityContract } from './voice-activity.contract.ts'
import { fakeVoiceActivity, saidAh } from './voice-activity.fake.ts'

describe('fakeVoiceActivity', () => {
  voiceActivityContract(fakeVoiceActivity)
})

/** As much as is looked at for one frame: 48 ms. */
const window = (sampleAt: (seconds: number) => number) =>
  Float32Array.from({ length: 768 }, (_, k) => sampleAt(k / 16_000))

describe('pitchHz', () => {
  it.each([70, 98, 130, 220, 310, 400])('finds a voice of %i Hz', (hz) => {
    const voice = window((at) => [1, 2, 3, 4].reduce((sum, k) => sum + Math.sin(2 * Math.PI * hz * k * at) / k, 0) / 4)
    expect(pitchHz(voice, 16_000)).toBeGreaterThan(hz * 0.98)
    expect(pitchHz(voice, 16_000)).toBeLessThan(hz * 1.02)
  })

  it('finds the pitch of a vowel, not that of its formants', () => {
    const vowel = saidAh(1, 16_000, 130).subarray(2000, 2768)
    const pitch = pitchHz(
      Float32Array.from(vowel, (sample) => sample / 32_768),
      16_000,
    )
    expect(pitch).toBeGreaterThan(120)
    expect(pitch).toBeLessThan(140)
  })

  it('finds none in noise, in a click and in silence', () => {
    let seed = 1
    const noise = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647 - 0.5
    }
    expect(pitchHz(window(noise), 16_000)).toBeUndefined()
    expect(
      pitchHz(
        window((at) => (at >= 0.02 && at < 0.021 ? 0.8 : 0)),
        16_000,
      ),
    ).toBeUndefined()
    expect(pitchHz(new Float32Array(768), 16_000)).toBeUndefined()
  })
})

describe('judgeByLevel', () => {
  const last = (levels: readonly number[]) => {
    const judge = judgeByLevel()
    return levels.reduce((_, level) => judge(level), 0)
  }
  const seconds = (count: number, level: number) => Array.from({ length: Math.round(count * 31) }, () => level)

  it('takes what stands out from the background for speech', () => {
    expect(last([...seconds(5, -55), ...seconds(0.3, -25)])).toBeGreaterThan(0.8)
    expect(last([...seconds(5, -55), ...seconds(0.3, -25), ...seconds(0.1, -55)])).toBeLessThan(0.1)
  })

  it('takes a noise that stays for the background', () => {
    expect(last(seconds(20, -30))).toBeLessThan(0.1)
  })

  it('takes nothing faint for speech', () => {
    expect(last([...seconds(5, -Infinity), ...seconds(1, -60)])).toBe(0)
  })
})
