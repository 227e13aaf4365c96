import { describe, expect, it } from 'vitest'
import { Arrivals } from './arrivals.ts'
import { fromMuLaw, toMuLaw } from './mu-law.ts'
import { inRealTime, type Pace } from './pacing.ts'
import { bytesOf, framesOf, joined, SampleReader, samplesOf } from './pcm.ts'
import { Resampler, resample } from './resample.ts'
import { readWav, soundOf, writeWav } from './wav.ts'

const ongoing = new AbortController().signal

function sine(hertz: number, sampleRate: number, ms: number, amplitude = 10_000): Int16Array {
  const length = Math.round((sampleRate * ms) / 1000)
  return Int16Array.from({ length }, (_, k) => Math.round(amplitude * Math.sin((2 * Math.PI * hertz * k) / sampleRate)))
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)
}

/** Leaves out the ends, where the sound begins and stops. */
function middle(samples: Int16Array): Int16Array {
  return samples.subarray(Math.round(samples.length * 0.1), Math.round(samples.length * 0.9))
}

/** A WAV file with any format, written by hand. */
function wav(
  format: { tag: number; channels: number; rate: number; bits: number },
  data: Uint8Array,
  extra = '',
): Buffer {
  const block = (format.channels * format.bits) / 8
  const fmt = Buffer.alloc(16)
  fmt.writeUInt16LE(format.tag, 0)
  fmt.writeUInt16LE(format.channels, 2)
  fmt.writeUInt32LE(format.rate, 4)
  fmt.writeUInt32LE(format.rate * block, 8)
  fmt.writeUInt16LE(block, 12)
  fmt.writeUInt16LE(format.bits, 14)
  const chunk = (name: string, content: Uint8Array) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(content.length)
    return Buffer.concat([Buffer.from(name), length, content, Buffer.alloc(content.length % 2)])
  }
  const body = [Buffer.from('WAVE'), chunk('fmt ', fmt), ...(extra === '' ? [] : [chunk('LIST', Buffer.from(extra))])]
  const all = Buffer.concat([...body, chunk('data', data)])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(all.length)
  return Buffer.concat([Buffer.from('RIFF'), length, all])
}

