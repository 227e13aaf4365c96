import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { soundOf } from '#providers/audio/wav.ts'
import { type Chance, chance } from '../chance.ts'
import { babble, cough, music, type Sound, sampleRate, tone, typing } from './noises.ts'
import type { Spoken } from './speaking.ts'
import { betweenMs, lengthMs, type Scene, speakerDb, Tape, talk } from './tape.ts'

const Words = z.array(z.object({ word: z.string(), start_sec: z.number(), end_sec: z.number() }))
const answer =
  'First drain the node, then wait until all the pods have moved. This page was last edited three months ago.'
const answerMs = 7000
const distancesDb = [20, 10, 5] as const

/** Where its phrases begin and end, in seconds, read off its level; the words within are spread evenly. */
const address = [
  { text: 'and so my fellow Americans', fromS: 0.3, toS: 2.1 },
  { text: 'ask', fromS: 3.25, toS: 3.7 },
  { text: 'not', fromS: 3.98, toS: 4.28 },
  { text: 'what your country can do for you', fromS: 5.4, toS: 7.55 },
  { text: 'ask what you can do for your country', fromS: 8.15, toS: 10.3 },
]

/** Recorded speech, each piece so many times in every kind of room, with pauses where its speakers made them. */
export async function* recordedTurns(folder: string, times: number): AsyncGenerator<Scene> {
  const luck = chance(31)
  const crowd = talkers(folder)
  const pieces = [
    { lang: 'en', spoken: recorded(folder, 'leopard/test', 'en') },
    { lang: 'ja', spoken: recorded(folder, 'leopard/test_ja', 'ja') },
    { lang: 'en', spoken: addressed(folder) },
  ] as const
  for (const { lang, spoken } of pieces) {
    if (spoken === undefined) continue
    for (const room of ['quiet', ...noisyRooms()]) {
      const tape = new Tape()
      for (let time = 0; time < times; time += 1) talk(tape, spoken, luck)
      const [noise, distance] = room.split(' ')
      if (noise !== 'quiet') tape.noise(made(noise, tape.nowMs + 2500, crowd, luck), 0, speakerDb - Number(distance))
      yield { lang, room, samples: tape.recorded(luck), words: tape.words, events: tape.events }
    }
  }
}

/** What happens while we speak: recorded talk at another desk, a recorded noise, and the computed ones. */
export async function* recordedDisturbances(folder: string, times: number): AsyncGenerator<Scene> {
  const luck = chance(32)
  const crowd = talkers(folder)
  const rush = sound(folder, 'leopard/empty')
  for (const lang of ['en', 'ja'] as const) {
    const tape = new Tape()
    const speaker = recorded(folder, lang === 'en' ? 'leopard/test' : 'leopard/test_ja', lang)
    talk(tape, speaker, luck)
    const during = (disturbance: string, noise: Sound, db: number) => {
      const fromMs = tape.nowMs
      tape.noise(noise, fromMs + 1200 + 800 * luck.unit(), db)
      tape.nowMs = fromMs + answerMs + betweenMs
      tape.events.push({ kind: 'answer', text: answer, fromMs, toMs: fromMs + answerMs, disturbance })
    }
    for (const distance of distancesDb)
      for (let time = 0; time < times; time += 1) {
        const db = speakerDb - distance
        during(`recorded noise ${distance} dB`, rush.subarray(0, 4 * sampleRate), db)
        for (const noise of ['typing', 'music', 'babble', 'cough', 'tone'])
          during(`${noise} ${distance} dB`, made(noise, 4000, crowd, luck), db)
        // One voice alone, 5 dB below the speaker, is somebody who speaks to us.
        if (distance > 5) during(`another desk ${distance} dB`, luck.oneOf(crowd).subarray(0, 5 * sampleRate), db)
      }
    yield { lang, room: 'quiet', samples: tape.recorded(luck), words: tape.words, events: tape.events }
  }
}

function noisyRooms(): string[] {
  return ['typing', 'music', 'babble'].flatMap((noise) => distancesDb.map((distance) => `${noise} ${distance}`))
}

function made(noise: string | undefined, ms: number, crowd: readonly Sound[], luck: Chance): Sound {
  if (noise === 'typing') return typing(ms, luck)
  if (noise === 'music') return music(ms, luck)
  if (noise === 'cough') return cough(luck)
  return noise === 'tone' ? tone(ms / 2, luck) : babble(ms, crowd, 4, luck)
}

function sound(folder: string, name: string): Sound {
  return Float32Array.from(soundOf(readFileSync(join(folder, `${name}.wav`)), sampleRate), (one) => one / 32_768)
}

/** People none of whom talks to us. */
function talkers(folder: string): Sound[] {
  const long = sound(folder, 'silero-vad/test')
  const parts = Array.from({ length: 6 }, (_, at) => long.subarray(at * 9 * sampleRate, (at + 1) * 9 * sampleRate))
  return [...parts, sound(folder, 'leopard/test_de'), sound(folder, 'leopard/diarization_test')]
}

function recorded(folder: string, name: string, lang: 'en' | 'ja'): Spoken {
  const said = Words.parse(JSON.parse(readFileSync(join(folder, `${name}.words.json`), 'utf8')))
  const words = said.map(({ word, start_sec, end_sec }) => ({
    text: word,
    fromMs: 1000 * start_sec,
    toMs: 1000 * end_sec,
  }))
  return spoken(sound(folder, name), words, lang)
}

/** Undefined where nothing on this machine reads FLAC. */
function addressed(folder: string): Spoken | undefined {
  let bytes: Buffer
  try {
    const wanted = ['-v', 'error', '-i', join(folder, 'whisper/jfk.flac'), '-ar', '16000', '-ac', '1', '-f', 'wav', '-']
    bytes = execFileSync('ffmpeg', wanted, { maxBuffer: 2 ** 24 })
  } catch {
    return undefined
  }
  const words = address.flatMap(({ text, fromS, toS }) => {
    const each = text.split(' ')
    const stepMs = (1000 * (toS - fromS)) / each.length
    return each.map((word, at) => ({
      text: word,
      fromMs: 1000 * fromS + at * stepMs,
      toMs: 1000 * fromS + (at + 1) * stepMs,
    }))
  })
  const whole = Float32Array.from(soundOf(bytes, sampleRate), (one) => one / 32_768)
  return spoken(whole, words, 'en')
}

/** From the first word to the last. */
function spoken(
  whole: Sound,
  words: readonly { text: string; fromMs: number; toMs: number }[],
  lang: 'en' | 'ja',
): Spoken {
  const fromMs = words[0]?.fromMs ?? 0
  const toMs = words.at(-1)?.toMs ?? lengthMs(whole)
  const cut = whole.slice(Math.round((fromMs * sampleRate) / 1000), Math.round((toMs * sampleRate) / 1000))
  const moved = words.map((word) => ({ ...word, fromMs: word.fromMs - fromMs, toMs: word.toMs - fromMs }))
  const gaps = moved.flatMap((word, at) => {
    const next = moved[at + 1]
    return next !== undefined && next.fromMs - word.toMs > 250 ? [{ fromMs: word.toMs, toMs: next.fromMs }] : []
  })
  return { text: words.map(({ text }) => text).join(' '), lang, sound: cut, words: moved, pauses: gaps }
}
