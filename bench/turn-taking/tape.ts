import type { Chance } from '../chance.ts'
import { mix, room, type Sound, sampleRate, toPcm } from './noises.ts'
import type { Spoken } from './speaking.ts'

/** A word as a recogniser will tell it. */
export interface ToldWord {
  text: string
  /** When it has been said, and when the recogniser tells it. */
  saidMs: number
  toldMs: number
  confidence: number
}

/** Somebody's turn, or what happens while we speak. */
export type SceneEvent =
  | { kind: 'turn'; fromMs: number; toMs: number; until: number; pauses: number }
  | {
      kind: 'answer'
      text: string
      fromMs: number
      toMs: number
      /** What happens meanwhile: something that isn't meant for us, or an interruption. */
      disturbance?: string | undefined
      interruption?: { fromMs: number; toMs: number } | undefined
    }

/** A conversation as it reaches the microphone, and what is true about it. */
export interface Scene {
  lang: 'en' | 'ja'
  /** The room: `quiet`, or a noise and its distance from the speaker in dB. */
  room: string
  samples: Int16Array
  words: readonly ToldWord[]
  events: readonly SceneEvent[]
}

/** How loud the speaker is; everything else is told as a distance from it. */
export const speakerDb = -23
const roomDb = -62
/** Between two turns: time for an answer that isn't part of the test, longer than the longest wait of any eagerness. */
export const betweenMs = 4400

/** A recording in the making. */
export class Tape {
  readonly words: ToldWord[] = []
  readonly events: SceneEvent[] = []
  readonly #layers: { sound: Sound; atMs: number; db: number }[] = []
  nowMs = 1500

  say(
    spoken: Spoken,
    db: number,
    chance: Chance,
    recognised: (word: string) => string | undefined = (word) => word,
  ): void {
    this.#layers.push({ sound: spoken.sound, atMs: this.nowMs, db })
    let toldMs = 0
    for (const word of spoken.words) {
      const text = recognised(word.text)
      const saidMs = this.nowMs + word.toMs
      toldMs = Math.max(toldMs, saidMs + 150 + 150 * chance.unit())
      if (text !== undefined && text !== '') this.words.push({ text, saidMs, toldMs, confidence: 0.95 })
    }
  }

  noise(sound: Sound, atMs: number, db: number): void {
    this.#layers.push({ sound, atMs, db })
  }

  recorded(chance: Chance): Int16Array {
    const whole = room(this.nowMs + 2500, chance)
    const mixed = new Float32Array(whole.length)
    mix(mixed, whole, 0, roomDb)
    for (const { sound, atMs, db } of this.#layers) mix(mixed, sound, atMs, db)
    return toPcm(mixed)
  }
}

export function lengthMs(sound: Sound): number {
  return (sound.length * 1000) / sampleRate
}

/** One turn of the speaker's. */
export function talk(tape: Tape, turn: Spoken, luck: Chance): void {
  const fromMs = tape.nowMs
  const toMs = fromMs + lengthMs(turn.sound)
  tape.say(turn, speakerDb, luck)
  tape.nowMs = toMs + betweenMs
  tape.events.push({ kind: 'turn', fromMs, toMs, until: tape.nowMs, pauses: turn.pauses.length })
}
