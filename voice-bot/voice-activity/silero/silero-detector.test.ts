import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BroadcastChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { framesOf } from '#providers/audio/pcm.ts'
import { soundOf } from '#providers/audio/wav.ts'
import { createLog, silentLog } from '#runtime/log.ts'
import { VoiceActivityLostError } from '../errors.ts'
import { heard, voiceActivityContract } from '../voice-activity.contract.ts'
import { saidAh } from '../voice-activity.fake.ts'
import type { VoiceActivityDetector, VoiceFrame } from '../voice-activity.ts'
import { createVoiceActivityDetector } from './silero-detector.ts'

describe('SileroDetector', () => {
  voiceActivityContract(() => createVoiceActivityDetector({ log: silentLog }))
})

const mortalThread = new URL('./mortal-silero-thread.fake.ts', import.meta.url)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Loud, and no voice: what level alone takes for one, and Silero doesn't. */
function noise(seconds: number, sampleRate: number): Int16Array {
  let seed = 7
  return Int16Array.from({ length: seconds * sampleRate }, () => {
    seed = (seed * 16_807) % 2_147_483_647
    return (seed / 2_147_483_647 - 0.5) * 12_000
  })
}

/** A stream whose frames can be waited for. Its thread begins again by itself, soon: `lost` is told before that. */
function opened(detector: VoiceActivityDetector, sampleRate: number, lost: () => void = () => undefined) {
  const frames: VoiceFrame[] = []
  const failures: unknown[] = []
  const stream = detector.open({
    sampleRate,
    onFrame: (frame) => frames.push(frame),
    onFailure: (error) => {
      failures.push(error)
      lost()
    },
  })
  return { frames, failures, ...stream }
}

/** Opens a stream of which the thread dies. @returns Right when that is known, before another thread begins. */
function killed(detector: VoiceActivityDetector): Promise<void> {
  return new Promise((resolve) => {
    const deadly = opened(detector, 11_025, () => {
      // Open, it would kill the next thread too.
      deadly.close()
      resolve()
    })
  })
}

describe('a thread that dies', () => {
  it('costs no frame: level alone is told until another thread hears again', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', content: false, destination: { write: (line) => lines.push(line) } })
    await using detector = createVoiceActivityDetector({ log, threads: 1, thread: mortalThread })
    const survivor = opened(detector, 16_000, () => survivor.push(noise(1, 16_000)))
    survivor.push(noise(1, 16_000))
    await expect.poll(() => survivor.frames.length).toBe(31)
    await killed(detector)
    await expect.poll(() => survivor.frames.length).toBe(62)
    await expect.poll(() => lines.some((line) => line.includes('works again'))).toBe(true)
    survivor.push(noise(2, 16_000))
    await expect.poll(() => survivor.frames.length).toBe(125)
    expect(survivor.failures).toEqual([expect.any(VoiceActivityLostError)])
    expect(survivor.frames.map(({ endMs }) => endMs)).toEqual(Array.from({ length: 125 }, (_, k) => (k + 1) * 32))
    const greatest = (from: number, to: number) =>
      Math.max(...survivor.frames.slice(from, to).map(({ probability }) => probability))
    expect(greatest(31, 40)).toBeGreaterThan(0.8)
    expect(greatest(80, 125)).toBeLessThan(0.5)
  })

  it('is told to those who begin to talk while there is none', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog, threads: 1, thread: mortalThread })
    await killed(detector)
    const late = opened(detector, 24_000)
    late.push(noise(1, 24_000))
    expect(late.failures).toEqual([])
    await expect.poll(() => late.frames.length).toBe(31)
    expect(late.failures).toHaveLength(1)
  })

  it('leaves alone those who are heard by another', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog, threads: 2, thread: mortalThread })
    const safe = opened(detector, 16_000)
    await killed(detector)
    safe.push(saidAh(2, 16_000))
    await expect.poll(() => safe.frames.length).toBe(62)
    expect(safe.failures).toEqual([])
  })
})

describe('a detector', () => {
  it('ends with streams that are open, and tells nothing more', async () => {
    const detector = createVoiceActivityDetector({ log: silentLog })
    const stream = opened(detector, 16_000)
    stream.push(saidAh(20, 16_000))
    await detector[Symbol.asyncDispose]()
    const told = stream.frames.length
    await pause(30)
    expect(stream.frames.length).toBe(told)
    expect(stream.failures).toEqual([])
  })

  it('is awake whenever sound comes, also after it was woken for streams that are gone', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog, threads: 1 })
    const streams = Array.from({ length: 5 }, () => opened(detector, 16_000))
    for (let round = 1; round <= 5; round++) {
      for (const stream of streams) stream.push(noise(0.32, 16_000))
      for (const { frames } of streams) await expect.poll(() => frames.length, { interval: 5 }).toBe(10 * round)
      const gone = opened(detector, 16_000)
      gone.push(noise(0.32, 16_000))
      gone.close()
      // Longer than it waits for more.
      await pause(250)
    }
    for (const { failures } of streams) expect(failures).toEqual([])
  })

  it('makes up for a minute that comes at once, and lets others through meanwhile', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog, threads: 1 })
    const flood = opened(detector, 48_000)
    flood.push(noise(60, 48_000))
    const voice = detector.open({
      sampleRate: 16_000,
      onFrame: ({ endMs }) => floodedAt.set(endMs, flood.frames.length),
      onFailure: () => undefined,
    })
    const floodedAt = new Map<number, number>()
    voice.push(saidAh(1, 16_000))
    await expect.poll(() => floodedAt.size).toBe(31)
    expect(floodedAt.get(31 * 32)).toBeLessThan(1875)
    await expect.poll(() => flood.frames.length, { timeout: 20_000 }).toBe(1875)
  })
})

