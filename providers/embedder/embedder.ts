/** Turns text into vectors. The same embedder serves questions and passages. */
export interface Embedder extends AsyncDisposable {
  /** Names model and version; vectors of different ids cannot be compared. */
  readonly id: string
  /** Undefined until the first vector, where only the model's server knows; never changes afterwards. */
  readonly dimensions: number | undefined
  /** One vector a text, in order, unit length; all zeros for a text without a token. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>
}

/** The vectors of single tokens, for comparing words one by one. */
export interface TokenVectors {
  /** Tokens there are; ids count from 0. */
  readonly size: number
  /** Token ids of a text, duplicates kept, in order. */
  tokens(text: string): number[]
  /** Not normalised: its length is the token's weight, an idf of sorts. */
  tokenVector(token: number): Float32Array
}

/** The same direction at length 1; zeros stay zeros. */
export function unitLength(vector: ArrayLike<number>): Float32Array {
  // Counted loops: iterating a typed array costs several times as much here.
  let squares = 0
  for (let k = 0; k < vector.length; k++) squares += (vector[k] ?? 0) ** 2
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0
  const unit = new Float32Array(vector.length)
  for (let k = 0; k < vector.length; k++) unit[k] = (vector[k] ?? 0) * factor
  return unit
}