describe('WAV', () => {
  it('reads what it writes', () => {
    const samples = sine(440, 16_000, 50)
    expect(readWav(writeWav(samples, 16_000))).toEqual({
      format: { encoding: 'pcm', channels: 1, sampleRate: 16_000, bitsPerSample: 16 },
      samples,
    })
  })

  it.each([
    ['8 bits', { tag: 1, bits: 8 }, Uint8Array.of(128, 255, 0), [0, 32_512, -32_768]],
    ['16 bits', { tag: 1, bits: 16 }, Uint8Array.of(0, 0, 0xff, 0x7f, 0, 0x80), [0, 32_767, -32_768]],
    ['24 bits', { tag: 1, bits: 24 }, Uint8Array.of(0, 0, 0, 0, 0xff, 0x7f, 0, 0, 0x80), [0, 32_767, -32_768]],
    ['32 bits', { tag: 1, bits: 32 }, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x40), [0, 16_384]],
    ['float', { tag: 3, bits: 32 }, new Uint8Array(Float32Array.of(0, 0.5, -2).buffer), [0, 16_384, -32_768]],
    ['double', { tag: 3, bits: 64 }, new Uint8Array(Float64Array.of(1, Number.NaN).buffer), [32_767, 0]],
    ['mu-law', { tag: 7, bits: 8 }, Uint8Array.of(0xff, 0x80, 0x00), [0, 32_124, -32_124]],
  ])('reads %s', (_, { tag, bits }, data, samples) => {
    expect([...readWav(wav({ tag, bits, channels: 1, rate: 8000 }, data)).samples]).toEqual(samples)
  })

  it('averages channels, skips what is no sound, and takes a frame that is cut off as none', () => {
    const data = Buffer.concat([bytesOf(Int16Array.of(100, 300, -100, -300)), Uint8Array.of(1)])
    const file = wav({ tag: 1, bits: 16, channels: 2, rate: 44_100 }, data, 'odd')
    expect([...readWav(file).samples]).toEqual([200, -200])
  })

  it('takes all there is where the header promises more', () => {
    const file = Buffer.from(writeWav(Int16Array.of(1, 2, 3), 22_050))
    file.writeUInt32LE(0x7ffff000, 40)
    expect([...readWav(file).samples]).toEqual([1, 2, 3])
  })

  it('gives the rate that is wanted', () => {
    expect(soundOf(writeWav(sine(440, 22_050, 100), 22_050), 16_000)).toHaveLength(1600)
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['an MP3', Buffer.from([0x49, 0x44, 0x33, 0x04, 0, 0, 0, 0, 0, 0, 0, 0]), '49 44 33 04'],
    ['a compressed WAV', wav({ tag: 0x55, bits: 16, channels: 1, rate: 8000 }, Buffer.alloc(4)), 'compressed'],
    ['12 bits', wav({ tag: 1, bits: 12, channels: 1, rate: 8000 }, Buffer.alloc(4)), '12 bits'],
    ['no channels', wav({ tag: 1, bits: 16, channels: 0, rate: 8000 }, Buffer.alloc(4)), '0 channels'],
    ['no rate', wav({ tag: 1, bits: 16, channels: 1, rate: 0 }, Buffer.alloc(4)), '0 samples a second'],
    ['a header alone', wav({ tag: 1, bits: 16, channels: 1, rate: 8000 }, Buffer.alloc(0)).subarray(0, 36), 'no sound'],
  ])('says what is wrong with %s and what to do', (_, file, reason) => {
    expect(() => readWav(file)).toThrow(reason)
    expect(() => readWav(file)).toThrow(
      expect.objectContaining({ code: 'audio_not_wav', userMessage: expect.stringContaining('ffmpeg -i INPUT') }),
    )
  })
})

describe('resample', () => {
  it.each([
    [48_000, 16_000],
    [22_050, 24_000],
    [8000, 24_000],
    [24_000, 8000],
    [44_100, 16_000],
  ])('keeps a tone from %i to %i, and its length', (from, to) => {
    const made = resample(sine(1000, from, 500), from, to)
    expect(Math.abs(made.length - to / 2)).toBeLessThanOrEqual(1)
    const wanted = sine(1000, to, 500)
    const error = middle(made.map((sample, k) => sample - (wanted[k] ?? 0)))
    expect(rms(error)).toBeLessThan(15)
  })

  it('takes away what the lower rate cannot hold, instead of folding it down', () => {
    expect(rms(middle(resample(sine(11_000, 48_000, 300), 48_000, 16_000)))).toBeLessThan(7)
  })

  it('makes the same of a stream in pieces as of the whole', () => {
    const samples = sine(700, 22_050, 300)
    const resampler = new Resampler(22_050, 24_000)
    const parts = [...framesOf(samples, 22_050, 7)].map((frame) => resampler.push(frame))
    expect(joined([...parts, resampler.rest()])).toEqual(resample(samples, 22_050, 24_000))
  })

  it('makes roughly as much and as loud of what is not worth the work, and goes on finely after it', () => {
    const samples = sine(700, 24_000, 300)
    const [fine, rough] = [new Resampler(24_000, 16_000), new Resampler(24_000, 16_000)]
    const parts = [...framesOf(samples, 24_000, 10)].map((frame, at) => {
      return [fine.push(frame), at < 20 ? rough.pushRoughly(frame) : rough.push(frame)] as const
    })
    for (const [one, other] of parts) expect(other).toHaveLength(one.length)
    const [one, other] = [0, 1].map((which) => parts.slice(5, 15).map((both) => both[which] ?? new Int16Array()))
    expect(rms(joined(other ?? [])) / rms(joined(one ?? []))).toBeCloseTo(1, 1)
    for (const [made, same] of parts.slice(21)) expect(same).toEqual(made)
  })

  it('makes nothing of nothing', () => {
    expect(resample(new Int16Array(), 8000, 16_000)).toHaveLength(0)
    expect(new Resampler(8000, 16_000).rest()).toHaveLength(0)
  })
})

