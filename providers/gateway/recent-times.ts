/** Fewer say nothing about the slowest in twenty. */
const fewest = 20

/** How long the last calls took, the newest replacing the oldest. */
export class RecentTimes {
  readonly #ring: number[] = []
  readonly #size: number
  #next = 0
  #sorted: readonly number[] | undefined

  constructor(size = 100) {
    this.#size = size
  }

  get count(): number {
    return this.#ring.length
  }

  add(ms: number): void {
    this.#ring[this.#next] = ms
    this.#next = (this.#next + 1) % this.#size
    this.#sorted = undefined
  }

  /** @returns undefined as long as too few are known. */
  quantile(share: number, least = fewest): number | undefined {
    if (this.#ring.length < least) return undefined
    this.#sorted ??= this.#ring.toSorted((one, other) => one - other)
    return this.#sorted[Math.min(this.#sorted.length - 1, Math.floor(share * this.#sorted.length))]
  }
}
