import type { Lang } from '#knowledge/document.ts'
import { childOf } from './lifetimes.ts'

export interface StallsParts {
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** The listener has heard all that there is, and hears nothing more for a while; told once. */
  onStall: () => Promise<void>
}

/** Roughly: so many characters are said in a second. */
const charactersPerSecond = { en: 15, ja: 7 }
/** Since the last words came. */
const stalledMs = 2_000
/** Since the last words were heard. */
const breathMs = 1_000

/** Notices that an answer which is being said stops in the middle. */
export class Stalls {
  readonly #parts: StallsParts
  readonly #signal: AbortSignal
  #watching: { stop: () => void; over: Promise<void> } | undefined
  #heardAt = 0
  #hasStalled = false

  constructor(parts: StallsParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
  }

  /** More is to be said, and more is to come. */
  said(text: string, { lang, pace }: { lang: Lang; pace: number }): void {
    const now = performance.now()
    this.#heardAt = Math.max(now, this.#heardAt) + (1000 * text.length) / charactersPerSecond[lang] / pace
    this.stop()
    if (this.#hasStalled || this.#signal.aborted) return
    const waiting = childOf(this.#signal)
    const silentMs = Math.max(stalledMs, this.#heardAt - now + breathMs)
    const over = this.#parts
      .wait(silentMs, waiting.signal)
      .then(
        () => {
          this.#hasStalled = true
          return this.#parts.onStall()
        },
        () => undefined,
      )
      .finally(() => waiting[Symbol.dispose]())
    this.#watching = { stop: () => waiting.abort(new Error('it goes on')), over }
  }

  /** Nothing more is to come, or it came. */
  stop(): void {
    this.#watching?.stop()
  }

  /** Resolves once nothing more will be told. */
  async end(): Promise<void> {
    this.stop()
    await this.#watching?.over
  }
}
