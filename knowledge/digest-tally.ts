import { type Digest, sumOf } from './content-digest.ts'

/** How many digests were seen, and where wanted how often each. */
export class DigestTally {
  count = 0
  #sum: Digest = 0n
  readonly #keeping: 'sum' | 'each'
  readonly #seen = new Map<Digest, number>()

  constructor(keeping: 'sum' | 'each' = 'each') {
    this.#keeping = keeping
  }

  get checksum(): string {
    return this.#sum.toString(16).padStart(32, '0')
  }

  add(digest: Digest, times = 1): void {
    if (times === 0) return
    this.count += times
    this.#sum = sumOf([this.#sum, digest * BigInt(times)])
    if (this.#keeping === 'each') this.#seen.set(digest, (this.#seen.get(digest) ?? 0) + times)
  }

  /** @returns Whether it was there; it counts once less then. */
  take(digest: Digest): boolean {
    const times = this.#seen.get(digest) ?? 0
    this.#seen.set(digest, Math.max(0, times - 1))
    return times > 0
  }

  /** What of this is in the other, too; of sums, all of the other. */
  in(other: DigestTally): DigestTally {
    if (this.#keeping === 'sum') return other
    const both = new DigestTally()
    for (const [digest, times] of this.#seen) both.add(digest, Math.min(times, other.#seen.get(digest) ?? 0))
    return both
  }
}
