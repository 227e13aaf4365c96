import type { Chance } from '../chance.ts'

/** All sound of this benchmark. */
export const sampleRate = 16_000

/** As floats, -1 to 1; how loud they are is set when they are mixed. */
export type Sound = Float32Array

function silent(ms: number): Sound {
  return new Float32Array(Math.round((ms * sampleRate) / 1000))
}

function hiss(chance: Chance): number {
  return 2 * chance.unit() - 1
}

/** Noise through a resonance at `hertz`: breath in a throat, a box, a key's body. */
function resonant(length: number, hertz: number, width: number, chance: Chance): Sound {
  const pole = Math.exp((-Math.PI * width) / sampleRate)
  const turn = 2 * pole * Math.cos((2 * Math.PI * hertz) / sampleRate)
  const sound = new Float32Array(length)
  for (let at = 0; at < length; at += 1)
    sound[at] = hiss(chance) * (1 - pole) + turn * (sound[at - 1] ?? 0) - pole * pole * (sound[at - 2] ?? 0)
  return sound
}

function add(into: Sound, sound: Sound, at: number, gain = 1): void {
  for (let k = 0; k < sound.length && at + k < into.length; k += 1)
    into[at + k] = (into[at + k] ?? 0) + gain * (sound[k] ?? 0)
}

/** One to three bursts: an explosion of breath through the throat's resonances, then a rasp that dies away. */
export function cough(chance: Chance): Sound {
  const bursts = 1 + chance.below(3)
  const sound = silent(bursts * 380)
  for (let burst = 0; burst < bursts; burst += 1) {
    const length = Math.round((0.18 + 0.14 * chance.unit()) * sampleRate)
    const at = Math.round(burst * 0.36 * sampleRate)
    for (const [hertz, width, gain] of [
      [450 + 200 * chance.unit(), 180, 1],
      [1300 + 400 * chance.unit(), 300, 0.8],
      [2600 + 600 * chance.unit(), 500, 0.5],
    ] as const) {
      const throat = resonant(length, hertz, width, chance)
      for (let k = 0; k < length; k += 1) {
        const seconds = k / sampleRate
        const rasp = 0.7 + 0.3 * Math.sin(2 * Math.PI * 90 * seconds)
        throat[k] = (throat[k] ?? 0) * Math.min(1, seconds / 0.008) * Math.exp(-seconds / 0.09) * rasp
      }
      add(sound, throat, at, gain)
    }
  }
  return sound
}

/** Keys at about seven a second, in runs. */
export function typing(ms: number, chance: Chance): Sound {
  const sound = silent(ms)
  for (
    let at = 0;
    at < sound.length;
    at += Math.round((0.07 + 0.15 * chance.unit() ** 2 + (chance.unit() < 0.1 ? 0.5 : 0)) * sampleRate)
  ) {
    for (const [delay, gain] of [
      [0, 1],
      [0.06 + 0.03 * chance.unit(), 0.4],
    ] as const) {
      const length = Math.round(0.03 * sampleRate)
      const key = resonant(length, 1500 + 2500 * chance.unit(), 900, chance)
      for (let k = 0; k < length; k += 1) key[k] = (key[k] ?? 0) * Math.exp(-k / (0.006 * sampleRate))
      add(sound, key, at + Math.round(delay * sampleRate), gain)
    }
  }
  return sound
}

/** Chords and a tune over them, plucked, in four-bar phrases. */
export function music(ms: number, chance: Chance): Sound {
  const sound = silent(ms)
  const beat = Math.round((0.42 + 0.2 * chance.unit()) * sampleRate)
  const root = 98 * 2 ** (chance.below(12) / 12)
  const scale = [0, 2, 4, 5, 7, 9, 11, 12]
  for (let step = 0; step * beat < sound.length; step += 1) {
    const chord = [0, 5, 7, 9][(step >> 2) & 3] ?? 0
    if (step % 4 === 0)
      for (const note of [0, 4, 7])
        add(sound, plucked(root * 2 ** ((chord + note) / 12), 4 * beat, 0.9), step * beat, 0.5)
    const note = (scale[chance.below(scale.length)] ?? 0) + 24
    if (chance.unit() < 0.8) add(sound, plucked(root * 2 ** (note / 12), beat, 0.3), step * beat, 0.7)
  }
  return sound
}

function plucked(hertz: number, length: number, decayS: number): Sound {
  const sound = new Float32Array(length)
  for (let k = 0; k < length; k += 1) {
    const seconds = k / sampleRate
    let value = 0
    for (let harmonic = 1; harmonic <= 6; harmonic += 1)
      value +=
        (Math.sin(2 * Math.PI * hertz * harmonic * seconds) * Math.exp((-seconds * harmonic) / (2 * decayS))) /
        harmonic ** 1.3
    sound[k] = value * Math.min(1, seconds / 0.01)
  }
  return sound
}

/** A steady tone, a beeping alarm, or a dial tone. */
export function tone(ms: number, chance: Chance): Sound {
  const sound = silent(ms)
  const kind = chance.below(3)
  const hertz = [440, 880, 1000, 660, 350][chance.below(5)] ?? 440
  for (let k = 0; k < sound.length; k += 1) {
    const seconds = k / sampleRate
    const on = kind !== 1 || seconds % 0.5 < 0.25
    const second = kind === 2 ? Math.sin(2 * Math.PI * 440 * seconds) : 0
    sound[k] = on ? 0.6 * Math.sin(2 * Math.PI * hertz * seconds) + 0.4 * second : 0
  }
  return sound
}

/** Many people at once, none of whom can be understood. @param voices At least as many seconds of speech as wanted. */
export function babble(ms: number, voices: readonly Sound[], people: number, chance: Chance): Sound {
  const sound = silent(ms)
  for (let person = 0; person < people; person += 1) {
    for (let at = -Math.round(chance.unit() * sampleRate * 2); at < sound.length; ) {
      const voice = chance.oneOf(voices)
      const shifted = at < 0 ? voice.subarray(Math.min(voice.length, -at)) : voice
      add(sound, shifted, Math.max(0, at))
      at += voice.length + Math.round(0.2 * sampleRate)
    }
  }
  return sound
}

/** The hum and hiss of a room. */
export function room(ms: number, chance: Chance): Sound {
  const sound = silent(ms)
  let low = 0
  for (let at = 0; at < sound.length; at += 1) {
    low += (hiss(chance) - low) * 0.05
    sound[at] = low + 0.05 * hiss(chance)
  }
  return sound
}

/** Root mean square of the parts that can be heard. */
export function loudness(sound: Sound): number {
  const frame = 320
  const powers: number[] = []
  for (let from = 0; from + frame <= sound.length; from += frame) {
    let sum = 0
    for (let k = from; k < from + frame; k += 1) sum += (sound[k] ?? 0) ** 2
    powers.push(sum / frame)
  }
  const most = Math.max(...powers, 1e-12)
  const heard = powers.filter((power) => power > most / 1000)
  return Math.sqrt(heard.reduce((sum, power) => sum + power, 0) / Math.max(1, heard.length))
}

/** Puts a sound into another so that its audible parts are at `db` below full scale. */
export function mix(into: Sound, sound: Sound, atMs: number, db: number): void {
  const own = loudness(sound)
  if (own > 0) add(into, sound, Math.round((atMs * sampleRate) / 1000), 10 ** (db / 20) / own)
}

export function toPcm(sound: Sound): Int16Array {
  return Int16Array.from(sound, (value) => Math.round(32_767 * Math.max(-1, Math.min(1, value))))
}
