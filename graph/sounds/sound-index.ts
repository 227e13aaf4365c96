import { loudness, skeletonOf, soundDistance } from './distance.ts'
import type { Sounds } from './english.ts'

/** What was found to sound like it. */
export interface SoundMatch {
  /** As it was added. */
  reading: number
  /** 0..1; 1: the same sounds. */
  similarity: number
}

/** So many readings the index can hold: their number and a hash go into one exact float. */
const mostReadings = 2 ** 20
/** Shorter skeletons have to be met exactly. */
const shortestFuzzy = 3

/** Finds readings by how they sound: looked up by their consonants, with one amiss, and compared in full. */
export class SoundIndex {
  readonly #readings: Sounds[] = []
  readonly #loudness: number[] = []
  #keys = new Float64Array(0)
  #adding: number[] = []

  /** @returns Its number, counted from 0; undefined: the index is full. */
  add(sounds: Sounds): number | undefined {
    const reading = this.#readings.length
    if (reading >= mostReadings) return undefined
    this.#readings.push(sounds)
    this.#loudness.push(loudness(sounds))
    for (const key of keysOf(skeletonOf(sounds))) this.#adding.push(key * mostReadings + reading)
    return reading
  }

  /** To be called once, when all were added. */
  seal(): void {
    this.#keys = Float64Array.from(this.#adding).sort()
    this.#adding = []
  }

  get size(): number {
    return this.#readings.length
  }

  soundsOf(reading: number): Sounds {
    return this.#readings[reading] ?? ''
  }

  /** All that sound at least so alike, in no order. */
  alike(sounds: Sounds, least: number): SoundMatch[] {
    const found: SoundMatch[] = []
    const seen = new Set<number>()
    const own = loudness(sounds)
    for (const key of keysOf(skeletonOf(sounds))) {
      for (let at = this.#first(key * mostReadings); at < this.#keys.length; at++) {
        const entry = this.#keys[at] ?? 0
        if (Math.floor(entry / mostReadings) !== key) break
        const reading = entry % mostReadings
        if (seen.has(reading)) continue
        seen.add(reading)
        const other = this.#loudness[reading] ?? 0
        const mean = (own + other) / 2
        if (Math.abs(own - other) > (1 - least) * mean) continue
        const distance = soundDistance(sounds, this.#readings[reading] ?? '', (1 - least) * mean)
        if (distance !== Number.POSITIVE_INFINITY) found.push({ reading, similarity: 1 - distance / mean })
      }
    }
    return found
  }

  #first(least: number): number {
    let from = 0
    let to = this.#keys.length
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.#keys[middle] ?? 0) < least) from = middle + 1
      else to = middle
    }
    return from
  }
}

/** Hashes of the skeleton, and of it with each of its sounds left out. */
function keysOf(skeleton: string): Set<number> {
  const keys = new Set([hash(skeleton)])
  if (skeleton.length >= shortestFuzzy)
    for (let at = 0; at < skeleton.length; at++) keys.add(hash(skeleton.slice(0, at) + skeleton.slice(at + 1)))
  return keys
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}
