import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WeightedTerms } from '#knowledge/field-weights.ts'
import { Packer } from './packed-lists.ts'
import { PostingListBuilder } from './posting-list.ts'

/**
 * Gathers the postings of passages written in one transaction and makes them one segment at its end. Until then they
 * stand one after the other in flat arrays, since an object a term would cost more than all the rest.
 */
export class SegmentWriter {
  readonly #insertSegment: StatementSync
  readonly #insertPacked: StatementSync
  readonly #list = new PostingListBuilder()
  /** Terms by number, in the order of their first appearance. */
  readonly #terms = new Map<string, number>()
  /** By posting: the number of its term, its row, its count. */
  #termOf = new Int32Array(65_536)
  #rowOf = new Float64Array(65_536)
  #countOf = new Int32Array(65_536)
  #postings = 0
  #firstRow = 0
  #lastRow = 0
  #passages = 0

  constructor(database: DatabaseSync) {
    this.#insertSegment = database.prepare(
      "INSERT INTO segments (state, packed, first_row, last_row, passages, dead) VALUES ('live', 1, ?, ?, ?, 0)",
    )
    this.#insertPacked = database.prepare('INSERT INTO packed_postings (segment, lists) VALUES (?, ?)')
  }

  /** Rows come ascending. */
  add(row: number, terms: WeightedTerms): void {
    if (this.#passages === 0) this.#firstRow = row
    this.#lastRow = row
    this.#passages += 1
    if (this.#postings + terms.counts.size > this.#termOf.length) this.#grow(this.#postings + terms.counts.size)
    for (const [term, count] of terms.counts) {
      let number = this.#terms.get(term)
      if (number === undefined) {
        number = this.#terms.size
        this.#terms.set(term, number)
      }
      this.#termOf[this.#postings] = number
      this.#rowOf[this.#postings] = row
      this.#countOf[this.#postings++] = count
    }
  }

  /** Writes what was gathered, if anything, and forgets it. */
  flush(): void {
    if (this.#passages > 0) {
      const { lastInsertRowid } = this.#insertSegment.run(this.#firstRow, this.#lastRow, this.#passages)
      this.#insertPacked.run(lastInsertRowid, this.#packed())
    }
    this.forget()
  }

  forget(): void {
    this.#terms.clear()
    this.#postings = 0
    this.#passages = 0
  }

  #packed(): Uint8Array {
    const { ends, order } = this.#byTerm()
    const packer = new Packer()
    let at = 0
    for (const [term, number] of this.#terms) {
      this.#list.begin(this.#firstRow)
      for (const end = ends[number] ?? 0; at < end; at++) {
        const posting = order[at] ?? 0
        this.#list.add(this.#rowOf[posting] ?? 0, this.#countOf[posting] ?? 1)
      }
      packer.add(term, this.#list)
    }
    return packer.packed()
  }

  /** The postings in the order of their terms, and where each term's end there: a counting sort, so rows stay in order. */
  #byTerm(): { ends: Int32Array; order: Int32Array } {
    const ends = new Int32Array(this.#terms.size)
    for (let posting = 0; posting < this.#postings; posting++) {
      const term = this.#termOf[posting] ?? 0
      ends[term] = (ends[term] ?? 0) + 1
    }
    for (let term = 1; term < ends.length; term++) ends[term] = (ends[term] ?? 0) + (ends[term - 1] ?? 0)
    const places = ends.slice()
    const order = new Int32Array(this.#postings)
    for (let posting = this.#postings - 1; posting >= 0; posting--) {
      const term = this.#termOf[posting] ?? 0
      const place = (places[term] ?? 0) - 1
      places[term] = place
      order[place] = posting
    }
    return { ends, order }
  }

  #grow(postings: number): void {
    const termOf = new Int32Array(postings * 2)
    const rowOf = new Float64Array(postings * 2)
    const countOf = new Int32Array(postings * 2)
    termOf.set(this.#termOf)
    rowOf.set(this.#rowOf)
    countOf.set(this.#countOf)
    this.#termOf = termOf
    this.#rowOf = rowOf
    this.#countOf = countOf
  }
}
