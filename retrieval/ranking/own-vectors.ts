import { embeddedText } from '#knowledge/embedded-text.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'

/** About 2 kB each. */
const keptVectors = 20_000

/**
 * Passages as the shipped embedding sees them, where they are stored with another model's vectors: the ranking's weights
 * and the relevance were fitted to its cosines, and those of another model lie elsewhere. About 0.1 ms a passage.
 */
export class OwnVectors {
  readonly embedder: Embedder
  readonly #kept = new Map<string, Float32Array>()

  constructor(embedder: Embedder) {
    this.embedder = embedder
  }

  /** By passage id. */
  async of(passages: readonly StoredPassage[], signal: AbortSignal): Promise<ReadonlyMap<string, Float32Array>> {
    if (this.#kept.size > keptVectors) this.#kept.clear()
    // An id is made of the passage's words, so what is kept under it never goes out of date.
    const missing = passages.filter(({ id }) => !this.#kept.has(id))
    const texts = missing.map((passage) => embeddedText(passage.document, passage))
    const vectors = await this.embedder.embed(texts, signal)
    for (const [at, { id }] of missing.entries()) {
      const vector = vectors[at]
      if (vector !== undefined) this.#kept.set(id, vector)
    }
    return this.#kept
  }
}
