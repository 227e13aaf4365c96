import type { DatabaseSync } from 'node:sqlite'
import { arrays, bytesOf, numberOf, textOf } from './connection.ts'
import { type StoredList, unpack } from './packed-lists.ts'

/** A term with its list in one segment. */
export interface TermList extends StoredList {
  term: string
}

/** The lists of one segment in the order of their terms. */
export interface TermCursor {
  /** Where it stands; undefined at the end. */
  current: TermList | undefined
  next(): void
  close(): void
}

/** @param after Begins with the first term beyond this one. */
export function storedCursor(database: DatabaseSync, segment: number, after: string): TermCursor {
  const sql = 'SELECT term, passages, list FROM postings WHERE segment = ? AND term > ? ORDER BY term'
  const rows = arrays(database, sql).iterate(segment, after)
  const cursor: TermCursor = {
    current: undefined,
    next: () => {
      const { value, done } = rows.next()
      cursor.current =
        done === true ? undefined : { term: textOf(value[0]), passages: numberOf(value[1]), bytes: bytesOf(value[2]) }
    },
    // A cursor left open would hold on to an old state of the file.
    close: () => void rows.return?.(),
  }
  cursor.next()
  return cursor
}

/** The lists of a packed segment, sorted, for `packedCursor`. */
export function sortedLists(packed: Uint8Array): readonly TermList[] {
  const lists = unpack(packed)
  const terms = [...lists.keys()]
  // JavaScript's own order is the same, and much quicker, where nothing lies beyond U+FFFF.
  if (terms.some((term) => /[\ud800-\udfff]/.test(term))) terms.sort(compareAsUtf8)
  else terms.sort()
  return terms.flatMap((term) => {
    const list = lists.get(term)
    return list === undefined ? [] : { term, ...list }
  })
}

/** @param after Begins with the first term beyond this one. */
export function packedCursor(lists: readonly TermList[], after: string): TermCursor {
  let at = firstBeyond(lists, after)
  const cursor: TermCursor = {
    current: lists[at],
    next: () => {
      at += 1
      cursor.current = lists[at]
    },
    close: () => {},
  }
  return cursor
}

function firstBeyond(lists: readonly TermList[], after: string): number {
  let low = 0
  let high = lists.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareAsUtf8(lists[middle]?.term ?? '', after) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Every term that any of the cursors holds, in order, with its list in each, by the cursor's place. Closes them. */
export function* joinedTerms(
  cursors: readonly TermCursor[],
): Generator<{ term: string; lists: (TermList | undefined)[] }> {
  try {
    for (;;) {
      let term: string | undefined
      for (const { current } of cursors) {
        if (current === undefined) continue
        if (term === undefined || compareAsUtf8(current.term, term) < 0) term = current.term
      }
      if (term === undefined) return
      const lists = cursors.map(({ current }) => (current?.term === term ? current : undefined))
      for (const cursor of cursors) if (cursor.current?.term === term) cursor.next()
      yield { term, lists }
    }
  } finally {
    for (const cursor of cursors) cursor.close()
  }
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
