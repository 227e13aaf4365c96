/** People let go of the key while they still say their last sound. */
const releaseAfterMs = 250
/** Shorter than any word. */
const shortestMs = 250

export interface KeyHoldListener {
  /** It's down: somebody begins to speak. */
  began(): void
  /** It's up, and all that was said has been heard. */
  ended(): void
  /** It was only touched. */
  touched(): void
}

/** A key or button that is held as long as one speaks. */
export class KeyHold {
  readonly #listener: KeyHoldListener
  #since: number | undefined
  #ending: ReturnType<typeof setTimeout> | undefined

  constructor(listener: KeyHoldListener) {
    this.#listener = listener
  }

  get isDown(): boolean {
    return this.#since !== undefined
  }

  down(): void {
    if (this.#since !== undefined) return
    // Down again before it was quite up: the same sentence goes on.
    const goesOn = this.#ending !== undefined
    clearTimeout(this.#ending)
    this.#ending = undefined
    this.#since = performance.now()
    if (!goesOn) this.#listener.began()
  }

  up(): void {
    if (this.#since === undefined) return
    const isTouch = performance.now() - this.#since < shortestMs
    this.#since = undefined
    if (isTouch) this.#listener.touched()
    else {
      this.#ending = setTimeout(() => {
        this.#ending = undefined
        this.#listener.ended()
      }, releaseAfterMs)
    }
  }

  /** Whatever was said is dropped. */
  reset(): void {
    clearTimeout(this.#ending)
    this.#ending = undefined
    this.#since = undefined
  }
}
