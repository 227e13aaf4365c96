import { Resampler } from '#providers/audio/resample.ts'
import type { PlayedSound } from './wire.ts'
import { playedRate } from './wire.ts'

/** 10 ms. */
export const frameLength = playedRate / 100
/** Sound that breaks off clicks; over so many samples (5 ms) it fades. */
const fadeLength = frameLength / 2

/** What one call is to hear, cut into frames of 10 ms; silence where there's nothing. */
export class Speaker {
  readonly #pieces: Int16Array[] = []
  /** Of the first piece, what was played. */
  #from = 0
  #waiting = 0
  #played = 0
  #epoch = 0
  #isHeld = false
  /** What follows what was played last, if it was broken off: it fades. */
  #tail = new Int16Array()
  #resampler: { rate: number; is: Resampler } | undefined

  play(samples: Int16Array, sampleRate: number): void {
    const piece = this.#atOurRate(samples, sampleRate)
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.#waiting += piece.length
  }

  /** What is played from here on belongs to `epoch`. */
  clear(epoch: number): void {
    // What is held has faded already.
    if (!this.#isHeld) this.#breakOff()
    this.#pieces.length = 0
    this.#from = 0
    this.#waiting = 0
    this.#played = 0
    this.#epoch = epoch
    this.#isHeld = false
    this.#resampler = undefined
  }

  hold(): void {
    if (!this.#isHeld) this.#breakOff()
    this.#isHeld = true
  }

  goOn(): void {
    this.#isHeld = false
  }

  /** Writes the next 10 ms. @returns Whether something of what was given is in it. */
  frame(into: Int16Array): boolean {
    if (this.#isHeld || this.#waiting === 0) {
      into.fill(0)
      into.set(this.#tail)
      this.#tail = new Int16Array()
      return false
    }
    this.#tail = new Int16Array()
    const count = Math.min(into.length, this.#waiting)
    this.#copy(into.subarray(0, count), true)
    into.fill(0, count)
    this.#played += count
    return true
  }

  progress(call: number): PlayedSound {
    const playedMs = (this.#played * 1000) / playedRate
    return { call, epoch: this.#epoch, playedMs, isDone: this.#waiting === 0 }
  }

  #breakOff(): void {
    if (this.#played === 0 || this.#waiting === 0) return
    const tail = new Int16Array(Math.min(fadeLength, this.#waiting))
    this.#copy(tail, false)
    for (let k = 0; k < tail.length; k++) tail[k] = Math.round((tail[k] ?? 0) * (1 - k / fadeLength))
    this.#tail = tail
  }

  /** The next samples; `takes`: they are played with that. */
  #copy(into: Int16Array, takes: boolean): void {
    let at = 0
    let from = this.#from
    let index = 0
    while (at < into.length) {
      const piece = this.#pieces[index] ?? new Int16Array(into.length)
      const some = piece.subarray(from, from + into.length - at)
      into.set(some, at)
      at += some.length
      from += some.length
      if (from < piece.length) break
      from = 0
      index += 1
    }
    if (!takes) return
    this.#pieces.splice(0, index)
    this.#from = from
    this.#waiting -= into.length
  }

  #atOurRate(samples: Int16Array, sampleRate: number): Int16Array {
    if (sampleRate === playedRate) return samples
    if (this.#resampler?.rate !== sampleRate)
      this.#resampler = { rate: sampleRate, is: new Resampler(sampleRate, playedRate) }
    return this.#resampler.is.push(samples)
  }
}
