/** The recogniser repeats the words of a turn for so long after it was told to end it. */
const repeatsMs = 1200

/** What the recogniser has told, without what belongs to the past. */
export class HeardWords {
  #all = ''
  #confidence: number | undefined
  #past: { text: string; untilMs: number } | undefined

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

  /** The turn is over: the recogniser is told so, too, and begins anew. */
  turnEnded(atMs: number): void {
    this.#past = this.#all === '' ? undefined : { text: this.#all, untilMs: atMs + repeatsMs }
  }

  /** What was heard was nothing; the recogniser knows nothing of that and keeps it. */
  passOver(): void {
    this.#past = this.#all === '' ? undefined : { text: this.#all, untilMs: Number.POSITIVE_INFINITY }
  }

  /** The recogniser has begun anew. */
  forget(): void {
    this.#all = ''
    this.#past = undefined
  }
}
