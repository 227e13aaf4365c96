import type { Log } from '#runtime/log.ts'
import type { Embedder } from './embedder.ts'
import { type EmbeddingCache, keyOf, rounded } from './embedding-cache.ts'

/** After so many new vectors they are kept: what was paid for survives a failure further on. */
const keptTogether = 1024

/** The same embedder, asked only for what no one has asked it before. A cache that fails costs money, not answers. */
export function cached(embedder: Embedder, cache: EmbeddingCache, log: Log): Embedder {
  let lengthSeen: number | undefined
  /** Another length is that of a model which had this name before. */
  const isUsable = (vector: Float32Array) => vector.length === (embedder.dimensions ?? lengthSeen ?? vector.length)
  const remembered = async (keys: readonly string[], signal: AbortSignal) => {
    try {
      return await cache.get(keys, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err }, 'kept embeddings could not be read')
      return keys.map(() => undefined)
    }
  }
  const keep = async (vectors: ReadonlyMap<string, Float32Array>, signal: AbortSignal) => {
    try {
      const all = [...vectors].map(([key, vector]) => ({ key, vector }))
      await cache.put(all, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err }, 'embeddings could not be kept')
    }
  }
  return {
    id: embedder.id,
    get dimensions() {
      return embedder.dimensions ?? lengthSeen
    },
    async embed(texts, signal) {
      signal.throwIfAborted()
      const keys = texts.map((text) => keyOf(embedder.id, text))
      const known = await remembered(keys, signal)
      const vectors = new Map<string, Float32Array>()
      const missing = new Map<string, string>()
      for (const [at, key] of keys.entries()) {
        const vector = known[at]
        if (vector !== undefined && isUsable(vector)) vectors.set(key, vector)
        else missing.set(key, texts[at] ?? '')
      }
      const asked = [...missing]
      for (let from = 0; from < asked.length; from += keptTogether) {
        const some = asked.slice(from, from + keptTogether)
        const made = await embedder.embed(
          some.map(([, text]) => text),
          signal,
        )
        const fresh = new Map(some.map(([key], at) => [key, rounded(made[at] ?? new Float32Array())]))
        for (const [key, vector] of fresh) vectors.set(key, vector)
        await keep(fresh, signal)
      }
      for (const vector of vectors.values()) lengthSeen ??= vector.length
      // The first answer told that what was kept is of another model: now that is known, and all is asked anew.
      if (embedder.dimensions !== undefined && ![...vectors.values()].every(isUsable)) return this.embed(texts, signal)
      return keys.map((key) => vectors.get(key) ?? new Float32Array(embedder.dimensions ?? 0))
    },
    async [Symbol.asyncDispose]() {
      await embedder[Symbol.asyncDispose]()
      await cache[Symbol.asyncDispose]()
    },
  }
}
