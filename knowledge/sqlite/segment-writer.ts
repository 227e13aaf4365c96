import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WeightedTerms } from '#knowledge/field-weights.ts'
import { PostingListBuilder } from './posting-list.ts'

/** Gathers the posting lists of passages written in one transaction and makes them one segment at its end. */
export class SegmentWriter {
  readonly #insertSegment: StatementSync
  readonly #insertPostings: StatementSync
  readonly #lists = new Map<string, PostingListBuilder>()
  #firstRow = 0
  #lastRow = 0
  #passages = 0

  constructor(database: DatabaseSync) {
    this.#insertSegment = database.prepare(
      "INSERT INTO segments (state, first_row, last_row, passages, dead) VALUES ('live', ?, ?, ?, 0)",
    )
    this.#insertPostings = database.prepare('INSERT INTO postings (segment, term, passages, list) VALUES (?, ?, ?, ?)')
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
      // In order, so that the table only grows at its end.
      for (const term of [...this.#lists.keys()].sort()) {
        const list = this.#lists.get(term)
        if (list !== undefined) this.#insertPostings.run(lastInsertRowid, term, list.passages, list.bytes())
      }
    }
    this.forget()
  }

  forget(): void {
    this.#lists.clear()
    this.#passages = 0
  }
}
