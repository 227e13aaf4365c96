/**
 * A posting list tells which passages hold a term and how often, weighted by field. As bytes: for each passage,
 * ascending, a varint of (distance from the passage before it) × 2 + (1 when the count isn't 1), then, if so, the
 * count in one byte. The first distance is from the segment's first row. Mostly one or two bytes a passage.
 * One builder makes list after list, in the same memory.
 */
export class PostingListBuilder {
  /** In the list so far. */
  passages = 0
  #bytes = new Uint8Array(1024)
  #length = 0
  #row = 0

  /** Begins a new list. */
  begin(firstRow: number): void {
    this.passages = 0
    this.#length = 0
    this.#row = firstRow
  }

  /** Rows come ascending. A count beyond 255 is taken for 255: BM25 is flat there. */
  add(row: number, count: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow()
    const bytes = this.#bytes
    let value = (row - this.#row) * 2 + (count === 1 ? 0 : 1)
    while (value > 127) {
      bytes[this.#length++] = (value % 128) | 128
      value = Math.floor(value / 128)
    }
    bytes[this.#length++] = value
    if (count !== 1) bytes[this.#length++] = Math.min(count, 255)
    this.#row = row
    this.passages += 1
  }

  /** The list, until the next one begins. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** Room for the rows and counts of one decoded list; grows as needed and is used again and again. */
export class PostingBuffer {
  rows = new Int32Array(1024)
  counts = new Uint8Array(1024)

  /** @returns How many postings now stand at the beginning of `rows` and `counts`. */
  decode(bytes: Uint8Array, passages: number, firstRow: number): number {
    if (passages > this.rows.length) {
      this.rows = new Int32Array(passages * 2)
      this.counts = new Uint8Array(passages * 2)
    }
    const { rows, counts } = this
    const end = bytes.length
    let position = 0
    let row = firstRow
    let found = 0
    while (position < end) {
      let byte = bytes[position++] ?? 0
      let value = byte & 127
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes[position++] ?? 0
        value |= (byte & 127) << shift
      }
      row += value >>> 1
      rows[found] = row
      counts[found++] = (value & 1) === 0 ? 1 : (bytes[position++] ?? 1)
    }
    return found
  }
}
