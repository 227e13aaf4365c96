import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ArrayStatement, arrays, bytesOf, type Cells, inTransaction, numberOf } from './connection.ts'
import { Packer } from './packed-lists.ts'
import { PostingBuffer, PostingListBuilder } from './posting-list.ts'
import { joinedTerms, packedCursor, sortedLists, storedCursor, type TermCursor, type TermList } from './term-cursor.ts'

/** So many segments of about one size become one. More makes writing cheaper, fewer makes searching cheaper. */
const fanOut = 8

/** Segments of up to so many passages count as of one size, the smallest. */
const smallestTier = 64

/**
 * Segments of up to so many passages are kept packed, in one blob; searches unpack it once, in some milliseconds.
 * Larger ones have a row a term.
 */
const mostPacked = 4096

/** So many lists are merged, then written, and then we look at how long this has been going on. */
const listsAtOnce = 1024

/** A dropped segment loses so many lists a transaction. */
const listsDroppedAtOnce = 4000

interface Segment {
  id: number
  packed: boolean
  firstRow: number
  lastRow: number
  passages: number
  dead: number
}

interface Source extends Segment {
  /** Of a packed one, so that it is unpacked once. */
  lists: readonly TermList[] | undefined
}

/** A merge under way. Its sources never change, so it can go on from any term, in as many transactions as it likes. */
interface Merge {
  target: number
  sources: readonly Source[]
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
  readonly #list = new PostingListBuilder()
  #merge: Merge | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#segments = arrays(
      database,
      `SELECT id, packed, first_row, last_row, passages, dead FROM segments WHERE state = 'live' ORDER BY first_row`,
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
    if (this.#merge === undefined) {
      if (this.#due().length === 0) return this.#purge()
      inTransaction(this.#database, () => {
        // Another process may have merged them since, and let go of their lists.
        const sources = this.#due()
        if (sources.length > 0) this.#begin(sources)
      })
      return true
    }
    const merge = this.#merge
    const finished = inTransaction(this.#database, () => this.#advance(merge, until))
    if (finished) this.#merge = undefined
    return true
  }

  #due(): readonly Segment[] {
    return due(this.#segments.all().map(segmentFrom))
  }

  /** Small ones are merged at once, the others from slice to slice. */
  #begin(segments: readonly Segment[]): void {
    const firstRow = segments[0]?.firstRow ?? 0
    const lastRow = segments.at(-1)?.lastRow ?? 0
    const packed = total(segments, 'passages') <= mostPacked
    const { lastInsertRowid } = this.#database
      .prepare(
        "INSERT INTO segments (state, packed, first_row, last_row, passages, dead) VALUES ('building', ?, ?, ?, 0, 0)",
      )
      .run(packed ? 1 : 0, firstRow, lastRow)
    const sources = segments.map((segment) => ({ ...segment, lists: this.#unpacked(segment) }))
    const alive = this.#aliveIn(firstRow, lastRow)
    const merge = { target: Number(lastInsertRowid), sources, alive, firstRow, done: '' }
    if (packed) this.#mergePacked(merge)
    else this.#merge = merge
  }

  #aliveIn(firstRow: number, lastRow: number): Uint8Array {
    const alive = new Uint8Array(lastRow - firstRow + 1)
    const rows = arrays(this.#database, 'SELECT row FROM passages WHERE row BETWEEN ? AND ?')
    for (const [row] of rows.iterate(firstRow, lastRow)) alive[numberOf(row) - firstRow] = 1
    return alive
  }

  #unpacked({ id, packed }: Segment): readonly TermList[] | undefined {
    if (!packed) return undefined
    const row = arrays(this.#database, 'SELECT lists FROM packed_postings WHERE segment = ?').get(id)
    return sortedLists(bytesOf(row?.[0]))
  }

  #mergePacked(merge: Merge): void {
    const packer = new Packer()
    for (const { term, lists } of joinedTerms(this.#cursors(merge))) {
      const list = this.#joined(merge, lists)
      if (list.passages > 0) packer.add(term, list)
    }
    this.#database
      .prepare('INSERT INTO packed_postings (segment, lists) VALUES (?, ?)')
      .run(merge.target, packer.packed())
    this.#finish(merge)
  }

  /** @returns Whether this merge is over, one way or the other. */
  #advance(merge: Merge, until: number): boolean {
    // Another process may have taken it for a dead one's and dropped it: then it is no longer ours to write to.
    const state = this.#database.prepare('SELECT state FROM segments WHERE id = ?').get(merge.target)?.state
    if (state !== 'building') return true
    let written: TermList[] = []
    for (const { term, lists } of joinedTerms(this.#cursors(merge))) {
      const list = this.#joined(merge, lists)
      if (list.passages > 0) written.push({ term, passages: list.passages, bytes: list.bytes().slice() })
      merge.done = term
      if (written.length < listsAtOnce) continue
      // Not one by one: each insertion makes the reading cursors find their places anew.
      this.#insert(merge.target, written)
      written = []
      if (performance.now() > until) return false
    }
    this.#insert(merge.target, written)
    this.#finish(merge)
    return true
  }

  #cursors({ sources, done }: Merge): TermCursor[] {
    return sources.map(({ id, lists }) =>
      lists === undefined ? storedCursor(this.#database, id, done) : packedCursor(lists, done),
    )
  }

  #joined({ sources, alive, firstRow }: Merge, lists: readonly (TermList | undefined)[]): PostingListBuilder {
    const joined = this.#list
    joined.begin(firstRow)
    for (const [index, list] of lists.entries()) {
      if (list === undefined) continue
      const found = this.#buffer.decode(list.bytes, list.passages, sources[index]?.firstRow ?? 0)
      const { rows, counts } = this.#buffer
      for (let posting = 0; posting < found; posting++) {
        const row = rows[posting] ?? 0
        if (alive[row - firstRow] === 1) joined.add(row, counts[posting] ?? 1)
      }
    }
    return joined
  }

  #insert(target: number, lists: readonly TermList[]): void {
    for (const { term, passages, bytes } of lists) this.#insertPostings.run(target, term, passages, bytes)
  }

