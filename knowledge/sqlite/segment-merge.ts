import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ArrayStatement, arrays, bytesOf, type Cells, inTransaction, numberOf, textOf } from './connection.ts'
import { PostingBuffer, PostingListBuilder } from './posting-list.ts'

/** So many segments of about one size become one. More makes writing cheaper, fewer makes searching cheaper. */
const fanOut = 8

/** Segments of up to so many passages count as of one size, the smallest. */
const smallestTier = 64

/** So many lists are merged, then written, and then we look at how long this has been going on. */
const listsAtOnce = 1024

interface MergedList {
  term: string
  list: PostingListBuilder
}

interface Segment {
  id: number
  firstRow: number
  lastRow: number
  passages: number
  dead: number
}

/** A merge under way. Its sources never change, so it can go on from any term, in as many transactions as it likes. */
interface Merge {
  target: number
  sources: readonly Segment[]
  /** By row − firstRow: 1 for those that were there when the merge began. */
  alive: Uint8Array
  firstRow: number
  /** All lists up to this term are merged. */
  done: string
}

/**
 * Keeps the word index in few segments, in slices short enough for writes to come in between. A segment that is being
 * built isn't searched; it takes its sources' place in the transaction that finishes it. Whatever a killed process
 * left unfinished is thrown away.
 */
export class SegmentMerger {
  readonly #database: DatabaseSync
  readonly #segments: ArrayStatement
  readonly #insertPostings: StatementSync
  readonly #buffer = new PostingBuffer()
  #merge: Merge | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#segments = arrays(
      database,
      "SELECT id, first_row, last_row, passages, dead FROM segments WHERE state = 'live' ORDER BY first_row",
    )
    this.#insertPostings = database.prepare('INSERT INTO postings (segment, term, passages, list) VALUES (?, ?, ?, ?)')
  }

  /** Drops what an earlier process left half built. Nothing of it was ever searched. */
  dropUnfinished(): void {
    this.#database.exec("UPDATE segments SET state = 'dropped' WHERE state = 'building'")
  }

  /** Works for about `sliceMs`. @returns Whether there is more to do. */
  slice(sliceMs: number): boolean {
    const until = performance.now() + sliceMs
    this.#merge ??= this.#begin()
    if (this.#merge === undefined) return this.#purge()
    const merge = this.#merge
    const finished = inTransaction(this.#database, () => this.#advance(merge, until))
    if (finished) this.#merge = undefined
    return true
  }

  #begin(): Merge | undefined {
    const sources = due(this.#segments.all().map(segmentFrom))
    const [first] = sources
    const last = sources.at(-1)
    if (first === undefined || last === undefined) return undefined
    const alive = new Uint8Array(last.lastRow - first.firstRow + 1)
    const rows = arrays(this.#database, 'SELECT row FROM passages WHERE row BETWEEN ? AND ?')
    for (const [row] of rows.iterate(first.firstRow, last.lastRow)) alive[numberOf(row) - first.firstRow] = 1
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO segments (state, first_row, last_row, passages, dead) VALUES ('building', ?, ?, 0, 0)")
      .run(first.firstRow, last.lastRow)
    return { target: Number(lastInsertRowid), sources, alive, firstRow: first.firstRow, done: '' }
  }

  /** @returns Whether this merge is over, one way or the other. */
  #advance(merge: Merge, until: number): boolean {
    // Another process may have taken it for a dead one's and dropped it: then it is no longer ours to write to.
    if (!this.#isState(merge.target, 'building')) return true
    let lists: MergedList[] = []
    let looksOver = false
    for (const { term, parts } of this.#terms(merge)) {
      const list = this.#joined(merge, parts)
      if (list.passages > 0) lists.push({ term, list })
      merge.done = term
      if (lists.length < listsAtOnce) continue
      // Not one by one: each insertion makes the reading cursors find their places anew.
      this.#insert(merge.target, lists)
      lists = []
      looksOver = performance.now() > until
      if (looksOver) break
    }
    this.#insert(merge.target, lists)
    if (!looksOver) this.#finish(merge)
    return !looksOver
  }

  #insert(target: number, lists: readonly MergedList[]): void {
    for (const { term, list } of lists) this.#insertPostings.run(target, term, list.passages, list.bytes())
  }

  /** Every term that any source still holds, in order, with its list in each. */
  *#terms(merge: Merge): Generator<{ term: string; parts: { segment: Segment; cells: Cells }[] }> {
    const cursors = merge.sources.map((segment) => {
      // A statement of its own for each source, since all are read at once.
      const lists = arrays(this.#database, listsAfter).iterate(segment.id, merge.done)
      return { segment, lists, next: lists.next() }
    })
    try {
      for (;;) {
        let term: string | undefined
        for (const { next } of cursors) {
          if (next.done === true) continue
          const candidate = textOf(next.value[0])
          if (term === undefined || compareAsUtf8(candidate, term) < 0) term = candidate
        }
        if (term === undefined) return
        const parts: { segment: Segment; cells: Cells }[] = []
        for (const cursor of cursors) {
          if (cursor.next.done === true || cursor.next.value[0] !== term) continue
          parts.push({ segment: cursor.segment, cells: cursor.next.value })
          cursor.next = cursor.lists.next()
        }
        yield { term, parts }
      }
    } finally {
      // An open cursor would hold on to an old state of the file.
      for (const { lists } of cursors) lists.return?.()
    }
  }

  #joined(merge: Merge, parts: readonly { segment: Segment; cells: Cells }[]): PostingListBuilder {
    const list = new PostingListBuilder(merge.firstRow)
    for (const { segment, cells } of parts) {
      const found = this.#buffer.decode(bytesOf(cells[1]), numberOf(cells[2]), segment.firstRow)
      for (let index = 0; index < found; index++) {
        const row = this.#buffer.rows[index] ?? 0
        if (merge.alive[row - merge.firstRow] === 1) list.add(row, this.#buffer.counts[index] ?? 1)
      }
    }
    return list
  }

  #finish(merge: Merge): void {
    const live = new Map(this.#segments.all().map((cells) => [numberOf(cells[0]), segmentFrom(cells)]))
    const now = merge.sources.flatMap(({ id }) => live.get(id) ?? [])
    if (now.length < merge.sources.length) {
      this.#database.prepare("UPDATE segments SET state = 'dropped' WHERE id = ?").run(merge.target)
      return
    }
    // Deleted since the merge began: still in some of the new lists.
    const dead = total(now, 'dead') - total(merge.sources, 'dead')
    const passages = total(now, 'passages') - total(merge.sources, 'dead')
    this.#database
      .prepare('UPDATE segments SET state = ?, passages = ?, dead = ? WHERE id = ?')
      .run(passages > dead ? 'live' : 'dropped', passages, dead, merge.target)
    const drop = this.#database.prepare("UPDATE segments SET state = 'dropped' WHERE id = ?")
    for (const { id } of merge.sources) drop.run(id)
  }

  /** Deletes some of the lists of dropped segments. @returns Whether there are more. */
  #purge(): boolean {
    return inTransaction(this.#database, () => {
      const dropped = this.#database.prepare("SELECT id FROM segments WHERE state = 'dropped' LIMIT 1").get()?.id
      if (dropped === undefined) return false
      const { changes } = this.#database
        .prepare(
          `DELETE FROM postings WHERE segment = :segment AND term <= coalesce(
            (SELECT term FROM postings WHERE segment = :segment ORDER BY term LIMIT 1 OFFSET 4000),
            (SELECT max(term) FROM postings WHERE segment = :segment))`,
        )
        .run({ segment: dropped })
      if (changes === 0) this.#database.prepare('DELETE FROM segments WHERE id = ?').run(dropped)
      return true
    })
  }

  #isState(segment: number, state: string): boolean {
    return this.#database.prepare('SELECT state FROM segments WHERE id = ?').get(segment)?.state === state
  }
}

