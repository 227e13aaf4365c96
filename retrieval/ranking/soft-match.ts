import type { TokenVectors } from '#providers/embedder/embedder.ts'

/** Below this cosine two tokens have nothing to do with each other. */
const unrelatedCosine = 0.25
/** No cosine is so low. */
const unknownCosine = -2
/** The first dimensions of the table work alone (its model card), at a fraction of the time. */
const comparedDimensions = 96
const cachedPassages = 20_000
/** Similarities of one token with all others take 4 bytes each: 47 MB for so many tokens of a 46,000-token table. */
const cachedRows = 256

interface Direction {
  unit: Float32Array
  /** The token's learned weight. */
  length: number
}

/**
 * How much of a question a passage covers when a word may also be matched by one that means about the same: for each
 * token of the question its nearest token of the passage, weighted by the token's learned weight. Late interaction
 * (Khattab, Zaharia: ColBERT, 2020) over a static token table, so that nothing is run at query time.
 */
export class SoftMatch {
  readonly #vectors: TokenVectors
  readonly #tokens = new Map<string, Int32Array>()
  readonly #directions: (Direction | undefined)[] = []
  /** By token: its cosine with each other token, `unknownCosine` where nobody asked yet. */
  readonly #rows = new Map<number, Float32Array>()

  /** By token: the number of the text in which it was last seen. */
  readonly #stamps: Float64Array
  #stamp = 0

  constructor(vectors: TokenVectors) {
    this.#vectors = vectors
    this.#stamps = new Float64Array(vectors.size)
  }

  /** @returns 0..1 a passage, in order: the weighted share of the question's tokens that it covers. */
  coverage(question: string, passages: readonly string[]): number[] {
    const asked = this.#tokensOf(question)
    return passages.map((passage) => this.#covered(asked, this.#tokensOf(passage)))
  }

  /** The other way round: the weighted share of each name (a title, a heading) that the question speaks of. 0..1. */
  spokenOf(question: string, names: readonly string[]): number[] {
    const asked = this.#tokensOf(question)
    const known = new Map<string, number>()
    return names.map((name) => {
      const share = known.get(name) ?? this.#spoken(this.#tokensOf(name), asked)
      known.set(name, share)
      return share
    })
  }

  #covered(asked: Int32Array, tokens: Int32Array): number {
    return this.#share(asked, (token) => {
      const row = this.#row(token)
      let best = 0
      // Most of the time of a search is spent here: a counted loop, and the known cosines without a call.
      for (let at = 0; at < tokens.length; at++) {
        const other = tokens[at] ?? 0
        let cosine = row[other] ?? 0
        if (cosine === unknownCosine) cosine = this.#similarity(row, token, other)
        if (cosine > best) best = cosine
      }
      return best
    })
  }

  /** As `#covered`, with the rows taken from the question's side, whose tokens are few. */
  #spoken(name: Int32Array, asked: Int32Array): number {
    return this.#share(name, (token) => {
      let best = 0
      for (const other of asked) best = Math.max(best, this.#similarity(this.#row(other), other, token))
      return best
    })
  }

  /** Share of the tokens' weight that is matched, each as far as its nearest one is related. */
  #share(tokens: Int32Array, nearest: (token: number) => number): number {
    let total = 0
    let covered = 0
    for (const token of tokens) {
      const { length } = this.#direction(token)
      total += length
      covered += length * related(nearest(token))
    }
    return total === 0 ? 0 : covered / total
  }

  /** @param row That of `token`; filled in where nobody asked yet. */
  #similarity(row: Float32Array, token: number, other: number): number {
    const known = row[other] ?? 0
    if (known !== unknownCosine) return known
    const cosine = this.#cosine(token, other)
    row[other] = cosine
    return cosine
  }

  #cosine(token: number, other: number): number {
    return token === other ? 1 : dot(this.#direction(token).unit, this.#direction(other).unit)
  }

  #row(token: number): Float32Array {
    const known = this.#rows.get(token)
    if (known !== undefined) return known
    const row = new Float32Array(this.#vectors.size).fill(unknownCosine)
    const oldest = this.#rows.keys().next().value
    if (this.#rows.size >= cachedRows && oldest !== undefined) this.#rows.delete(oldest)
    this.#rows.set(token, row)
    return row
  }

  #tokensOf(text: string): Int32Array {
    const known = this.#tokens.get(text)
    if (known !== undefined) return known
    const tokens = this.#distinct(this.#vectors.tokens(text))
    if (this.#tokens.size >= cachedPassages) this.#tokens.clear()
    this.#tokens.set(text, tokens)
    return tokens
  }

  /** In order of first appearance. Stamps in an array cost a fraction of a set. */
  #distinct(tokens: readonly number[]): Int32Array {
    const stamp = ++this.#stamp
    const distinct = new Int32Array(tokens.length)
    let count = 0
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] ?? 0
      if (this.#stamps[token] === stamp) continue
      this.#stamps[token] = stamp
      distinct[count++] = token
    }
    return distinct.slice(0, count)
  }

  #direction(token: number): Direction {
    const known = this.#directions[token]
    if (known !== undefined) return known
    const whole = this.#vectors.tokenVector(token)
    const length = Math.sqrt(dot(whole, whole))
    const vector = whole.slice(0, comparedDimensions)
    const part = Math.sqrt(dot(vector, vector))
    const direction = { unit: part === 0 ? vector : vector.map((value) => value / part), length }
    this.#directions[token] = direction
    return direction
  }
}

function related(cosine: number): number {
  return Math.max(0, (cosine - unrelatedCosine) / (1 - unrelatedCosine))
}

/** Four sums side by side, so that additions need not wait for each other. Both are as long, a multiple of 4. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let k = 0; k + 3 < a.length; k += 4) {
    s0 += (a[k] ?? 0) * (b[k] ?? 0)
    s1 += (a[k + 1] ?? 0) * (b[k + 1] ?? 0)
    s2 += (a[k + 2] ?? 0) * (b[k + 2] ?? 0)
    s3 += (a[k + 3] ?? 0) * (b[k + 3] ?? 0)
  }
  return s0 + s1 + s2 + s3
}
