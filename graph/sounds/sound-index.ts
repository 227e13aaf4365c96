import { loudness, skeletonOf, soundDistance } from './distance.ts'
import type { Sounds } from './english.ts'

/** What was found to sound like it. */
export interface SoundMatch {
  /** As it was added. */
  reading: number
  /** 0..1; 1: the same sounds. */
  similarity: number
}

const buckets = 2 ** 17
const firstRoom = 2 ** 12
/** Shorter skeletons have to be met exactly. */
const shortestFuzzy = 3
/** What it costs to hear a consonant as one of another kind. */
const leastConsonant = 0.55
const none = -1

/** Finds readings by how they sound: looked up by their consonants, with one amiss, and compared in full. */
export class SoundIndex {
  readonly #readings: Sounds[] = []
  readonly #loudness: number[] = []
  /** By bucket the last entry in it; by entry its key, its reading, and the entry before it in its bucket. */
  readonly #heads = new Int32Array(buckets).fill(none)
  #keys = new Uint32Array(firstRoom)
  #entries = new Int32Array(firstRoom)
  #before = new Int32Array(firstRoom)
  #size = 0

  /** @returns Its number, counted from 0. */
  add(sounds: Sounds): number {
    const reading = this.#readings.length
    this.#readings.push(sounds)
    this.#loudness.push(loudness(sounds))
    for (const key of keysOf(skeletonOf(sounds))) this.#enter(key, reading)
    return reading
  }

  /** All that sound at least so alike, in no order. */
  alike(sounds: Sounds, least: number): SoundMatch[] {
    const found: SoundMatch[] = []
    const seen = new Set<number>()
    const own = loudness(sounds)
    const skeleton = skeletonOf(sounds)
    // Where that little may differ, no consonant does.
    const keys = own * (1 - least) < leastConsonant ? [hash(skeleton)] : keysOf(skeleton)
    for (const key of keys) {
      for (let entry = this.#heads[key % buckets] ?? none; entry !== none; entry = this.#before[entry] ?? none) {
        const reading = this.#entries[entry] ?? 0
        if (this.#keys[entry] !== key || seen.has(reading)) continue
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

  #enter(key: number, reading: number): void {
    if (this.#size === this.#keys.length) this.#grow()
    const bucket = key % buckets
    this.#keys[this.#size] = key
    this.#entries[this.#size] = reading
    this.#before[this.#size] = this.#heads[bucket] ?? none
    this.#heads[bucket] = this.#size
    this.#size += 1
  }

  #grow(): void {
    const [keys, entries, before] = [this.#keys, this.#entries, this.#before]
    this.#keys = new Uint32Array(keys.length * 2)
    this.#entries = new Int32Array(keys.length * 2)
    this.#before = new Int32Array(keys.length * 2)
    this.#keys.set(keys)
    this.#entries.set(entries)
    this.#before.set(before)
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