const listsAfter = 'SELECT term, list, passages FROM postings WHERE segment = ? AND term > ? ORDER BY term'

/** The segments to merge next: the newest ones as soon as enough of them are of one size; or one that is mostly dead. */
export function due<Of extends Pick<Segment, 'passages' | 'dead'>>(segments: readonly Of[]): readonly Of[] {
  const wasted = segments.find(({ passages, dead }) => dead > smallestTier && dead * 2 > passages)
  if (wasted !== undefined) return [wasted]
  for (let start = segments.length, tier = 0; ; tier++) {
    while (start > 0 && tierOf(segments[start - 1]?.passages ?? 0) <= tier) start -= 1
    if (segments.length - start >= fanOut) return segments.slice(start)
    if (start === 0) return []
  }
}

function tierOf(passages: number): number {
  return Math.max(0, Math.floor(Math.log(passages / smallestTier) / Math.log(fanOut)) + 1)
}

function total(segments: readonly Segment[], what: 'passages' | 'dead'): number {
  return segments.reduce((sum, segment) => sum + segment[what], 0)
}

function segmentFrom(cells: Cells): Segment {
  const [id, firstRow, lastRow, passages, dead] = cells.map(numberOf)
  return { id: id ?? 0, firstRow: firstRow ?? 0, lastRow: lastRow ?? 0, passages: passages ?? 0, dead: dead ?? 0 }
}

/** SQLite orders text by its UTF-8 bytes, which is by code point; JavaScript's own order isn't, beyond U+D7FF. */
export function compareAsUtf8(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let index = 0; index < length; index++) {
    const left = one.charCodeAt(index)
    const right = other.charCodeAt(index)
    if (left === right) continue
    const leftIsSurrogate = left >= 0xd800 && left <= 0xdfff
    const rightIsSurrogate = right >= 0xd800 && right <= 0xdfff
    return leftIsSurrogate === rightIsSurrogate ? left - right : leftIsSurrogate ? 1 : -1
  }
  return one.length - other.length
}
