import { durationMs, joined } from '#providers/audio/pcm.ts'

export interface HeardPiecesParts {
  send: (samples: Int16Array, sampleRate: number) => void
  /** Somebody may be speaking: whoever hears is to hear it at once. */
  isUrgent: () => boolean
}

/** Recognisers are sent 20 to 250 ms at once; a room where nobody speaks can wait that long. */
const quietPieceMs = 100

/** Audio on its way to the recogniser: as it comes while somebody speaks, and in larger pieces while nobody does. */
export class HeardPieces {
  readonly #parts: HeardPiecesParts
  #waiting: Int16Array[] = []
  #waitingMs = 0
  #sampleRate = 0

  constructor(parts: HeardPiecesParts) {
    this.#parts = parts
  }

  push(samples: Int16Array, sampleRate: number): void {
    if (sampleRate !== this.#sampleRate) this.flush()
    this.#sampleRate = sampleRate
    this.#waiting.push(samples)
    this.#waitingMs += durationMs(samples.length, sampleRate)
    if (this.#waitingMs >= quietPieceMs || this.#parts.isUrgent()) this.flush()
  }

  /** Sends what waits. */
  flush(): void {
    const waiting = this.#waiting
    const [first] = waiting
    if (first === undefined) return
    this.#waiting = []
    this.#waitingMs = 0
    this.#parts.send(waiting.length === 1 ? first : joined(waiting), this.#sampleRate)
  }
}
