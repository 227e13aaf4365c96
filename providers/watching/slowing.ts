/** Calls before anything can be said. */
const fewest = 200
/** Calls that the baseline remembers, about: long enough that a slow change doesn't become the usual. */
const memory = 2000
/** In standard deviations. A single call counts for no more than this, however slow. */
const most = 3
/** A shift below half of this is nothing. */
const allowance = 0.25
/** Found by simulation: under one false alarm in a week, at 6 calls a minute (`watching.test.ts`). */
const threshold = 40
const clearedAt = 12
const clearAllowance = 0.5
/** Means of so many calls show how far calls that follow one another are alike. */
const batchSize = 20

/** What became of a series with its newest value. */
export type Change = 'none' | 'raised' | 'stands' | 'cleared'

/**
 * Tells when times become longer than they used to be, by a cumulative sum (CUSUM) over their logarithms against a
 * baseline of their own. The baseline goes on learning, but not from what looks like a change.
 */
export class Slowing {
  readonly #baseline = new Baseline()
  readonly #sum = new RisingSum()

  /** @returns How far from the usual, in standard deviations; undefined: not known yet what is usual. */
  score(ms: number): number | undefined {
    const { count, mean, deviation } = this.#baseline
    if (count < fewest || deviation === 0) return undefined
    const score = (Math.log(Math.max(ms, 0.01)) - mean) / deviation
    return Math.min(most, Math.max(-most, score))
  }

  add(ms: number, at: Date): { score: number | undefined; change: Change } {
    const score = this.score(ms)
    const change = score === undefined ? 'none' : this.#sum.add(score, at)
    if (!this.#sum.isSuspicious) this.#baseline.add(Math.log(Math.max(ms, 0.01)))
    return { score, change }
  }

  /** The typical time, in milliseconds. */
  get usualMs(): number {
    return Math.exp(this.#baseline.mean)
  }

  get since(): Date | undefined {
    return this.#sum.since
  }
}

/** The cumulative sum itself; several series of scores may go into one. */
export class RisingSum {
  #up = 0
  #down = 0
  #isRaised = false
  #since: Date | undefined
  #sinceRaised = 0

  add(score: number, at: Date): Change {
    if (this.#up === 0) this.#since = at
    this.#up = Math.min(threshold, Math.max(0, this.#up + score - allowance))
    this.#down = this.#isRaised ? Math.max(0, this.#down + clearAllowance - score) : 0
    if (!this.#isRaised && this.#up >= threshold) {
      this.#isRaised = true
      this.#sinceRaised = 0
      return 'raised'
    }
    if (!this.#isRaised) return 'none'
    this.#sinceRaised += 1
    if (this.#down < clearedAt) return this.#sinceRaised % 20 === 0 ? 'stands' : 'none'
    this.#isRaised = false
    this.#up = 0
    return 'cleared'
  }

  /** Enough that the baseline had better not learn from it. */
  get isSuspicious(): boolean {
    return this.#isRaised || this.#up > 0.6 * threshold
  }

  /** When what looks like a change began. */
  get since(): Date | undefined {
    return this.#since
  }
}

/** Mean and spread, in which the newest counts for one in `memory`. */
class Baseline {
  count = 0
  mean = 0
  #variance = 0
  #batch = 0
  #batchCount = 0
  #batchVariance = 0

  add(value: number): void {
    this.count += 1
    const weight = 1 / Math.min(this.count, memory)
    const away = value - this.mean
    this.mean += weight * away
    this.#variance += weight * (away * (value - this.mean) - this.#variance)
    this.#batch += (value - this.mean) / batchSize
    if (this.count % batchSize !== 0) return
    this.#batchCount += 1
    this.#batchVariance += (this.#batch ** 2 - this.#batchVariance) / Math.min(this.#batchCount, memory / batchSize)
    this.#batch = 0
  }

  /** Calls that follow one another are alike, so that their mean varies more than if each stood for itself. */
  get deviation(): number {
    return Math.sqrt(Math.max(this.#variance, batchSize * this.#batchVariance))
  }
}
