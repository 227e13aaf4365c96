import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WeightedTerms } from '#knowledge/field-weights.ts'
import { pack } from './packed-lists.ts'
import { PostingListBuilder } from './posting-list.ts'

/** Gathers the posting lists of passages written in one transaction and makes them one segment at its end. */
export class SegmentWriter {
  readonly #insertSegment: StatementSync
  readonly #insertPacked: StatementSync
  readonly #lists = new Map<string, PostingListBuilder>()
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
    for (const [term, count] of terms.counts) {
      let list = this.#lists.get(term)
      if (list === undefined) {
        list = new PostingListBuilder(this.#firstRow)
        this.#lists.set(term, list)
      }
      list.add(row, count)
    }
  }

  /** Writes what was gathered, if anything, and forgets it. */
  flush(): void {
    if (this.#passages > 0) {
      const { lastInsertRowid } = this.#insertSegment.run(this.#firstRow, this.#lastRow, this.#passages)
      this.#insertPacked.run(lastInsertRowid, pack(this.#lists))
    }
    this.forget()
  }

  forget(): void {
    this.#lists.clear()
    this.#passages = 0
  }
}
