import { z } from 'zod'
import type { TermStatistics } from '#knowledge/passage-index.ts'
import type { Clock } from '#runtime/clock.ts'
import type { PlacedCollection } from './collections.ts'
import type { QdrantConnection } from './connection.ts'
import { termFilter } from './filters.ts'
import { termId } from './points.ts'

/** How long a count is believed; what other processes write meanwhile shows afterwards. Ours show at once. */
const believedMs = 10_000
/** About 100 bytes each. */
const countsKept = 50_000

const Count = z.object({ count: z.number() })

interface Counted {
  count: number
  at: number
}

/**
 * How many passages hold a term, by one exact count a term over the indexed ids of their terms. Questions repeat their
 * words, so the counts are kept for some seconds.
 */
export class TermCounts {
  readonly #connection: QdrantConnection
  readonly #clock: Clock
  readonly #counts = new Map<string, Counted>()
  /** Rises with each write, so that a count that was under way isn't kept. */
  #writes = 0

  constructor(connection: QdrantConnection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  forget(): void {
    this.#writes++
    this.#counts.clear()
  }

  async statistics(
    terms: readonly string[],
    collections: readonly PlacedCollection[],
    signal: AbortSignal,
  ): Promise<TermStatistics> {
    const distinct = [...new Set(terms)]
    // As long as two collections serve, the fuller one knows better.
    const most = async (term: string | undefined) =>
      Math.max(...(await Promise.all(collections.map(({ name }) => this.#count(name, term, signal)))))
    const [passages, ...counts] = await Promise.all([most(undefined), ...distinct.map(most)])
    const frequencies = new Map<string, number>()
    for (const [at, term] of distinct.entries()) {
      const count = counts[at] ?? 0
      if (count > 0) frequencies.set(term, count)
    }
    return { passages, frequencies }
  }

  /** @param term Absent: any. */
  async #count(collection_name: string, term: string | undefined, signal: AbortSignal): Promise<number> {
    const key = JSON.stringify([collection_name, term])
    const now = this.#clock.now().getTime()
    const held = this.#counts.get(key)
    if (held !== undefined && now - held.at < believedMs) return held.count
    const writes = this.#writes
    const filter = term === undefined ? {} : termFilter(termId(term))
    const asked = { collection_name, filter, exact: true }
    const { count } = await this.#connection.ask('read', (api, init) => api.countPoints(asked, init), Count, signal)
    if (writes === this.#writes) {
      if (this.#counts.size >= countsKept) this.#counts.clear()
      this.#counts.set(key, { count, at: now })
    }
    return count
  }
}
