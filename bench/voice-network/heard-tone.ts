import { framesOf } from '#providers/audio/pcm.ts'

/** A tone that is said without end: whatever of it isn't heard is a gap. */
const toneHz = 400
const peak = 12_000
/** Of the peak, below which nothing is heard. */
const audible = 0.1
const windowMs = 10

export function tone(fromSample: number, length: number, sampleRate: number): Int16Array {
  return Int16Array.from({ length }, (_, k) => peak * Math.sin((2 * Math.PI * toneHz * (fromSample + k)) / sampleRate))
}

export interface Gaps {
  heardMs: number
  /** Of the time between the first and the last sound, in which nothing was heard, 0..1. */
  share: number
  longestMs: number
}

/** Looks at what is heard, 10 ms by 10 ms, from the first sound on. */
export class HeardTone {
  readonly #windows: boolean[] = []

  hear(samples: Int16Array, sampleRate: number): void {
    for (const window of framesOf(samples, sampleRate, windowMs)) {
      const isHeard = window.some((sample) => Math.abs(sample) > peak * audible)
      if (isHeard || this.#windows.length > 0) this.#windows.push(isHeard)
    }
  }

  get gaps(): Gaps {
    const windows = this.#windows.slice(0, this.#windows.lastIndexOf(true) + 1)
    let silent = 0
    let run = 0
    let longest = 0
    for (const isHeard of windows) {
      run = isHeard ? 0 : run + 1
      silent += isHeard ? 0 : 1
      longest = Math.max(longest, run)
    }
    return {
      heardMs: windows.length * windowMs,
      share: silent / Math.max(1, windows.length),
      longestMs: longest * windowMs,
    }
  }
}

/** Plays what comes in pieces as it comes, begun so late that small delays do no harm; a piece that is late leaves a gap. */
export class PlayedPieces {
  readonly #arrivals: { atMs: number; durationMs: number }[] = []
  readonly #bufferMs: number

  constructor(bufferMs: number) {
    this.#bufferMs = bufferMs
  }

  take(durationMs: number, atMs: number): void {
    this.#arrivals.push({ atMs, durationMs })
  }

  get gaps(): Gaps {
    let endsAt = (this.#arrivals[0]?.atMs ?? 0) + this.#bufferMs
    let silentMs = 0
    let longestMs = 0
    let heardMs = 0
    for (const { atMs, durationMs } of this.#arrivals) {
      const waitedMs = Math.max(0, atMs - endsAt)
      silentMs += waitedMs
      longestMs = Math.max(longestMs, waitedMs)
      heardMs += waitedMs + durationMs
      endsAt = Math.max(endsAt, atMs) + durationMs
    }
    return { heardMs, share: silentMs / Math.max(1, heardMs), longestMs }
  }
}
