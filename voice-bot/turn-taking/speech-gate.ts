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
  /** Something like a voice has begun, and may be a key or a click still. */
  tentative: boolean
  /** What is going on, or has just paused; undefined when nothing has sounded like a voice for a while. */
  sound: Sound | undefined
}

/** Once somebody speaks, the detector needs to be that much less sure of it. */
const hysteresis = 0.1
/** A gap within a word or between two words spoken in one go: what comes after it belongs to the same sound. */
export const gapMs = 256
/** After a gap of so long, it takes so many frames within so long to be a voice again: keys are shorter. */
const breakMs = 96
const voiceFrames = 3
const withinMs = 256
/** A voice has a pitch now and then; what has none for so long is breath, keys, paper. */
const pitchlessMs = 300
/** The longest consonants at the end of a word. */
const consonantMs = 160
const pitchlessFrames = 7
/** A voice stands out from the room by at least and at most so much; by half of what the speaker does between. */
const leastMarginDb = 2
const mostMarginDb = 18
const roomKnownMs = 300
/** The speaker may be so much softer than before. */
const softerDb = 5
/** Shorter sounds tell nothing of the speaker. */
const trustedMs = 400
/** The detector is sure a little after the beginning: frames before that were louder than the room count too. */
const lookBackMs = 96
const onsetMarginDb = 6

/** Tells voices from clicks, tones and the room. */
export class SpeechGate {
  readonly #threshold: number
  readonly #minimumLevelDb: number
  readonly #floor = new NoiseFloor()
  /** The last frames without a voice. */
  readonly #before: { startMs: number; levelDb: number }[] = []
  /** Frames that may be the beginning of a voice. */
  #pending: VoiceFrame[] = []
  #sound: Sound | undefined
  #speakerDb: number | undefined
  #heardMs = 0
  /** When a voice-like frame last had a pitch. */
  #pitchedMs: number | undefined

  constructor({ threshold, minimumLevelDb }: SpeechGateOptions) {
    this.#threshold = threshold
    this.#minimumLevelDb = minimumLevelDb
  }

  /** How loud the room is, in dB below full scale. */
  get roomDb(): number {
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

  /** The speaker is heard by the recogniser and not by us: how loud they are must have changed. */
  missedSpeaker(): void {
    this.#speakerDb = undefined
  }

  /** This sound was nothing: what is no louder isn't either, for a while. */
  wasNoise({ usualDb }: Sound): void {
    const limitDb = this.#speakerDb === undefined ? usualDb : Math.min(usualDb, this.#speakerDb - softerDb)
    this.#floor.learn(limitDb)
  }

  take(frame: VoiceFrame): GateReading {
    const startMs = frame.endMs - frame.durationMs
    const like = this.#isLikeVoice(frame)
    this.#floor.take(frame.levelDb, frame.durationMs)
    this.#heardMs += frame.durationMs
    if (this.#sound !== undefined && startMs - this.#sound.lastMs >= gapMs && this.#pending.length === 0)
      this.#sound = undefined
    if (!like) {
      this.#pending = this.#pending.filter(({ endMs }) => endMs > frame.endMs - withinMs)
      this.#remember(frame)
      return { voiced: false, tentative: false, sound: this.#sound }
    }
    if (frame.pitchHz !== undefined) this.#pitchedMs = frame.endMs
    if (this.#sound !== undefined && startMs - this.#sound.lastMs < breakMs) {
      // Keys that are struck as the last word ends would make it longer and longer.
      if (this.#isPitchless(frame.endMs)) {
        this.#endedUnvoiced(this.#sound)
        return { voiced: false, tentative: false, sound: this.#sound }
      }
      goOn(this.#sound, frame)
    } else if (!this.#isVoiceAgain(frame)) return { voiced: false, tentative: true, sound: this.#sound }
    // A tone keeps its sound alive, so that it is known for one while it lasts, but is no voice.
    return { voiced: this.#sound !== undefined && !isTone(this.#sound), tentative: false, sound: this.#sound }
  }

  #isVoiceAgain(frame: VoiceFrame): boolean {
    this.#pending = [...this.#pending.filter(({ endMs }) => endMs > frame.endMs - withinMs), frame]
    const [first, ...rest] = this.#pending
    const needed = this.#isPitchless(frame.endMs) ? pitchlessFrames : voiceFrames
    if (first === undefined || this.#pending.length < needed) return false
    const firstMs = first.endMs - first.durationMs
    if (this.#sound !== undefined && firstMs - this.#sound.lastMs < gapMs) goOn(this.#sound, first)
    else this.#sound = soundFrom(first, this.#onset(first))
    for (const each of rest) goOn(this.#sound, each)
    this.#pending = []
    this.#before.length = 0
    return true
  }

  /** What went on without a pitch was no part of it, but for a last consonant. */
  #endedUnvoiced(sound: Sound): void {
    if (this.#pitchedMs !== undefined && this.#pitchedMs > sound.onsetMs)
      sound.lastMs = Math.min(sound.lastMs, this.#pitchedMs + consonantMs)
  }

  /** False where the detector tells no pitch at all. */
  #isPitchless(endMs: number): boolean {
    return this.#pitchedMs !== undefined && endMs - this.#pitchedMs > pitchlessMs
  }

  #isLikeVoice({ probability, levelDb, endMs, durationMs }: VoiceFrame): boolean {
    const going = this.#sound !== undefined && endMs - durationMs - this.#sound.lastMs < breakMs
    if (probability < this.#threshold - (going ? hysteresis : 0)) return false
    if (levelDb < this.#minimumLevelDb) return false
    // The room isn't known yet when a stream begins in the middle of a word.
    if (this.#heardMs < roomKnownMs) return true
    const known = this.#speakerDb === undefined ? Number.NEGATIVE_INFINITY : this.#speakerDb - softerDb
    const speakerDb = Math.max(this.#sound?.usualDb ?? levelDb, known)
    const half = (speakerDb - this.#floor.db) / 2
    return levelDb >= this.#floor.db + Math.min(mostMarginDb, Math.max(leastMarginDb, half))
  }

  #remember({ endMs, durationMs, levelDb }: VoiceFrame): void {
    this.#before.push({ startMs: endMs - durationMs, levelDb })
    if (this.#before.length * durationMs > lookBackMs) this.#before.shift()
  }

  #onset(frame: VoiceFrame): number {
    let onsetMs = frame.endMs - frame.durationMs
    for (const { startMs, levelDb } of this.#before.toReversed()) {
      if (startMs >= onsetMs) continue
      if (levelDb < this.#floor.db + onsetMarginDb || levelDb < frame.levelDb - 25) break
      onsetMs = startMs
    }
    return onsetMs
  }
}
