import type { PostingListBuilder } from './posting-list.ts'

/** The posting list of one term in one segment. */
export interface StoredList {
  passages: number
  bytes: Uint8Array
}

/** No term holds control characters. */
const betweenTerms = '\u001f'

/** Two 32-bit numbers stand before a list: how many passages it has, and how many bytes. */
const headBytes = 8

/**
 * Makes one blob of all lists of a small segment, which is far cheaper to write than a row a term: the length of the
 * terms in bytes (32 bits), the terms, and in that order their lists.
 */
export class Packer {
  readonly #terms: string[] = []
  #lists = Buffer.alloc(65_536)
  #length = 0

  add(term: string, list: PostingListBuilder): void {
    const bytes = list.bytes()
    const end = this.#length + headBytes + bytes.length
    if (end > this.#lists.length) this.#lists = Buffer.concat([this.#lists], end * 2)
    this.#lists.writeUInt32LE(list.passages, this.#length)
    this.#lists.writeUInt32LE(bytes.length, this.#length + 4)
    this.#lists.set(bytes, this.#length + headBytes)
    this.#length = end
    this.#terms.push(term)
  }

  packed(): Uint8Array {
    const terms = Buffer.from(this.#terms.join(betweenTerms))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(terms.length)
    return Buffer.concat([length, terms, this.#lists.subarray(0, this.#length)])
  }
}

/** @see Packer */
export function unpack(bytes: Uint8Array): Map<string, StoredList> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 4 + packed.readUInt32LE(0)
  const lists = new Map<string, StoredList>()
  if (at === packed.length) return lists
  for (const term of packed.toString('utf8', 4, at).split(betweenTerms)) {
    const passages = packed.readUInt32LE(at)
    const end = at + headBytes + packed.readUInt32LE(at + 4)
    lists.set(term, { passages, bytes: packed.subarray(at + headBytes, end) })
    at = end
  }
  return lists
}