/** What is told by a channel. */
function toldBy(name: string): Disposable & { told: unknown[] } {
  const channel = new BroadcastChannel(name)
  const told: unknown[] = []
  channel.onmessage = ({ data }: { data: unknown }) => void told.push(data)
  return { told, [Symbol.dispose]: () => channel.close() }
}

describe('a detector that is warmed', () => {
  const tellingThread = new URL('./telling-silero-thread.fake.ts', import.meta.url)
  const unloadableThread = new URL('./unloadable-silero-thread.fake.ts', import.meta.url)

  it('loads its model once, before anybody is listened to, and not before', async () => {
    using channel = toldBy('telling-silero-thread')
    await using detector = createVoiceActivityDetector({ log: silentLog, threads: 1, thread: tellingThread })
    await pause(100)
    expect(channel.told).toEqual([])
    detector.warm()
    detector.warm()
    await expect.poll(() => channel.told, { timeout: 20_000 }).toEqual(['begun', 'loaded'])
    expect(await heard(detector, saidAh(1, 16_000), 16_000)).toHaveLength(31)
    expect(channel.told).toEqual(['begun', 'loaded'])
  })

  it('tells whoever opens a stream that nothing could be loaded', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', content: false, destination: { write: (line) => lines.push(line) } })
    await using detector = createVoiceActivityDetector({ log, threads: 1, thread: unloadableThread })
    detector.warm()
    await expect.poll(() => lines.some((line) => line.includes('was lost')), { timeout: 20_000 }).toBe(true)
    const stream = opened(detector, 16_000)
    stream.push(noise(1, 16_000))
    await expect.poll(() => stream.frames.length, { timeout: 20_000 }).toBe(31)
    expect(stream.failures).toEqual([expect.any(VoiceActivityLostError)])
  })

  it('ends well while its thread fails', async () => {
    for (let nth = 0; nth < 5; nth += 1) {
      const detector = createVoiceActivityDetector({ log: silentLog, threads: 1, thread: unloadableThread })
      detector.warm()
      await pause(nth * 10)
      await expect(detector[Symbol.asyncDispose]()).resolves.toBeUndefined()
    }
  })

  it('keeps no process alive, and lets it end well', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'warmed-process.fake.ts')], { stdio: 'ignore' })
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

const recordings = join(import.meta.dirname, '../../../../shared/audio')
const lacksRecordings = !existsSync(recordings)
if (lacksRecordings) process.stderr.write('The tests of recorded speech are skipped: there are no recordings\n')

describe.skipIf(lacksRecordings)('recorded speech', () => {
  const recorded = (file: string, sampleRate: number) => soundOf(readFileSync(join(recordings, file)), sampleRate)
  /** Of all frames, those in which somebody probably speaks. */
  const share = (frames: readonly VoiceFrame[]) =>
    frames.filter(({ probability }) => probability > 0.5).length / frames.length

  it.each([8000, 16_000, 24_000, 48_000])('is found at %i samples a second', async (sampleRate) => {
    await using detector = createVoiceActivityDetector({ log: silentLog })
    const frames = await heard(detector, recorded('leopard/test.wav', sampleRate), sampleRate)
    const speech = frames.filter(({ probability }) => probability > 0.5)
    expect(speech[0]?.endMs).toBeGreaterThan(400)
    expect(speech[0]?.endMs).toBeLessThan(800)
    expect(speech.at(-1)?.endMs).toBeGreaterThan(5000)
    expect(speech.at(-1)?.endMs).toBeLessThan(5600)
  })

  it('is found where it is faint, and in Japanese', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog })
    expect(share(await heard(detector, recorded('speech_recognition/english.wav', 16_000), 16_000))).toBeGreaterThan(
      0.35,
    )
    expect(share(await heard(detector, recorded('leopard/test_ja.wav', 16_000), 16_000))).toBeGreaterThan(0.6)
  })

  it('is not found in loud noise', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog })
    expect(share(await heard(detector, recorded('leopard/empty.wav', 16_000), 16_000))).toBeLessThan(0.1)
  })

  it('begins and ends where it would if every frame were judged, though silence is not', async () => {
    await using detector = createVoiceActivityDetector({ log: silentLog })
    const speech = recorded('leopard/test.wav', 16_000)
    const pausing = new Int16Array(16_000 * 3 + speech.length)
    pausing.set(speech, 16_000 * 3)
    const alone = await heard(detector, speech, 16_000)
    const after = (await heard(detector, pausing, 16_000)).slice(-alone.length)
    const limits = (frames: readonly VoiceFrame[]) => {
      const said = frames.flatMap(({ probability }, at) => (probability > 0.5 ? [at] : []))
      return { first: said[0] ?? 0, last: said.at(-1) ?? 0 }
    }
    // Three seconds are no whole number of frames.
    expect(Math.abs(limits(after).first - limits(alone).first)).toBeLessThanOrEqual(2)
    expect(Math.abs(limits(after).last - limits(alone).last)).toBeLessThanOrEqual(2)
  })
})

it('keeps pieces of any length apart from their beginnings', async () => {
  await using detector = createVoiceActivityDetector({ log: silentLog })
  const sound = saidAh(2, 24_000)
  const whole = await heard(detector, sound, 24_000, 2000)
  const pieces = await heard(detector, sound, 24_000, 7)
  expect([...framesOf(sound, 24_000, 7)].length).toBeGreaterThan(200)
  for (const [at, { probability }] of pieces.entries()) expect(probability).toBeCloseTo(whole[at]?.probability ?? -1, 3)
})
