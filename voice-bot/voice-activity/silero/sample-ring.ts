/** Samples that may wait, as a share of a second; a power of two of samples, a second or more. */
function capacityFor(sampleRate: number): number {
  return 2 ** Math.ceil(Math.log2(sampleRate))
}

const headerBytes = 4

/**
 * Samples on their way from one thread to another, in memory that both see: one writes, one reads, neither waits.
 * Positions count from the stream's first sample.
 */
export class SampleRing {
  readonly buffer: SharedArrayBuffer
  readonly #written: Int32Array
  readonly #samples: Int16Array
  readonly #mask: number

  /** Made for a rate by the writer, or of the writer's buffer by the reader. */
  constructor(of: { sampleRate: number } | { buffer: SharedArrayBuffer }) {
    this.buffer = 'buffer' in of ? of.buffer : new SharedArrayBuffer(headerBytes + 2 * capacityFor(of.sampleRate))
    this.#written = new Int32Array(this.buffer, 0, 1)
    this.#samples = new Int16Array(this.buffer, headerBytes)
    this.#mask = this.#samples.length - 1
  }

  get capacity(): number {
    return this.#samples.length
  }

  /** At `position`, where the last write ended. The caller sees to it that nothing unread is written over. */
  write(position: number, samples: Int16Array): void {
    const at = position & this.#mask
    const first = Math.min(samples.length, this.#samples.length - at)
    this.#samples.set(samples.subarray(0, first), at)
    this.#samples.set(samples.subarray(first), 0)
    Atomics.store(this.#written, 0, (position + samples.length) | 0)
  }

  /** How many samples from `position` on are there. */
  available(position: number): number {
    return (Atomics.load(this.#written, 0) - (position | 0)) >>> 0
  }

  read(position: number, into: Int16Array): void {
    const at = position & this.#mask
    const first = Math.min(into.length, this.#samples.length - at)
    into.set(this.#samples.subarray(at, at + first))
    into.set(this.#samples.subarray(0, into.length - first), first)
  }
}
