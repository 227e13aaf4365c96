import type { HearingEvent, SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { Guesses } from './guesses.ts'
import { Ear, type EarOptions } from './hear.ts'
import type { SpeculationDepth, SpeculativeAnswer } from './speculation.ts'
import type { Utterance } from './turn.ts'

export interface ListeningParts {
  speechToText: SpeechToText
  ear: EarOptions
  clock: Clock
  log: Log
  begin: (text: string, depth: SpeculationDepth) => SpeculativeAnswer | undefined
  /** What is being said. */
  onHeard: (event: { kind: 'interim' | 'final'; text: string }) => Promise<void>
  /** A turn of the speaker's is over. */
  onUtterance: (utterance: Utterance) => Promise<void>
  /** Recognition failed. */
  onFailure: (error: unknown) => Promise<void>
}

/** A recogniser that failed is asked again after so long, doubled each time it fails at once. */
const firstPauseMs = 500
const longestPauseMs = 15_000

/** Turns audio into utterances. After a failure, audio is heard again as soon as the recogniser may be asked again. */
export class Listening {
  readonly #parts: ListeningParts
  readonly #guesses: Guesses
  #ear: Ear | undefined
  #hearing: Promise<void> = Promise.resolve()
  #takenSinceFlush = false
  #pauseMs = 0
  #pausedUntil = 0

  constructor(parts: ListeningParts) {
    this.#parts = parts
    this.#guesses = new Guesses(parts.begin)
  }

  audio(samples: Int16Array, sampleRate: number, signal: AbortSignal): void {
    if (this.#ear?.sampleRate !== sampleRate) {
      if (this.#parts.clock.now().getTime() < this.#pausedUntil) return
      this.#ear?.close()
      this.#open(sampleRate, signal)
    }
    this.#ear?.feed(samples)
  }

  flush(): void {
    this.#ear?.flush()
  }

  /** Resolves when all that was said until now was told. */
  async close(): Promise<void> {
    this.#ear?.close()
    await this.#hearing
    this.#guesses.drop()
  }

  #open(sampleRate: number, signal: AbortSignal): void {
    const ear = new Ear(this.#parts.speechToText, sampleRate, this.#parts.ear, signal)
    this.#ear = ear
    const before = this.#hearing
    this.#hearing = before.then(() => this.#hear(ear, signal))
  }

  async #hear(ear: Ear, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of ear.heard(signal)) {
        this.#pauseMs = 0
        await this.#told(event)
      }
    } catch (error) {
      this.#guesses.drop()
      if (signal.aborted) return
      this.#pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, this.#pauseMs * 2))
      this.#pausedUntil = this.#parts.clock.now().getTime() + this.#pauseMs
      this.#parts.log.warn({ err: error, model: this.#parts.speechToText.id }, 'speech recognition failed')
      await this.#parts.onFailure(error)
    } finally {
      if (this.#ear === ear) this.#ear = undefined
    }
  }

  async #told(event: HearingEvent): Promise<void> {
    switch (event.kind) {
      case 'interim':
      case 'final':
        await this.#parts.onHeard({ kind: event.kind, text: event.transcript.text })
        this.#guesses.hear(event.transcript.text, event.kind === 'final' ? 'answer' : 'retrieval')
        return
      case 'likely-end-of-turn':
        this.#guesses.hear(event.transcript.text, 'answer')
        return
      case 'end-of-turn': {
        const { text } = event.transcript
        const flushed = event.cause === 'flush'
        // Silence had ended the turn already when the speaker was said to be done.
        const nothingNew = text.trim() === '' && this.#takenSinceFlush
        this.#takenSinceFlush = !flushed
        if (nothingNew) return
        await this.#parts.onUtterance({ text, begun: this.#guesses.take(text) })
        return
      }
      case 'speech-started':
      case 'turn-resumed':
        return
    }
  }
}
