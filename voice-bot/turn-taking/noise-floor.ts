/** Digital silence and what is next to it: no microphone is quieter. */
const quietestDb = -90
/** The quietest that was heard in so long is the room: longer than a syllable or a word, shorter than a change of rooms. */
const spanMs = 1600
const buckets = 4

/** How loud the room is when nobody speaks, in dB below full scale: the quietest level of the last seconds, smoothed. */
export class NoiseFloor {
  #smoothedDb: number | undefined
  /** The quietest of each quarter of the span, the newest last. */
  readonly #quietest: number[] = []
  #bucketEndsMs = 0

  take(levelDb: number, endMs: number): void {
    const level = Math.max(quietestDb, levelDb)
    const before = this.#smoothedDb ?? level
    // Falls at once and rises within four frames: a short dip between two sounds is the room, too.
    this.#smoothedDb = before + (level - before) * (level < before ? 0.6 : 0.3)
    if (endMs >= this.#bucketEndsMs) {
      this.#bucketEndsMs = endMs + spanMs / buckets
      this.#quietest.push(this.#smoothedDb)
      if (this.#quietest.length > buckets) this.#quietest.shift()
    }
    const newest = this.#quietest.length - 1
    this.#quietest[newest] = Math.min(this.#quietest[newest] ?? level, this.#smoothedDb)
  }

  /** Before anything was heard: as quiet as can be. */
  get db(): number {
    return this.#quietest.length === 0 ? quietestDb : Math.min(...this.#quietest)
  }
}
