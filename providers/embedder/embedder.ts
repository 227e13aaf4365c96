/** Turns text into vectors. The same embedder serves questions and passages. */
export interface Embedder extends AsyncDisposable {
  /** Names model and version; vectors of different ids cannot be compared. */
  readonly id: string
  readonly dimensions: number
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
