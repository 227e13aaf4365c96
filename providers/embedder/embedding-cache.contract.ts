import { expect, it } from 'vitest'
import { type EmbeddingCache, keyOf, rounded } from './embedding-cache.ts'

const ongoing = new AbortController().signal
const restart = keyOf('tiny', 'restart')
const rotate = keyOf('tiny', 'rotate')

/** What it means to be an embedding cache. */
export function embeddingCacheContract(open: () => Promise<EmbeddingCache>) {
  it('gives back what was put, in the order asked for, and nothing else', async () => {
    await using cache = await open()
    const [one, other] = [rounded(Float32Array.of(0.6, -0.8, 0)), rounded(Float32Array.of(0, 0, 1))]
    await cache.put(
      [
        { key: restart, vector: one },
        { key: rotate, vector: other },
      ],
      ongoing,
    )
    expect(await cache.get([rotate, keyOf('tiny', 'never seen'), restart], ongoing)).toEqual([other, undefined, one])
    expect(await cache.get([], ongoing)).toEqual([])
  })

  it('keeps the newest of a key, and vectors of any length', async () => {
    await using cache = await open()
    const long = rounded(new Float32Array(3072).fill(1 / Math.sqrt(3072)))
    await cache.put([{ key: restart, vector: rounded(Float32Array.of(1, 0)) }], ongoing)
    await cache.put([{ key: restart, vector: long }], ongoing)
    expect(await cache.get([restart], ongoing)).toEqual([long])
  })

  it('stops when it is told to', async () => {
    await using cache = await open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(cache.get([restart], gone)).rejects.toThrow('hung up')
    await expect(cache.put([{ key: restart, vector: Float32Array.of(1) }], gone)).rejects.toThrow('hung up')
  })
}
