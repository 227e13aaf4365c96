import type { Sound } from './sound.ts'

/** How the voice went at its end. `held`: one vowel kept up, as in “uhm”. */
export type Cadence = 'falling' | 'level' | 'rising' | 'held' | 'unknown'

/** Pitches of a speaker, in semitones above 55 Hz, for as long as the conversation lasts. */
export class PitchRange {
  #meanTones: number | undefined

  take(pitchHz: number | undefined): void {
    if (pitchHz === undefined) return
    const tones = semitones(pitchHz)
    this.#meanTones = this.#meanTones === undefined ? tones : this.#meanTones + (tones - this.#meanTones) * 0.01
  }

  /** How the sound ended, by its last 200 ms or so against those before and against the speaker's mean. */
  cadence({ pitches, levels }: Sound): Cadence {
    const mean = this.#meanTones
    const heard = pitches.filter((pitch) => pitch > 0).map(semitones)
    if (mean === undefined || heard.length < 6) return 'unknown'
    const [last, before] = [heard.slice(-3), heard.slice(-10, -3)]
    const [end, middle] = [median(last), median(before)]
    const steady = heard.slice(-9)
    if (steady.length === 9 && spread(steady) < 0.8 && spread(levels.slice(-9)) < 5) return 'held'
    if (end - middle <= -1.2 || end - mean <= -2.5) return 'falling'
    if (end - middle >= 1.5) return 'rising'
    return 'level'
  }
}

function semitones(pitchHz: number): number {
  return 12 * Math.log2(pitchHz / 55)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}
