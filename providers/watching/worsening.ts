import type { Change } from './slowing.ts'

const fewest = 300
const memory = 4000
const leastShare = 0.005
/** What counts as worse: three times as often, and at least so many more in a hundred. */
const worseBy = { factor: 3, least: 0.04 }
/** Found by simulation: no false alarm in 100 weeks of 6 calls a minute; a rise from 2 to 10 in a hundred is found in 28 minutes (median), 62 (p95). */
const learntThreshold = 11
const clearedAt = 6

/** Where it is known beforehand how often something may fail. */
export interface KnownShare {
  usual: number
  worse: number
  threshold: number
}

/**
 * Questions with known answers: one in twenty may go wrong, two in five is worse. Of 120 a day of which one in fifty goes
 * wrong, simulation gives a false alarm in nine months; half of them going wrong is found after 6 (median), 14 (p95).
 */
export const canaryShare: KnownShare = { usual: 0.05, worse: 0.4, threshold: 5.5 }

/**
 * Tells when something fails more often than it used to, by a cumulative sum of likelihood ratios (a sequential test of
 * one proportion against a greater one).
 */
export class Worsening {
  #count = 0
  #share = 0
  #up = 0
  #down = 0
  #isRaised = false
  #since: Date | undefined
  #sinceRaised = 0
  readonly #known: KnownShare | undefined

  constructor(known?: KnownShare) {
    this.#known = known
  }

  add(isBad: boolean, at: Date): Change {
    const change = this.#known === undefined && this.#count < fewest ? 'none' : this.#test(isBad, at)
    if (this.#isRaised || this.#up > 0.6 * learntThreshold) return change
    this.#count += 1
    this.#share += (Number(isBad) - this.#share) / Math.min(this.#count, memory)
    return change
  }

  /** The share that is usual; 0..1, at its upper end, since the few that were seen say little. */
  get usual(): number {
    if (this.#known !== undefined) return this.#known.usual
    const bad = this.#share * Math.min(this.#count, memory) + 1
    return Math.max(leastShare, (bad + Math.sqrt(bad)) / (Math.min(this.#count, memory) + 2))
  }

  get since(): Date | undefined {
    return this.#since
  }

  #test(isBad: boolean, at: Date): Change {
    const { usual } = this
    const threshold = this.#known?.threshold ?? learntThreshold
    const worse = this.#known?.worse ?? Math.min(0.95, Math.max(usual * worseBy.factor, usual + worseBy.least))
    const ratio = isBad ? Math.log(worse / usual) : Math.log((1 - worse) / (1 - usual))
    if (this.#up === 0) this.#since = at
    this.#up = Math.min(threshold, Math.max(0, this.#up + ratio))
    this.#down = this.#isRaised ? Math.max(0, this.#down - ratio) : 0
    if (!this.#isRaised && this.#up >= threshold) {
      this.#isRaised = true
      this.#sinceRaised = 0
      return 'raised'
    }
    if (!this.#isRaised) return 'none'
    this.#sinceRaised += 1
    if (this.#down < Math.min(clearedAt, threshold)) return this.#sinceRaised % 20 === 0 ? 'stands' : 'none'
    this.#isRaised = false
    this.#up = 0
    return 'cleared'
  }
}
