import type { VoiceFrame } from '../voice-activity/voice-activity.ts'
import type { SettledOptions } from './options.ts'
import { PitchRange } from './prosody.ts'
import type { Sound } from './sound.ts'
import { SpeechGate } from './speech-gate.ts'

const dynamicsFrames = 14

/** What was heard so far, words aside. */
export class HeardSound {
  readonly gate: SpeechGate
  readonly pitch = new PitchRange()
  #nowMs = 0
  #voiced = false
  #tentative = false
  #levelDb = -90
  #sound: Sound | undefined
  #knowsPitch = false
  readonly #levels: number[] = []

  constructor(options: SettledOptions) {
    this.gate = new SpeechGate(options)
  }

  frame(frame: VoiceFrame): void {
    const { voiced, tentative, sound } = this.gate.take(frame)
    this.#tentative = tentative
    this.#levelDb += (Math.max(-90, frame.levelDb) - this.#levelDb) * 0.08
    this.#nowMs = Math.max(this.#nowMs, frame.endMs)
    this.#voiced = voiced
    this.#sound = sound
    this.#levels.push(Math.max(-90, frame.levelDb))
    if (this.#levels.length > dynamicsFrames) this.#levels.shift()
    if (frame.pitchHz !== undefined) this.#knowsPitch = true
    if (voiced) this.pitch.take(frame.pitchHz)
  }

  /** Time went on without a frame: as good as silence. */
  passed(atMs: number): void {
    if (atMs <= this.#nowMs) return
    this.#nowMs = atMs
    this.#voiced = false
    this.#tentative = false
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** In the newest frame. */
  get voiced(): boolean {
    return this.#voiced
  }

  /** Something like a voice has begun in the newest frames and may be a click still. */
  get tentative(): boolean {
    return this.#tentative
  }

  /** Of the last 400 ms or so. */
  get levelDb(): number {
    return this.#levelDb
  }

  /** Between the loudest and the softest of the last half second: a voice closes and opens, a crowd or a tune goes on. */
  get dynamicsDb(): number {
    return Math.max(...this.#levels) - Math.min(...this.#levels)
  }

  get sound(): Sound | undefined {
    return this.#sound
  }

  get knowsPitch(): boolean {
    return this.#knowsPitch
  }
}
