import { blockLength, DotProducts } from './dot-products.ts'
import { stretch } from './quantized-vector.ts'
import type { TopCandidates } from './top-candidates.ts'

/** Vectors of one length with the rows and scopes of their passages, all in memory. */
export class VectorArena {
  readonly #dots: DotProducts
  #rows = new Float64Array(0)
  #scales = new Float32Array(0)
  #scopes = new Uint32Array(0)
  #slots = 0
  #dead = 0

  constructor(dimensions: number) {
    this.#dots = new DotProducts(dimensions)
  }

  /** Rows come ascending. */
  add(row: number, scope: number, scale: number, components: Uint8Array): void {
    this.#reserve(this.#slots + 1)
    const slot = this.#slots++
    this.#rows[slot] = row
    this.#scopes[slot] = scope
    this.#scales[slot] = scale
    this.#dots.put(slot, components)
  }

  /** @param scope 0 when the passage is gone. Rows that aren't here are fine. */
  rescope(row: number, scope: number): void {
    const slot = this.#slotOf(row)
    if (slot === undefined || this.#scopes[slot] === 0) return
    this.#scopes[slot] = scope
    if (scope === 0) this.#dead += 1
    if (this.#dead > blockLength && this.#dead * 4 > this.#slots) this.#compact()
  }

  /** Offers every visible vector to `top`, by cosine. */
  scan(query: Float32Array, visible: Uint8Array, top: TopCandidates): void {
    const factor = stretch(query, this.#dots.largestComponent)
    if (factor === 0) return
    this.#dots.ask(Int16Array.from(query, (component) => Math.round(component * factor)))
    const perUnit = 1 / (factor * Math.hypot(...query))
    for (let start = 0; start < this.#slots; start += blockLength) {
      const count = Math.min(blockLength, this.#slots - start)
      this.#select(start, this.#dots.block(start, count), perUnit, visible, top)
    }
  }

  #select(start: number, dots: Int32Array, perUnit: number, visible: Uint8Array, top: TopCandidates): void {
    const scales = this.#scales
    let threshold = top.threshold
    for (let index = 0; index < dots.length; index++) {
      const slot = start + index
      const cosine = (dots[index] ?? 0) * (scales[slot] ?? 0) * perUnit
      if (cosine > threshold && visible[this.#scopes[slot] ?? 0] === 1) {
        top.add(this.#rows[slot] ?? 0, cosine)
        threshold = top.threshold
      }
    }
  }

  #slotOf(row: number): number | undefined {
    let low = 0
    let high = this.#slots
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#rows[middle] ?? 0) < row) low = middle + 1
      else high = middle
    }
    return low < this.#slots && this.#rows[low] === row ? low : undefined
  }

  /** Closes the gaps that removed passages left. */
  #compact(): void {
    let to = 0
    for (let from = 0; from < this.#slots; from++) {
      if (this.#scopes[from] === 0) continue
      if (to !== from) {
        this.#rows[to] = this.#rows[from] ?? 0
        this.#scopes[to] = this.#scopes[from] ?? 0
        this.#scales[to] = this.#scales[from] ?? 0
        this.#dots.move(from, to)
      }
      to += 1
    }
    this.#slots = to
    this.#dead = 0
  }

  #reserve(slots: number): void {
    if (slots > this.#rows.length) {
      const room = Math.max(1024, Math.ceil(slots * 1.25))
      this.#rows = larger(this.#rows, new Float64Array(room))
      this.#scales = larger(this.#scales, new Float32Array(room))
      this.#scopes = larger(this.#scopes, new Uint32Array(room))
    }
    this.#dots.reserve(slots)
  }
}

function larger<Numbers extends Float64Array | Float32Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from)
  return to
}
