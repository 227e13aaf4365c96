import { expect, it } from 'vitest'
import { framesOf } from '#providers/audio/pcm.ts'
import { saidAh } from './voice-activity.fake.ts'
import type { VoiceActivityDetector, VoiceFrame } from './voice-activity.ts'

/** All that is told of a sound that is given in pieces of `pieceMs`. */
export async function heard(
  detector: VoiceActivityDetector,
  sound: Int16Array,
  sampleRate: number,
  pieceMs = 20,
): Promise<VoiceFrame[]> {
  const expected = Math.floor((sound.length * 1000) / sampleRate / 32)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const frames: VoiceFrame[] = []
  const onFrame = (frame: VoiceFrame) => {
    frames.push(frame)
    if (frames.length === expected) resolve()
  }
  const stream = detector.open({ sampleRate, onFrame, onFailure: reject })
  for (const piece of framesOf(sound, sampleRate, pieceMs)) stream.push(piece)
  await promise
  // One more than there should be would come now.
  await new Promise((next) => setTimeout(next, 20))
  stream.close()
  return frames
}

/** What it means to hear whether somebody speaks. */
export function voiceActivityContract(open: () => VoiceActivityDetector): void {
  it.each([8000, 16_000, 22_050, 24_000, 44_100, 48_000])(
    'tells every 32 ms of %i samples a second once, in order',
    async (rate) => {
      await using detector = open()
      const sound = new Int16Array(1.5 * rate)
      for (const pieceMs of [3, 10, 700]) {
        const frames = await heard(detector, sound, rate, pieceMs)
        expect(frames.map(({ endMs }) => endMs)).toEqual(Array.from({ length: 46 }, (_, k) => (k + 1) * 32))
        expect(new Set(frames.map(({ durationMs }) => durationMs))).toEqual(new Set([32]))
      }
    },
  )

  it('tells voice from silence', async () => {
    await using detector = open()
    const sound = new Int16Array(24_000 * 5)
    sound.set(saidAh(2, 24_000), 24_000)
    const frames = await heard(detector, sound, 24_000)
    const greatest = (fromMs: number, toMs: number) =>
      Math.max(...frames.filter(({ endMs }) => endMs > fromMs && endMs <= toMs).map(({ probability }) => probability))
    expect(greatest(0, 990)).toBeLessThan(0.1)
    expect(greatest(1500, 3000)).toBeGreaterThan(0.5)
    expect(greatest(4000, 5000)).toBeLessThan(0.1)
  })

  it('tells how loud it is', async () => {
    await using detector = open()
    const square = Int16Array.from({ length: 16_000 }, (_, k) => (k % 80 < 40 ? 16_384 : -16_384))
    for (const { levelDb } of await heard(detector, square, 16_000)) expect(levelDb).toBeCloseTo(-6.02, 1)
    for (const { levelDb } of await heard(detector, new Int16Array(16_000), 16_000)) expect(levelDb).toBe(-Infinity)
  })

  it('keeps many streams apart', async () => {
    await using detector = open()
    const silence = heard(detector, new Int16Array(32_000), 16_000)
    const voice = saidAh(2, 16_000)
    const voices = await Promise.all(Array.from({ length: 40 }, () => heard(detector, voice, 16_000)))
    for (const { probability } of await silence) expect(probability).toBeLessThan(0.1)
    const alone = await heard(detector, voice, 16_000)
    for (const frames of voices) {
      for (const [at, { probability }] of frames.entries())
        expect(probability).toBeCloseTo(alone[at]?.probability ?? -1, 4)
    }
  })

  it('tells nothing before push has returned, and nothing after the stream is closed', async () => {
    await using detector = open()
    let told = 0
    const onFrame = () => {
      told += 1
    }
    const stream = detector.open({ sampleRate: 16_000, onFrame, onFailure: () => {} })
    stream.push(saidAh(1, 16_000))
    expect(told).toBe(0)
    stream.close()
    stream.close()
    stream.push(saidAh(1, 16_000))
    await heard(detector, saidAh(1, 16_000), 16_000)
    expect(told).toBe(0)
  })

  it('keeps no hold of what it was given', async () => {
    await using detector = open()
    const frames: VoiceFrame[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const onFrame = (frame: VoiceFrame) => {
      if (frames.push(frame) === 93) resolve()
    }
    const stream = detector.open({ sampleRate: 48_000, onFrame, onFailure: () => {} })
    const piece = new Int16Array(48_000 * 3)
    stream.push(piece)
    piece.fill(12_000)
    await promise
    expect(frames.every(({ levelDb }) => levelDb === -Infinity)).toBe(true)
  })

  it.each([0, 7999, 48_001, Number.NaN])('refuses %d samples a second', async (sampleRate) => {
    await using detector = open()
    expect(() => detector.open({ sampleRate, onFrame: () => {}, onFailure: () => {} })).toThrow(RangeError)
  })
}
