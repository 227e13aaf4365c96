import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { soundOf } from '#providers/audio/wav.ts'
import { chance } from '../chance.ts'
import { disturbances, interruptions, turnEnds } from './findings.ts'
import { heardScenes } from './listening.ts'
import { cough, loudness, mix, music, sampleRate, tone, toPcm, typing } from './noises.ts'
import { recordedDisturbances, recordedTurns } from './recorded-scenes.ts'
import { type Outcome, rehearse } from './rehearsal.ts'
import { turnTakingChart, turnTakingTables } from './report.ts'
import type { Scene } from './tape.ts'
import { nods, scriptedTurns } from './utterances.ts'

const recordings = join(import.meta.dirname, '../../../shared/audio')
const ongoing = new AbortController().signal
const usual = { detection: { kind: 'semantic_vad' } } as const
const Words = z.array(z.object({ word: z.string(), start_sec: z.number(), end_sec: z.number() }))

/** A recorded sentence after some silence, its words told 250 ms after each. */
function recorded(name: string, lang: 'en' | 'ja', rest: Partial<Scene> = {}): Scene {
  const sound = soundOf(readFileSync(join(recordings, `${name}.wav`)), sampleRate)
  const said = Words.parse(JSON.parse(readFileSync(join(recordings, `${name}.words.json`), 'utf8')))
  const beforeMs = 1000
  const samples = new Int16Array(sound.length + 6 * sampleRate)
  samples.set(sound, sampleRate)
  const words = said.map(({ word, end_sec }) => {
    const saidMs = beforeMs + 1000 * end_sec
    return { text: word, saidMs, toldMs: saidMs + 250, confidence: 0.9 }
  })
  const first = beforeMs + 1000 * (said[0]?.start_sec ?? 0)
  const toMs = words.at(-1)?.saidMs ?? 0
  const events = [{ kind: 'turn', fromMs: first, toMs, until: toMs + 5000, pauses: 0 }] as const
  return { lang, room: 'recorded', samples, words, events, ...rest }
}

async function outcomes(scene: Scene) {
  async function* only() {
    yield scene
  }
  return await allOutcomes(only())
}

async function allOutcomes(scenes: AsyncIterable<Scene>): Promise<Outcome[]> {
  const all: Outcome[] = []
  for await (const heard of heardScenes(scenes, ongoing)) all.push(...rehearse(heard.scene, heard.frames, usual))
  return all
}

describe.skipIf(!existsSync(recordings))('turn-taking on recorded speech', () => {
  it.each([
    ['leopard/test', 'en'],
    ['leopard/test_ja', 'ja'],
  ] as const)('ends the sentence of %s once, and soon', async (name, lang) => {
    const [turn] = await outcomes(recorded(name, lang))
    expect(turn).toMatchObject({ kind: 'turn', cutOff: false })
    expect(turn?.kind === 'turn' ? turn.delayMs : undefined).toBeLessThan(1100)
  })

  it('cuts off hardly anybody who pauses, in rooms with typing, music and other recorded talk', async () => {
    const ends = turnEnds('recorded', await allOutcomes(recordedTurns(recordings, 1)))
    expect(ends.turns).toBeGreaterThanOrEqual(20)
    expect(ends.stuck).toBe(0)
    expect(ends.cutOffShare).toBeLessThanOrEqual(0.1)
    expect(ends.delay.p50).toBeLessThanOrEqual(500)
  }, 120_000)

  it('is not interrupted by recorded noise, other talk, coughs, typing, music and tones', async () => {
    const rows = disturbances(await allOutcomes(recordedDisturbances(recordings, 1)))
    expect(rows.reduce((sum, { times }) => sum + times, 0)).toBe(40)
    expect(rows.filter(({ interrupted }) => interrupted > 0)).toEqual([])
  }, 120_000)
})

describe('the sounds', () => {
  it('are the same at every run, and as loud as they are mixed', () => {
    for (const make of [
      cough,
      (luck: ReturnType<typeof chance>) => typing(1000, luck),
      (luck: ReturnType<typeof chance>) => music(1000, luck),
      (luck: ReturnType<typeof chance>) => tone(1000, luck),
    ]) {
      expect(make(chance(3))).toEqual(make(chance(3)))
      const mixed = new Float32Array(2 * sampleRate)
      mix(mixed, make(chance(3)), 200, -20)
      expect(20 * Math.log10(loudness(mixed))).toBeCloseTo(-20, 0)
    }
    expect([...toPcm(Float32Array.of(-2, 0, 0.5))]).toEqual([-32_767, 0, 16_384])
  })
})

describe('the sentences', () => {
  it('that are tuned on are not those that are reported', () => {
    const plain = (said: string) => said.replaceAll('|', '').replace(/\s+/g, ' ').trim()
    const tuned = new Set(scriptedTurns.tuning.map(({ said }) => plain(said)))
    expect(scriptedTurns.test.filter(({ said }) => tuned.has(plain(said)))).toEqual([])
    expect(nods.test.length).toBeGreaterThan(10)
  })
})

describe('the findings', () => {
  const turn = { kind: 'turn', room: 'quiet', lang: 'en', pauses: 1, because: '' } as const
  const told = [
    { ...turn, cutOff: true, delayMs: 400 },
    { ...turn, cutOff: false, delayMs: 600 },
    { ...turn, cutOff: false, delayMs: undefined },
    { kind: 'disturbance', what: 'coughs', lang: 'en', interrupted: true, held: true, because: '' },
    { kind: 'disturbance', what: 'coughs', lang: 'en', interrupted: false, held: true, because: '' },
    { kind: 'interruption', lang: 'en', lengthMs: 1200, noticedMs: 730 },
    { kind: 'interruption', lang: 'en', lengthMs: 300, noticedMs: 450 },
    { kind: 'interruption', lang: 'en', lengthMs: 300, noticedMs: undefined },
  ] as const

  it('count what was cut off, taken for an interruption, or missed', () => {
    expect(turnEnds('all', told)).toMatchObject({ turns: 3, cutOffShare: 1 / 3, stuck: 1 })
    expect(disturbances(told)).toEqual([{ what: 'coughs', times: 2, interrupted: 1, held: 2 }])
    expect(interruptions(told)).toMatchObject({ times: 3, missed: 1, overMinimum: { p50: 30 }, short: { p50: 450 } })
  })

  it('are shown in tables and as two lines', () => {
    const ends = [turnEnds('all', told)]
    const findings = {
      split: 'test',
      minutes: 1,
      eagerness: ends,
      sweep: ends,
      silence: ends,
      languages: ends,
      rooms: ends,
      disturbances: disturbances(told),
      interruptions: interruptions(told),
    } as const
    expect(turnTakingTables(findings).map(({ rows }) => rows.length)).toEqual([2, 2, 2, 2])
    expect(turnTakingChart(findings).lines.map(({ points }) => points[0]?.y.toFixed(0))).toEqual(['33', '33'])
  })
})