describe('mu-law', () => {
  it('gives back each of its 256 values', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const back = toMuLaw(fromMuLaw(bytes))
    // 0x7f is minus zero, which is zero.
    expect([...back].map((byte, at) => (at === 0x7f ? 0x7f : byte))).toEqual([...bytes])
  })

  it('loses no more than the step of its scale', () => {
    for (const sample of [0, 1, -1, 100, -100, 1000, -12_345, 32_767, -32_768]) {
      const [back = Number.NaN] = fromMuLaw(toMuLaw(Int16Array.of(sample)))
      expect(Math.abs(back - sample)).toBeLessThanOrEqual(Math.max(4, Math.abs(sample) / 16))
    }
  })
})

describe('SampleReader', () => {
  it('puts samples together across pieces of odd length', () => {
    const samples = sine(440, 8000, 5)
    const bytes = bytesOf(samples)
    const reader = new SampleReader()
    const read = [bytes.subarray(0, 3), bytes.subarray(3, 4), bytes.subarray(4, 9), bytes.subarray(9)]
    expect(joined(read.map((piece) => reader.read(piece)))).toEqual(samples)
  })

  it('reads at any offset', () => {
    expect([...samplesOf(Uint8Array.of(9, 1, 2, 3, 4).subarray(1))]).toEqual([0x0201, 0x0403])
  })
})

describe('inRealTime', () => {
  function slowly(busyMs: number) {
    let nowMs = 0
    const pace: Pace = {
      nowMs: () => nowMs,
      wait: async (ms) => {
        nowMs += ms
      },
    }
    return { pace, busy: () => (nowMs += busyMs), at: () => nowMs }
  }

  it('gives each frame when its last sample would have been recorded', async () => {
    const { pace, at } = slowly(0)
    const times: number[] = []
    for await (const _ of inRealTime(framesOf(new Int16Array(800), 8000, 20), 8000, pace, ongoing)) times.push(at())
    expect(times).toEqual([20, 40, 60, 80, 100])
  })

  it('catches up with a reader who was busy', async () => {
    const { pace, busy, at } = slowly(30)
    const times: number[] = []
    for await (const _ of inRealTime(framesOf(new Int16Array(800), 8000, 20), 8000, pace, ongoing)) {
      times.push(at())
      if (times.length <= 2) busy()
    }
    expect(times).toEqual([20, 50, 80, 80, 100])
  })

  it('stops waiting when told to', async () => {
    const stop = new AbortController()
    const waiting: Pace = {
      nowMs: () => 0,
      wait: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    const frames = inRealTime([new Int16Array(160)], 8000, waiting, stop.signal)
    const next = frames.next()
    stop.abort(new Error('hung up'))
    await expect(next).rejects.toThrow('hung up')
  })
})

describe('Arrivals', () => {
  it('hands out what came before its end, and nothing after', async () => {
    const arrivals = new Arrivals<number>()
    arrivals.push(1)
    arrivals.push(2)
    arrivals.end()
    arrivals.push(3)
    expect(await Array.fromAsync(arrivals)).toEqual([1, 2])
  })

  it('drops what waits when it fails', async () => {
    const arrivals = new Arrivals<number>()
    arrivals.push(1)
    arrivals.fail(new Error('cut'))
    await expect(Array.fromAsync(arrivals)).rejects.toThrow('cut')
  })

  it('wakes a reader who waits', async () => {
    const arrivals = new Arrivals<number>()
    const all = Array.fromAsync(arrivals)
    await Promise.resolve()
    arrivals.push(1)
    await Promise.resolve()
    arrivals.end()
    expect(await all).toEqual([1])
  })
})
