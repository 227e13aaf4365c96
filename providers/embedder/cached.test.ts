import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { createLog } from '#runtime/log.ts'
import { cached } from './cached.ts'
import { embedderContract } from './embedder.contract.ts'
import type { Embedder } from './embedder.ts'
import type { EmbeddingCache } from './embedding-cache.ts'
import { SqliteEmbeddingCache } from './sqlite-cache/sqlite-embedding-cache.ts'

const ongoing = new AbortController().signal
const log = createLog({ level: 'silent', content: false })

function temporaryCache(path = join(mkdtempSync(join(tmpdir(), 'nightdesk-cached-')), 'embeddings.db')) {
  return { path, cache: new SqliteEmbeddingCache({ path, clock: systemClock }) }
}

/** Counts the texts it is asked for; a text's letters make its vector. */
function counting(id = 'counting', dimensions = 8, failsAt = Number.POSITIVE_INFINITY) {
  const asked: string[] = []
  const embedder: Embedder = {
    id,
    dimensions,
    async embed(texts, signal) {
      signal.throwIfAborted()
      return texts.map((text) => {
        if (asked.length >= failsAt) throw new Error('out of order')
        asked.push(text)
        const vector = new Float32Array(dimensions)
        for (const letter of text) vector[letter.charCodeAt(0) % dimensions] = 1
        const length = Math.hypot(...vector)
        return vector.map((value) => (length === 0 ? 0 : value / length))
      })
    },
    async [Symbol.asyncDispose]() {},
  }
  return { asked, embedder }
}

describe('cached', () => {
  embedderContract(async () => cached(counting().embedder, temporaryCache().cache, log))

  it('asks for each text once, also after a restart, and gives the same to the bit', async () => {
    const { path, cache } = temporaryCache()
    const before = counting()
    const after = counting()
    let first: Float32Array[]
    {
      await using embedder = cached(before.embedder, cache, log)
      first = await embedder.embed(['redis', 'disk', 'redis'], ongoing)
    }
    await using embedder = cached(after.embedder, temporaryCache(path).cache, log)
    expect(await embedder.embed(['redis', 'disk', 'redis'], ongoing)).toEqual(first)
    expect(before.asked).toEqual(['redis', 'disk'])
    expect(after.asked).toEqual([])
    expect(embedder.dimensions).toBe(8)
  })

  it('asks anew for another model, and where a model of that name gave vectors of another length', async () => {
    const { path, cache } = temporaryCache()
    await cached(counting().embedder, cache, log).embed(['redis'], ongoing)
    const other = counting('another')
    await cached(other.embedder, temporaryCache(path).cache, log).embed(['redis'], ongoing)
    const longer = counting('counting', 16)
    const [vector] = await cached(longer.embedder, temporaryCache(path).cache, log).embed(['redis'], ongoing)
    expect([other.asked, longer.asked, vector?.length]).toEqual([['redis'], ['redis'], 16])
  })

  it('never mixes lengths, also where the first answer tells that what was kept is of another model', async () => {
    const { path, cache } = temporaryCache()
    await cached(counting().embedder, cache, log).embed(['redis'], ongoing)
    const { asked, embedder } = counting('counting', 16)
    let known: number | undefined
    const learning: Embedder = {
      ...embedder,
      get dimensions() {
        return known
      },
      async embed(texts, signal) {
        known = 16
        return embedder.embed(texts, signal)
      },
    }
    const vectors = await cached(learning, temporaryCache(path).cache, log).embed(['redis', 'disk'], ongoing)
    expect(vectors.map(({ length }) => length)).toEqual([16, 16])
    expect(asked).toEqual(['disk', 'redis'])
  })

  it('keeps what was embedded before a failure', async () => {
    const { path, cache } = temporaryCache()
    const texts = Array.from({ length: 1500 }, (_, at) => `text ${at}`)
    const failing = counting('counting', 8, 1200)
    await expect(cached(failing.embedder, cache, log).embed(texts, ongoing)).rejects.toThrow('out of order')
    const healthy = counting()
    await cached(healthy.embedder, temporaryCache(path).cache, log).embed(texts, ongoing)
    expect(healthy.asked).toEqual(texts.slice(1024))
  })

  it('embeds without a cache that fails', async () => {
    const broken: EmbeddingCache = {
      get: () => Promise.reject(new Error('disk I/O error')),
      put: () => Promise.reject(new Error('database or disk is full')),
      async [Symbol.asyncDispose]() {},
    }
    const { asked, embedder } = counting()
    expect(await cached(embedder, broken, log).embed(['redis'], ongoing)).toHaveLength(1)
    expect(asked).toEqual(['redis'])
  })
})
