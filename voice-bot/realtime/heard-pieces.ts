import { durationMs, joined } from '#providers/audio/pcm.ts'

export interface HeardPiecesParts {
  send: (samples: Int16Array, sampleRate: number) => void
  /** Somebody may be speaking: whoever hears is to hear it soon. */
  maySpeak: () => boolean
}

/**
 * Recognisers are sent 20 to 250 ms at once, and each piece costs as much, however long it is. A room where nobody speaks
 * can wait. Where a voice begins or falls silent, whoever knows calls `flush`: no word waits for the one after it.
 */
const voicedPieceMs = 80
const quietPieceMs = 240

/** Audio on its way to the recogniser, in pieces as long as may be. */
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
    if (this.#waitingMs >= (this.#parts.maySpeak() ? voicedPieceMs : quietPieceMs)) this.flush()
  }

  /** Sends what waits. */
  flush(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#waitingMs = 0
    this.#parts.send(joined(waiting), this.#sampleRate)
  }
}
