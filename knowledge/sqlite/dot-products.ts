import { readFileSync } from 'node:fs'

/** The vectors are laid out in rows that are a multiple of so many bytes. */
const alignment = 32

/** So many dot products are computed at once: their results stay in the processor's first cache. */
export const blockLength = 2048

const pageBytes = 65_536

/** Made once; tiny. */
const code = new WebAssembly.Module(readFileSync(new URL('./dot-products.wasm', import.meta.url)))

/** Vectors of one length in WebAssembly's memory, one after the other by slot, and their dot products with a query. */
export class DotProducts {
  /** A query's components may be so large that no sum of products overflows 32 bits; 14 bits are plenty. */
  readonly largestComponent: number
  readonly #width: number
  readonly #memory: WebAssembly.Memory
  readonly #run: (query: number, vectors: number, width: number, count: number, out: number) => void
  /** Where the vectors begin; the query and the results stand before them. */
  readonly #vectors: number
  #bytes: Int8Array

  constructor(dimensions: number) {
    this.largestComponent = Math.min(8191, Math.floor((2 ** 31 - 1) / (127 * dimensions)))
    this.#width = Math.ceil(dimensions / alignment) * alignment
    const { exports } = new WebAssembly.Instance(code)
    const { memory, dotProducts } = exports
    if (!(memory instanceof WebAssembly.Memory) || typeof dotProducts !== 'function') {
      throw new TypeError('dot-products.wasm is not what this module was written for')
    }
    this.#memory = memory
    this.#run = (...numbers) => void dotProducts(...numbers)
    this.#vectors = 4 * blockLength + 2 * this.#width
    this.#bytes = new Int8Array(memory.buffer)
    this.reserve(0)
  }

  /** Makes room for so many vectors. */
  reserve(slots: number): void {
    const missing = this.#vectors + slots * this.#width - this.#bytes.length
    if (missing <= 0) return
    // A sixteenth more than needed, so that growing by single passages doesn't call for memory each time.
    this.#memory.grow(Math.ceil((missing + slots * this.#width * 0.0625) / pageBytes))
    this.#bytes = new Int8Array(this.#memory.buffer)
  }

  /** @param components As many as there are dimensions. */
  put(slot: number, components: Uint8Array): void {
    this.#bytes.set(components, this.#vectors + slot * this.#width)
  }

  move(from: number, to: number): void {
    const start = this.#vectors + from * this.#width
    this.#bytes.copyWithin(this.#vectors + to * this.#width, start, start + this.#width)
  }

  /** Sets the query; see `largestComponent`. */
  ask(query: Int16Array): void {
    new Int16Array(this.#memory.buffer, 4 * blockLength, this.#width).set(query)
  }

  /** The query's dot products with `count` vectors, at most `blockLength`, from `slot` on. Valid until the next call. */
  block(slot: number, count: number): Int32Array {
    this.#run(4 * blockLength, this.#vectors + slot * this.#width, this.#width, count, 0)
    return new Int32Array(this.#memory.buffer, 0, count)
  }
}
