import { frameFields } from './wire.ts'

/** Frames that may wait to be read, a power of two: a second and a half of 40 streams. */
const mostFrames = 2048
const headerBytes = 8
const written = 0
const read = 1

/**
 * What was judged, on its way from one thread to another in memory that both see: one writes, one reads, neither waits,
 * and nobody need be woken who looks in anyway. Of each frame `frameFields` numbers.
 */
export class FrameRing {
  readonly buffer: SharedArrayBuffer
  /** How many frames were ever written, and read, modulo 2^32. */
  readonly #counts: Int32Array
  readonly #numbers: Float64Array

  /** Made by whoever begins, or of their buffer by the other. */
  constructor(buffer = new SharedArrayBuffer(headerBytes + mostFrames * frameFields * Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#counts = new Int32Array(buffer, 0, 2)
    this.#numbers = new Float64Array(buffer, headerBytes)
  }

  /** Whether nobody has read since something was written. */
  get isUnread(): boolean {
    return Atomics.load(this.#counts, written) !== Atomics.load(this.#counts, read)
  }

  /** All of it or, where there is no room, nothing. @returns Whether it was written. */
  write(frames: Float64Array): boolean {
    const from = Atomics.load(this.#counts, written)
    const count = frames.length / frameFields
    const waiting = (from - Atomics.load(this.#counts, read)) >>> 0
    if (waiting + count > mostFrames) return false
    const { at, first } = placeOf(from, count)
    this.#numbers.set(frames.subarray(0, first), at)
    this.#numbers.set(frames.subarray(first), 0)
    Atomics.store(this.#counts, written, (from + count) | 0)
    return true
  }

  /** A copy of all that waits. */
  take(): Float64Array {
    const from = Atomics.load(this.#counts, read)
    const count = (Atomics.load(this.#counts, written) - from) >>> 0
    const frames = new Float64Array(count * frameFields)
    const { at, first } = placeOf(from, count)
    frames.set(this.#numbers.subarray(at, at + first))
    frames.set(this.#numbers.subarray(0, frames.length - first), first)
    Atomics.store(this.#counts, read, (from + count) | 0)
    return frames
  }
}

/** Where frames lie, in numbers: where the first one is, and how many follow it before the rest goes on at 0. */
function placeOf(from: number, count: number): { at: number; first: number } {
  const slot = from & (mostFrames - 1)
  return { at: slot * frameFields, first: Math.min(count, mostFrames - slot) * frameFields }
}
