import { durationMs, joined } from '#providers/audio/pcm.ts'

/** Pieces of sound of one rate that wait to be sent as one. */
export class WaitingSound {
  readonly #send: (samples: Int16Array, sampleRate: number) => void
  #pieces: Int16Array[] = []
  #ms = 0
  #sampleRate = 0

  constructor(send: (samples: Int16Array, sampleRate: number) => void) {
    this.#send = send
  }

  /** How much waits. */
  get ms(): number {
    return this.#ms
  }

  /** What waits at another rate is sent before. */
  push(samples: Int16Array, sampleRate: number): void {
    if (sampleRate !== this.#sampleRate) this.flush()
    this.#sampleRate = sampleRate
    this.#pieces.push(samples)
    this.#ms += durationMs(samples.length, sampleRate)
  }

  /** Sends what waits. */
  flush(): void {
    const pieces = this.#pieces
    if (pieces.length === 0) return
    this.drop()
    this.#send(joined(pieces), this.#sampleRate)
  }

  /** What waits will not be heard. */
  drop(): void {
    this.#pieces = []
    this.#ms = 0
  }
}
