import type { VoiceFrame } from '../voice-activity/voice-activity.ts'

/** A stretch of frames that seem to be a voice, with short gaps in it. */
export interface Sound {
  /** Where it began. */
  onsetMs: number
  /** The end of the last frame that seemed to be a voice. */
  lastMs: number
  /** Of frames that seemed to be a voice. */
  voicedMs: number
  frames: number
  pitchedFrames: number
  /** Sums over the frames that seemed to be a voice. */
  probabilities: number
  /** Its loudest frame, and its usual level: a mean that is drawn towards what is loud. */
  peakDb: number
  usualDb: number
  /** Pitches and levels of the last half second, the newest last. */
  pitches: number[]
  levels: number[]
}

const remembered = 16

export function soundFrom(frame: VoiceFrame, onsetMs: number): Sound {
  const sound: Sound = {
    onsetMs,
    lastMs: frame.endMs,
    voicedMs: 0,
    frames: 0,
    pitchedFrames: 0,
    probabilities: 0,
    peakDb: frame.levelDb,
    usualDb: frame.levelDb,
    pitches: [],
    levels: [],
  }
  goOn(sound, frame)
  return sound
}

export function goOn(sound: Sound, { endMs, durationMs, probability, levelDb, pitchHz }: VoiceFrame): void {
  sound.lastMs = endMs
  sound.voicedMs += durationMs
  sound.frames += 1
  sound.probabilities += probability
  sound.peakDb = Math.max(sound.peakDb, levelDb)
  sound.usualDb += (levelDb - sound.usualDb) * (levelDb > sound.usualDb ? 0.3 : 0.05)
  if (pitchHz !== undefined) sound.pitchedFrames += 1
  kept(sound.pitches, pitchHz ?? 0)
  kept(sound.levels, levelDb)
}

function kept(values: number[], value: number): void {
  values.push(value)
  if (values.length > remembered) values.shift()
}

/** By the detector's mean: voices are 0.9 and more, a short soft word 0.7. */
const clearProbability = 0.7
const clearMs = 220
/** A voice opens and closes by 10 dB and more. What sets in and stays as loud (a fan, a stream, a hum) the detector takes for one at first. */
const clearSwingDb = 4

/** Surely a voice, though perhaps of nobody who speaks to us. */
export function isClearVoice({ voicedMs, probabilities, frames, levels }: Sound): boolean {
  if (voicedMs < clearMs || probabilities < clearProbability * frames) return false
  return Math.max(...levels) - Math.min(...levels) >= clearSwingDb
}

/** How many frames in a row a tone must have lasted to be told from a vowel: about 350 ms. */
const toneFrames = 11

/**
 * A beep, a dial tone, a hum: neither pitch nor level moves, as no voice can do. The detector takes such sounds for
 * speech.
 */
export function isTone({ pitches, levels }: Sound): boolean {
  if (levels.length < toneFrames) return false
  const last = levels.slice(-toneFrames)
  if (Math.max(...last) - Math.min(...last) > 1.2) return false
  const heard = pitches.slice(-toneFrames).filter((pitch) => pitch > 0)
  if (heard.length < toneFrames - 2) return false
  const middle = [...heard].sort((a, b) => a - b)[heard.length >> 1] ?? 0
  return heard.every((pitch) => Math.abs(pitch - middle) < middle * 0.012)
}

/** A voice glides; where the pitch leaps again and again, several are talking. */
export function isCrowd({ pitches }: Sound): boolean {
  let [leaps, steps] = [0, 0]
  for (const [at, pitch] of pitches.entries()) {
    const before = pitches[at - 1] ?? 0
    if (pitch === 0 || before === 0) continue
    steps += 1
    if (Math.abs(Math.log2(pitch / before)) > leapOctaves) leaps += 1
  }
  return leaps >= 3 && leaps / steps > 0.2
}

/** Two semitones within a frame. */
const leapOctaves = 2 / 12
