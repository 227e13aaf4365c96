import type { VoiceFrame } from '../voice-activity/voice-activity.ts'
import { NoiseFloor } from './noise-floor.ts'
import { goOn, isTone, type Sound, soundFrom } from './sound.ts'

export interface SpeechGateOptions {
  /** How sure the detector has to be, 0..1. */
  threshold: number
  minimumLevelDb: number
}

/** What one frame told. */
export interface GateReading {
  voiced: boolean
  /** What is going on, or has just paused; undefined when nothing has sounded like a voice for a while. */
  sound: Sound | undefined
}

/** Once somebody speaks, the detector needs to be that much less sure of it. */
const hysteresis = 0.15
/** A gap within a word or between two words spoken in one go: what comes after it belongs to the same sound. */
export const gapMs = 256
/** A voice stands out from the room by so much; half of what the speaker does where that is less. */
const marginDb = 6
const roomKnownMs = 300
/** Shorter sounds may be anything. */
const trustedMs = 400
/** The detector is sure a little after the beginning: frames before that were louder than the room count too. */
const lookBackMs = 96

/** Tells voices from clicks, tones and the room. */
export class SpeechGate {
  readonly #threshold: number
  readonly #minimumLevelDb: number
  readonly #floor = new NoiseFloor()
  /** The end and level of the last frames without a voice. */
  readonly #before: { startMs: number; levelDb: number }[] = []
  #sound: Sound | undefined
  #speakerDb: number | undefined
  #heardMs = 0

  constructor({ threshold, minimumLevelDb }: SpeechGateOptions) {
    this.#threshold = threshold
    this.#minimumLevelDb = minimumLevelDb
  }

  /** In dB below full scale. */
  get floorDb(): number {
    return this.#floor.db
  }

  /** How loud the speaker has been so far; undefined before the first words. */
  get speakerDb(): number | undefined {
    return this.#speakerDb
  }

  /** This sound was the speaker's: what is much quieter later is somebody or something else. */
  wasSpeaker({ usualDb, voicedMs }: Sound): void {
    if (voicedMs < trustedMs) return
    this.#speakerDb = this.#speakerDb === undefined ? usualDb : this.#speakerDb + (usualDb - this.#speakerDb) * 0.3
  }

  take(frame: VoiceFrame): GateReading {
    const voiced = this.#isVoiced(frame)
    this.#floor.take(frame.levelDb, frame.endMs)
    this.#heardMs += frame.durationMs
    if (this.#sound !== undefined && frame.endMs - frame.durationMs - this.#sound.lastMs >= gapMs)
      this.#sound = undefined
    if (!voiced) {
      this.#remember(frame)
      return { voiced, sound: this.#sound }
    }
    if (this.#sound === undefined) this.#sound = soundFrom(frame, this.#onset(frame))
    else goOn(this.#sound, frame)
    this.#before.length = 0
    // A tone keeps its sound alive, so that it is known for one while it lasts, but is no voice.
    return { voiced: !isTone(this.#sound), sound: this.#sound }
  }

  #isVoiced({ probability, levelDb, endMs, durationMs }: VoiceFrame): boolean {
    const going = this.#sound !== undefined && endMs - durationMs - this.#sound.lastMs < gapMs
    if (probability < this.#threshold - (going ? hysteresis : 0)) return false
    if (levelDb < this.#minimumLevelDb) return false
    // The room isn't known yet when a stream begins in the middle of a word.
    if (this.#heardMs < roomKnownMs) return true
    const speakerDb = this.#sound?.usualDb ?? this.#speakerDb
    const half = speakerDb === undefined ? marginDb / 2 : (speakerDb - this.#floor.db) / 2
    return levelDb >= this.#floor.db + Math.min(marginDb, Math.max(1, half))
  }

  #remember({ endMs, durationMs, levelDb }: VoiceFrame): void {
    this.#before.push({ startMs: endMs - durationMs, levelDb })
    if (this.#before.length * durationMs > lookBackMs) this.#before.shift()
  }

  #onset(frame: VoiceFrame): number {
    let onsetMs = frame.endMs - frame.durationMs
    for (const { startMs, levelDb } of this.#before.toReversed()) {
      if (levelDb < this.#floor.db + marginDb || levelDb < frame.levelDb - 25) break
      onsetMs = startMs
    }
    return onsetMs
  }
}
