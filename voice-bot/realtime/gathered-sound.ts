import { durationMs, joined } from '#providers/audio/pcm.ts'
import type { Timing } from './playback.ts'

export interface GatheredSoundParts {
  timing: Timing
  /** Sound that was sent and not heard yet, milliseconds. */
  leadMs: () => number
  send: (samples: Int16Array, sampleRate: number) => void
}

/** While less than this waits to be heard, a piece is sent as it comes. */
const ampleMs = 500
/** So much is sent at once where it is in no hurry. */
const gatheredMs = 400
/** What waits here is sent while so much can still be heard, whether or not more comes. */
const spareMs = 250

/**
 * Our voice on its way to the client: as it is made while somebody waits for it, and in larger pieces while they listen to
 * what came before; voices make sound several times as fast as it is heard, in pieces of 20 to 100 ms, and each costs an
 * event.
 */
export class GatheredSound {
  readonly #parts: GatheredSoundParts
  #waiting: Int16Array[] = []
  #waitingMs = 0
  #sampleRate = 0
  #stop: (() => void) | undefined

  constructor(parts: GatheredSoundParts) {
    this.#parts = parts
  }

  push(samples: Int16Array, sampleRate: number): void {
    if (sampleRate !== this.#sampleRate) this.flush()
    this.#sampleRate = sampleRate
    this.#waiting.push(samples)
    this.#waitingMs += durationMs(samples.length, sampleRate)
    const leadMs = this.#parts.leadMs()
    if (leadMs < ampleMs || this.#waitingMs >= gatheredMs) this.flush()
    else this.#stop ??= this.#parts.timing.after(leadMs - spareMs, () => this.flush())
  }

  /** Sends what waits. */
  flush(): void {
    const waiting = this.#waiting
    this.drop()
    if (waiting.length > 0) this.#parts.send(joined(waiting), this.#sampleRate)
  }

  /** What waits will not be heard. */
  drop(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#waiting = []
    this.#waitingMs = 0
  }
}
