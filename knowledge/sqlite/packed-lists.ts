import type { PostingListBuilder } from './posting-list.ts'

/** The posting list of one term in one segment. */
export interface StoredList {
  passages: number
  bytes: Uint8Array
}

/** No term holds control characters. */
const betweenTerms = '\u001f'

/**
 * All lists of a small segment as one blob, which is far cheaper to write than a row a term: the length of the terms
 * in bytes (32 bits), the terms, and by term in that order how many passages its list has, how many bytes, and those.
 */
export function pack(lists: ReadonlyMap<string, PostingListBuilder>): Uint8Array {
  const terms = Buffer.from([...lists.keys()].join(betweenTerms))
  let size = 4 + terms.length
  for (const list of lists.values()) size += 8 + list.length
  const packed = Buffer.allocUnsafe(size)
  packed.writeUInt32LE(terms.length)
  packed.set(terms, 4)
  let at = 4 + terms.length
  for (const list of lists.values()) {
    packed.writeUInt32LE(list.passages, at)
    packed.writeUInt32LE(list.length, at + 4)
    packed.set(list.bytes(), at + 8)
    at += 8 + list.length
  }
  return packed
}

/** @see pack */
export function unpack(bytes: Uint8Array): Map<string, StoredList> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 4 + packed.readUInt32LE(0)
  const lists = new Map<string, StoredList>()
  if (at === packed.length) return lists
  for (const term of packed.toString('utf8', 4, at).split(betweenTerms)) {
    const passages = packed.readUInt32LE(at)
    const end = at + 8 + packed.readUInt32LE(at + 4)
    lists.set(term, { passages, bytes: packed.subarray(at + 8, end) })
    at = end
  }
  return lists
}
