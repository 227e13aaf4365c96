/** Digital silence and what is next to it: no microphone is quieter. */
const quietestDb = -90
/** Longer than a phrase, shorter than a change of rooms. */
const spanFrames = 128
/** So many of the frames are in a pause, even of somebody who talks all the time. */
const quietShare = 0.1
/** A sound that was found to be nothing is the room for so long after it was last heard, and fades by so much a second. */
const fadeDbPerSecond = 1.5

/** How loud the room is when nobody speaks, in dB below full scale: what all but the quietest tenth of the last seconds exceed. */
export class NoiseFloor {
  readonly #levels: number[] = []
  #next = 0
  #db = quietestDb
  #noiseDb = quietestDb

  take(levelDb: number, durationMs: number): void {
    this.#levels[this.#next] = Math.max(quietestDb, levelDb)
    this.#next = (this.#next + 1) % spanFrames
    this.#noiseDb = Math.max(quietestDb, this.#noiseDb - (fadeDbPerSecond * durationMs) / 1000)
    // Sorting so few numbers every fourth frame takes some microseconds.
    if (this.#next % 4 !== 0 && this.#levels.length > 4) return
    const sorted = Float64Array.from(this.#levels).sort()
    this.#db = sorted[Math.floor(sorted.length * quietShare)] ?? quietestDb
  }

  /** A sound of that level turned out to be nothing. */
  learn(levelDb: number): void {
    this.#noiseDb = Math.max(this.#noiseDb, levelDb)
  }

  get db(): number {
    return Math.max(this.#db, this.#noiseDb)
  }
}
