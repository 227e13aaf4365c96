import { WaitingSound } from './waiting-sound.ts'

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
  readonly #waiting: WaitingSound
  readonly #maySpeak: () => boolean

  constructor({ send, maySpeak }: HeardPiecesParts) {
    this.#waiting = new WaitingSound(send)
    this.#maySpeak = maySpeak
  }

  push(samples: Int16Array, sampleRate: number): void {
    this.#waiting.push(samples, sampleRate)
    if (this.#waiting.ms >= (this.#maySpeak() ? voicedPieceMs : quietPieceMs)) this.#waiting.flush()
  }

  /** Sends what waits. */
  flush(): void {
    this.#waiting.flush()
  }
}
