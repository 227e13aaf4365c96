/** Once somebody speaks again, the recogniser repeats the words of the turn before for so long. */
const repeatsMs = 1200

/** What the recogniser has told, without what belongs to the past. */
export class HeardWords {
  #all = ''
  #confidence: number | undefined
  #past: { text: string; untilMs: number; isTurn: boolean } | undefined

  /** @returns What is new of it. */
  take(text: string, confidence: number | undefined, atMs: number): string {
    this.#all = text.trim()
    this.#confidence = confidence
    if (this.#past !== undefined && (atMs > this.#past.untilMs || !this.#all.startsWith(this.#past.text)))
      this.#past = undefined
    return this.current
  }

  get current(): string {
    return this.#all.slice(this.#past?.text.length ?? 0).replace(/^[\s.,!?。、！？]+/u, '')
  }

  /** 0..1, where the recogniser says. */
  get confidence(): number | undefined {
    return this.#confidence
  }

  /** The turn is over: the recogniser is told so, too, and begins anew once it has repeated its words as its final ones. */
  turnEnded(): void {
    this.#past = this.#all === '' ? undefined : { text: this.#all, untilMs: Number.POSITIVE_INFINITY, isTurn: true }
  }

  /** The next turn has begun: soon its words may be the same. */
  turnBegan(atMs: number): void {
    if (this.#past?.isTurn === true) this.#past.untilMs = Math.min(this.#past.untilMs, atMs + repeatsMs)
  }

  /** What was heard was nothing; the recogniser knows nothing of that and keeps it. */
  passOver(): void {
    this.#past = this.#all === '' ? undefined : { text: this.#all, untilMs: Number.POSITIVE_INFINITY, isTurn: false }
  }

  /** The recogniser has begun anew. */
  forget(): void {
    this.#all = ''
    this.#past = undefined
  }
}
