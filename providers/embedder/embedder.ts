/** Turns text into vectors. The same embedder serves questions and passages. */
export interface Embedder extends AsyncDisposable {
  /** Names model and version; vectors of different ids cannot be compared. */
  readonly id: string
  readonly dimensions: number
  /** One vector a text, in order, unit length; all zeros for a text without a token. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>
}
