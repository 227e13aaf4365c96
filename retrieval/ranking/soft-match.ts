import type { TokenVectors } from '#providers/embedder/embedder.ts'

/** Below this cosine two tokens have nothing to do with each other. */
const unrelatedCosine = 0.25
const cachedPassages = 20_000

/**
 * How much of a question a passage covers when a word may also be matched by one that means about the same: for each
 * token of the question its nearest token of the passage, weighted by the token's learned weight. Late interaction
 * (Khattab, Zaharia: ColBERT, 2020) over a static token table, so that nothing is run at query time.
 */
export class SoftMatch {
  readonly #vectors: TokenVectors
  readonly #tokens = new Map<string, Int32Array>()
  readonly #directions = new Map<number, { unit: Float32Array; length: number }>()

  constructor(vectors: TokenVectors) {
    this.#vectors = vectors
  }

  /** @returns 0..1 a passage, in order: the weighted share of the question's tokens that it covers. */
  coverage(question: string, passages: readonly string[]): number[] {
    const asked = [...new Set(this.#vectors.tokens(question))].map((token) => ({
      token,
      similar: new Map<number, number>(),
    }))
    const total = asked.reduce((sum, { token }) => sum + this.#direction(token).length, 0)
    return passages.map((passage) => {
      if (total === 0) return 0
      const tokens = this.#tokensOf(passage)
      let covered = 0
      for (const { token, similar } of asked)
        covered += this.#direction(token).length * this.#best(token, tokens, similar)
      return covered / total
    })
  }

  /** The other way round: the weighted share of each name (a title, a heading) that the question speaks of. 0..1. */
  spokenOf(question: string, names: readonly string[]): number[] {
    const asked = Int32Array.from(new Set(this.#vectors.tokens(question)))
    const known = new Map<number, Map<number, number>>()
    return names.map((name) => {
      const tokens = new Set(this.#vectors.tokens(name))
      let total = 0
      let covered = 0
      for (const token of tokens) {
        const { length } = this.#direction(token)
        const similar = known.get(token) ?? new Map<number, number>()
        known.set(token, similar)
        total += length
        covered += length * this.#best(token, asked, similar)
      }
      return total === 0 ? 0 : covered / total
    })
  }

  #best(token: number, tokens: Int32Array, similar: Map<number, number>): number {
    const { unit } = this.#direction(token)
    let best = 0
    for (const other of tokens) {
      let cosine = similar.get(other)
      if (cosine === undefined) {
        cosine = other === token ? 1 : dot(unit, this.#direction(other).unit)
        similar.set(other, cosine)
      }
      if (cosine > best) best = cosine
      if (best >= 1) break
    }
    return Math.max(0, (best - unrelatedCosine) / (1 - unrelatedCosine))
  }

  #tokensOf(passage: string): Int32Array {
    const known = this.#tokens.get(passage)
    if (known !== undefined) return known
    const tokens = Int32Array.from(new Set(this.#vectors.tokens(passage)))
    if (this.#tokens.size >= cachedPassages) this.#tokens.clear()
    this.#tokens.set(passage, tokens)
    return tokens
  }

  #direction(token: number): { unit: Float32Array; length: number } {
    const known = this.#directions.get(token)
    if (known !== undefined) return known
    const vector = this.#vectors.tokenVector(token)
    const length = Math.sqrt(dot(vector, vector))
    const unit = length === 0 ? vector : vector.map((value) => value / length)
    const direction = { unit, length }
    this.#directions.set(token, direction)
    return direction
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}
