import { createHash } from 'node:crypto'

export interface KeptVector {
  /** See `keyOf`. */
  key: string
  /** Unit length, rounded by `rounded`. */
  vector: Float32Array
}

/**
 * Vectors that were made before, by what they were made of, so that a text is paid for once. It may forget any of them
 * at any time.
 */
export interface EmbeddingCache extends AsyncDisposable {
  /** The vector of each key, in order; undefined where there is none. */
  get(keys: readonly string[], signal: AbortSignal): Promise<(Float32Array | undefined)[]>
  /** May be called by several processes at once, also with what is kept already. */
  put(vectors: readonly KeptVector[], signal: AbortSignal): Promise<void>
}

/** Names a text as a model reads it; base64url. */
export function keyOf(model: string, text: string): string {
  return createHash('sha256').update(`${model.length}:${model}${text}`).digest('base64url').slice(0, 32)
}

const steps = 32_767

/** As whole numbers of 16 bits: what that loses of a direction (below 0.1 degrees) no search can tell. */
export function packed(vector: Float32Array): Int16Array {
  return Int16Array.from(vector, (component) => Math.round(Math.max(-1, Math.min(1, component)) * steps))
}

export function unpacked(components: Int16Array): Float32Array {
  return Float32Array.from(components, (component) => component / steps)
}

/** As it will come out of a cache; so what is new equals what was kept, to the bit. */
export function rounded(vector: Float32Array): Float32Array {
  return unpacked(packed(vector))
}
