import type { DatabaseSync } from 'node:sqlite'
import { bm25, inverseFrequency } from '#knowledge/field-weights.ts'
import type { PassageFilter, TermStatistics } from '#knowledge/passage-index.ts'
import { type ArrayStatement, arrays, bytesOf, inSnapshot, numberOf, textOf } from './connection.ts'
import { type StoredList, unpack } from './packed-lists.ts'
import { PassageRows } from './passage-rows.ts'
import { PostingBuffer } from './posting-list.ts'
import type { PlacedCandidate } from './search-asks.ts'
import { TopCandidates } from './top-candidates.ts'
import { VisibleScopes } from './visible-scopes.ts'

interface Segment {
  id: number
  packed: boolean
  firstRow: number
  /** Some of its passages are gone, or may be. */
  hasDead: boolean
}

interface FoundList extends StoredList {
  segment: Segment
}

/** Words that people ask for come again and again: their lists are kept up to so many bytes. */
const mostReadBytes = 48 * 2 ** 20
/** What an entry of a map takes, beside its list. */
const bytesAList = 150

/** Full-text search over the posting lists: exact BM25 of every passage that holds any of the terms. */
export class WordSearch {
  readonly #database: DatabaseSync
  readonly #rows: PassageRows
  readonly #scopes: VisibleScopes
  readonly #segments: ArrayStatement
  readonly #packed: ArrayStatement
  readonly #list: ArrayStatement
  /** The packed segments, by id. */
  readonly #unpacked = new Map<number, Map<string, StoredList>>()
  /** Lists read before, by segment and term; undefined where the segment has none. */
  readonly #read = new Map<number, Map<string, StoredList | undefined>>()
  /** About what those take, or a little more. */
  #readBytes = 0
  readonly #passageId: ArrayStatement
  readonly #buffer = new PostingBuffer()
  #scores = new Float32Array(0)

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#rows = new PassageRows(database)
    this.#scopes = new VisibleScopes(database)
    this.#segments = arrays(
      database,
      "SELECT id, packed, first_row, dead FROM segments WHERE state = 'live' ORDER BY first_row",
    )
    this.#packed = arrays(database, 'SELECT lists FROM packed_postings WHERE segment = ?')
    this.#list = arrays(database, 'SELECT list, passages FROM postings WHERE segment = ? AND term = ?')
    this.#passageId = arrays(database, 'SELECT id FROM passages WHERE row = ?')
  }

  /** @returns For each of these lists of terms its best, all as of one moment. */
  matching(asks: readonly (readonly string[])[], filter: PassageFilter, limit: number): PlacedCandidate[][] {
    return inSnapshot(this.#database, () => {
      this.#rows.refresh()
      const lists = this.#listsOf(asks.flat())
      let scored = new Set<string>()
      return asks.map((terms) => {
        const wanted = new Set(terms)
        // What only adds terms to the ask before it goes on from the scores of that one.
        const kept = scored.size > 0 && [...scored].every((term) => wanted.has(term)) ? scored : undefined
        if (kept === undefined) this.#clearScores()
        for (const term of wanted) if (kept?.has(term) !== true) this.#score(lists.get(term) ?? [])
        scored = wanted
        return this.#best(this.#scopes.of(filter), limit)
      })
    })
  }

  statistics(terms: readonly string[]): TermStatistics {
    return inSnapshot(this.#database, () => {
      this.#rows.refresh()
      const frequencies = new Map<string, number>()
      for (const [term, lists] of this.#listsOf(terms)) {
        const frequency = this.#frequency(lists)
        if (frequency > 0) frequencies.set(term, frequency)
      }
      return { passages: this.#rows.count, frequencies }
    })
  }

  #listsOf(terms: readonly string[]): Map<string, FoundList[]> {
    const segments = this.#segments.all().map(([id, packed, firstRow, dead]) => ({
      id: numberOf(id),
      packed: packed === 1,
      firstRow: numberOf(firstRow),
      hasDead: dead !== 0,
    }))
    this.#unpack(segments)
    this.#forgetLists(segments)
    return new Map(
      [...new Set(terms)].map((term) => [
        term,
        segments.flatMap((segment) => {
          const list = this.#listIn(segment, term)
          return list === undefined ? [] : [{ segment, ...list }]
        }),
      ]),
    )
  }

  #listIn({ id, packed }: Segment, term: string): StoredList | undefined {
    if (packed) return this.#unpacked.get(id)?.get(term)
    const read = this.#read.get(id) ?? new Map<string, StoredList | undefined>()
    if (read.has(term)) return read.get(term)
    const cells = this.#list.get(id, term)
    const list = cells === undefined ? undefined : { bytes: bytesOf(cells[0]), passages: numberOf(cells[1]) }
    this.#read.set(id, read.set(term, list))
    this.#readBytes += bytesAList + (list?.bytes.length ?? 0)
    return list
  }

  /** A segment never changes, so that a list of it can be kept for as long as the segment lives. */
  #forgetLists(segments: readonly Segment[]): void {
    if (this.#readBytes > mostReadBytes) {
      this.#read.clear()
      this.#readBytes = 0
    }
    const live = new Set(segments.map(({ id }) => id))
    for (const id of this.#read.keys()) if (!live.has(id)) this.#read.delete(id)
  }

  /** Keeps the packed segments at hand, and no others. */
  #unpack(segments: readonly Segment[]): void {
    const packed = new Set(segments.flatMap((segment) => (segment.packed ? segment.id : [])))
    for (const id of this.#unpacked.keys()) if (!packed.has(id)) this.#unpacked.delete(id)
    for (const id of packed) {
      if (!this.#unpacked.has(id)) this.#unpacked.set(id, unpack(bytesOf(this.#packed.get(id)?.[0])))
    }
  }

  #frequency(lists: readonly FoundList[]): number {
    let frequency = 0
    for (const list of lists) frequency += list.segment.hasDead ? this.#living(list) : list.passages
    return frequency
  }

  #living({ bytes, passages, segment }: FoundList): number {
    const found = this.#buffer.decode(bytes, passages, segment.firstRow)
    const { rows } = this.#buffer
    let living = 0
    for (let index = 0; index < found; index++) {
      if (this.#rows.isLiving(rows[index] ?? 0)) living += 1
    }
    return living
  }

  /** Adds what one term is worth to every passage that holds it. */
  #score(lists: readonly FoundList[]): void {
    const weight = inverseFrequency(this.#frequency(lists), this.#rows.count) * (bm25.k1 + 1)
    const flat = bm25.k1 * (1 - bm25.b)
    const perLength = (bm25.k1 * bm25.b) / Math.max(1, this.#rows.averageLength)
    const scores = this.#scores
    const { lengths, base } = this.#rows
    for (const { bytes, passages, segment } of lists) {
      const found = this.#buffer.decode(bytes, passages, segment.firstRow)
      const { rows, counts } = this.#buffer
      for (let index = 0; index < found; index++) {
        const slot = (rows[index] ?? 0) - base
        const count = counts[index] ?? 0
        const score = (weight * count) / (count + flat + perLength * (lengths[slot] ?? 0))
        scores[slot] = (scores[slot] ?? 0) + score
      }
    }
  }

  #clearScores(): void {
    if (this.#scores.length < this.#rows.lengths.length) this.#scores = new Float32Array(this.#rows.lengths.length)
    else this.#scores.fill(0)
  }

  #best(visible: Uint8Array, limit: number): PlacedCandidate[] {
    const top = new TopCandidates(limit, 0)
    const scores = this.#scores
    const { scopes, base, slots } = this.#rows
    for (let slot = 0; slot < slots; slot++) {
      const score = scores[slot] ?? 0
      if (score > top.threshold && visible[scopes[slot] ?? 0] === 1) top.add(slot + base, score)
    }
    return top.ranked().map(({ row, score }) => ({ passageId: textOf(this.#passageId.get(row)?.[0]), score, row }))
  }
}