  #finish({ target, sources }: Merge): void {
    const live = new Map(this.#segments.all().map((cells) => [numberOf(cells[0]), segmentFrom(cells)]))
    const now = sources.flatMap(({ id }) => live.get(id) ?? [])
    const drop = this.#database.prepare("UPDATE segments SET state = 'dropped' WHERE id = ?")
    if (now.length < sources.length) {
      // Another process has merged some of them in the meantime.
      drop.run(target)
      return
    }
    // Deleted since the merge began: still in some of the new lists.
    const dead = total(now, 'dead') - total(sources, 'dead')
    const passages = total(now, 'passages') - total(sources, 'dead')
    this.#database
      .prepare('UPDATE segments SET state = ?, passages = ?, dead = ? WHERE id = ?')
      .run(passages > dead ? 'live' : 'dropped', passages, dead, target)
    for (const { id } of sources) drop.run(id)
  }

  /** Deletes some of the lists of a dropped segment. @returns Whether there are more. */
  #purge(): boolean {
    const dropped = "SELECT id FROM segments WHERE state = 'dropped' LIMIT 1"
    if (this.#database.prepare(dropped).get() === undefined) return false
    inTransaction(this.#database, () => {
      const segment = this.#database.prepare(dropped).get()?.id
      if (segment === undefined) return
      this.#database.prepare('DELETE FROM packed_postings WHERE segment = ?').run(segment)
      const { changes } = this.#database
        .prepare(
          `DELETE FROM postings WHERE segment = :segment AND term <= coalesce(
             (SELECT term FROM postings WHERE segment = :segment ORDER BY term LIMIT 1 OFFSET ${listsDroppedAtOnce}),
             (SELECT max(term) FROM postings WHERE segment = :segment))`,
        )
        .run({ segment })
      if (changes === 0) this.#database.prepare('DELETE FROM segments WHERE id = ?').run(segment)
    })
    return true
  }
}

/**
 * The segments to merge next: one that is mostly dead; or the newest ones, as soon as enough of one size stand among
 * them. Smaller ones in between go along, but don't count: else a large one would be written again for every few small.
 */
export function due<Of extends Pick<Segment, 'passages' | 'dead'>>(segments: readonly Of[]): readonly Of[] {
  const wasted = segments.find(({ passages, dead }) => dead > smallestTier && dead * 2 > passages)
  if (wasted !== undefined) return [wasted]
  const tiers = segments.map(({ passages }) => tierOf(passages))
  for (let tier = 0; tier <= Math.max(...tiers); tier++) {
    const newest = segments.slice(tiers.findLastIndex((other) => other > tier) + 1)
    if (newest.filter(({ passages }) => tierOf(passages) === tier).length >= fanOut) return newest
  }
  return []
}

function tierOf(passages: number): number {
  return Math.max(0, Math.floor(Math.log(passages / smallestTier) / Math.log(fanOut)) + 1)
}

function total(segments: readonly Segment[], what: 'passages' | 'dead'): number {
  return segments.reduce((sum, segment) => sum + segment[what], 0)
}

function segmentFrom(cells: Cells): Segment {
  const [id, packed, firstRow, lastRow, passages, dead] = cells.map(numberOf)
  return {
    id: id ?? 0,
    packed: packed === 1,
    firstRow: firstRow ?? 0,
    lastRow: lastRow ?? 0,
    passages: passages ?? 0,
    dead: dead ?? 0,
  }
}
