import { levelDb } from './level.ts'
import type { VoiceFrame } from './voice-activity.ts'

/** As Silero cuts sound, so that whoever takes its place changes nothing for those who listen. */
export const frameMs = 32

/** Where a stream's `frame`th frame begins, in samples of its own rate; at 44,100 a second not all are equally long. */
export function frameStart(frame: number, sampleRate: number): number {
  return Math.round((frame * frameMs * sampleRate) / 1000)
}

/** Cuts a stream into frames and tells of each how loud it is; that somebody speaks is guessed from that alone. */
export class FramesByLevel {
  readonly #sampleRate: number
  readonly #probabilityOf: (levelDb: number) => number
  #frame: number
  #held: Int16Array
  #count = 0

  constructor(sampleRate: number, probabilityOf: (levelDb: number) => number, firstFrame = 0) {
    this.#sampleRate = sampleRate
    this.#probabilityOf = probabilityOf
    this.#frame = firstFrame
    this.#held = new Int16Array(Math.ceil((frameMs * sampleRate) / 1000))
  }

  *push(samples: Int16Array): Generator<VoiceFrame> {
    let from = 0
    while (from < samples.length) {
      const wanted = frameStart(this.#frame + 1, this.#sampleRate) - frameStart(this.#frame, this.#sampleRate)
      const some = samples.subarray(from, from + wanted - this.#count)
      this.#held.set(some, this.#count)
      this.#count += some.length
      from += some.length
      if (this.#count === wanted) yield this.#told(wanted)
    }
  }

  #told(length: number): VoiceFrame {
    this.#count = 0
    this.#frame += 1
    const level = levelDb(this.#held.subarray(0, length))
    return {
      endMs: this.#frame * frameMs,
      durationMs: frameMs,
      probability: this.#probabilityOf(level),
      levelDb: level,
    }
  }
}

/** dB above the background at which a sound begins to count as somebody speaking, and at which it surely does. */
const doubtfulDb = 9
const surelyDb = 24
/** What nobody says anything at. */
const faintDb = -52
/** The background is what stays: it is believed to rise no faster than this. */
const risesDb = 0.1

/** Guesses that somebody speaks from how far a frame stands out from the background; keeps the background in mind. */
export function judgeByLevel(): (levelDb: number) => number {
  let floorDb = -60
  return (levelDb) => {
    const level = Math.max(levelDb, -90)
    floorDb = Math.max(-75, Math.min(level, floorDb + risesDb))
    if (level < faintDb) return 0
    return Math.max(0, Math.min(0.95, (level - floorDb - doubtfulDb) / (surelyDb - doubtfulDb)))
  }
}
