import type { VoiceFrame } from '../voice-activity/voice-activity.ts'
import type { SettledOptions } from './options.ts'
import { PitchRange } from './prosody.ts'
import type { Sound } from './sound.ts'
import { SpeechGate } from './speech-gate.ts'

/** What was heard so far, words aside. */
export class HeardSound {
  readonly gate: SpeechGate
  readonly pitch = new PitchRange()
  #nowMs = 0
  #voiced = false
  #sound: Sound | undefined
  #knowsPitch = false

  constructor(options: SettledOptions) {
    this.gate = new SpeechGate(options)
  }

  frame(frame: VoiceFrame): void {
    const { voiced, sound } = this.gate.take(frame)
    this.#nowMs = Math.max(this.#nowMs, frame.endMs)
    this.#voiced = voiced
    this.#sound = sound
    if (frame.pitchHz !== undefined) this.#knowsPitch = true
    if (voiced) this.pitch.take(frame.pitchHz)
  }

  /** Time went on without a frame: as good as silence. */
  passed(atMs: number): void {
    if (atMs <= this.#nowMs) return
    this.#nowMs = atMs
    this.#voiced = false
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** In the newest frame. */
  get voiced(): boolean {
    return this.#voiced
  }

  get sound(): Sound | undefined {
    return this.#sound
  }

  get knowsPitch(): boolean {
    return this.#knowsPitch
  }
}
