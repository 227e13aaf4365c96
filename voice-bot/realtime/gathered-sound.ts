import type { Timing } from './playback.ts'
import { WaitingSound } from './waiting-sound.ts'

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
  readonly #waiting: WaitingSound
  #stop: (() => void) | undefined

  constructor(parts: GatheredSoundParts) {
    this.#parts = parts
    this.#waiting = new WaitingSound((samples, sampleRate) => {
      this.#stopTimer()
      parts.send(samples, sampleRate)
    })
  }

  push(samples: Int16Array, sampleRate: number): void {
    this.#waiting.push(samples, sampleRate)
    const leadMs = this.#parts.leadMs()
    if (leadMs < ampleMs || this.#waiting.ms >= gatheredMs) this.flush()
    else this.#stop ??= this.#parts.timing.after(leadMs - spareMs, () => this.flush())
  }

  /** Sends what waits. */
  flush(): void {
    this.#waiting.flush()
  }

  /** What waits will not be heard. */
  drop(): void {
    this.#stopTimer()
    this.#waiting.drop()
  }

  #stopTimer(): void {
    this.#stop?.()
    this.#stop = undefined
  }
}
