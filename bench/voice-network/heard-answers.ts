/** What was heard of answers, 10 ms by 10 ms; each is a sound without a pause, so that silence within one is a gap. */
export class HeardAnswers {
  heardMs = 0
  silentMs = 0
  longestSilenceMs = 0
  /** Each silence within an answer. */
  readonly gapsMs: number[] = []
  /** Of the last 10 ms that were no silence. */
  soundedAt = 0
  #isWithin = false
  #silenceMs = 0
  #onSound: ((at: number) => void) | undefined

  /** Forgets what is being heard: a question was asked, or it is being talked over. @param onSound Of the next sound. */
  next(onSound?: (at: number) => void): void {
    this.#isWithin = false
    this.#silenceMs = 0
    this.#onSound = onSound
  }

  hear(isSilent: boolean, at: number): void {
    if (isSilent) {
      if (this.#isWithin) this.#silenceMs += windowMs
      return
    }
    this.soundedAt = at
    this.#onSound?.(at)
    this.#onSound = undefined
    this.#isWithin = true
    // Only once sound follows is it known that it was a gap and not the end.
    this.heardMs += this.#silenceMs + windowMs
    this.silentMs += this.#silenceMs
    if (this.#silenceMs > 0) this.gapsMs.push(this.#silenceMs)
    this.longestSilenceMs = Math.max(this.longestSilenceMs, this.#silenceMs)
    this.#silenceMs = 0
  }
}

const windowMs = 10
