/** Of a session that has said little. */
const firstBytes = 32 * 1024

/**
 * The last events of a session as the bytes of their JSON, in one ring beside the heap: as strings they would live just
 * long enough to be work for the collector, and sound is most of what a session sends.
 */
export class KeptEvents {
  readonly #mostBytes: number
  #ring = Buffer.allocUnsafeSlow(firstBytes)
  /** Where the next one is written; counts on, modulo nothing. */
  #end = 0
  /** Lengths in bytes, oldest first, from `#first` on; what lies before was forgotten. */
  #lengths: number[] = []
  #first = 0
  #bytes = 0
  #count = 0

  /** @param mostBytes The newest event is kept whatever its length. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** How many there were ever; the events' numbers go from 1 on. */
  get count(): number {
    return this.#count
  }

  /** The number of the oldest that is kept; one more than there were where none is. */
  get oldest(): number {
    return this.#count + 1 - (this.#lengths.length - this.#first)
  }

  get bytes(): number {
    return this.#bytes
  }

  push(json: string): void {
    const length = Buffer.byteLength(json)
    while (this.#bytes > 0 && this.#bytes + length > this.#mostBytes) this.#forget()
    this.#makeRoom(this.#bytes + length)
    this.#write(json, length)
    this.#end += length
    this.#bytes += length
    this.#lengths.push(length)
    this.#count += 1
  }

  /** Takes the place of a number that nobody will ask for. */
  skip(): void {
    this.push('')
  }

  /** Those from that number on which are kept, oldest first. */
  since(number: number): string[] {
    const skipped = Math.max(0, number - this.oldest)
    let at = this.#end - this.#bytes
    const events: string[] = []
    for (const [index, length] of this.#lengths.slice(this.#first).entries()) {
      if (index >= skipped && length > 0) events.push(this.#read(at, length))
      at += length
    }
    return events
  }

  #forget(): void {
    this.#bytes -= this.#lengths[this.#first] ?? 0
    this.#first += 1
    if (this.#first < 1024) return
    this.#lengths = this.#lengths.slice(this.#first)
    this.#first = 0
  }

  #write(json: string, length: number): void {
    const at = this.#end % this.#ring.length
    if (at + length <= this.#ring.length) this.#ring.write(json, at)
    else {
      const bytes = Buffer.from(json)
      const head = bytes.copy(this.#ring, at)
      bytes.copy(this.#ring, 0, head)
    }
  }

  #read(position: number, length: number): string {
    const at = position % this.#ring.length
    if (at + length <= this.#ring.length) return this.#ring.toString('utf8', at, at + length)
    const rest = length - (this.#ring.length - at)
    return Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, rest)]).toString('utf8')
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#ring.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(Math.min(this.#mostBytes, this.#ring.length * 2), bytes))
    const from = (this.#end - this.#bytes) % this.#ring.length
    const head = this.#ring.copy(larger, 0, from, Math.min(this.#ring.length, from + this.#bytes))
    this.#ring.copy(larger, head, 0, this.#bytes - head)
    this.#ring = larger
    this.#end = this.#bytes
  }
}
