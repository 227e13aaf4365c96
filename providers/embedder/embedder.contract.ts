import { expect, it } from 'vitest'
import type { Embedder } from './embedder.ts'

const ongoing = new AbortController().signal

/** What it means to be an embedder; the model behind it need not be a good one. */
export function embedderContract(open: () => Promise<Embedder>) {
  it('gives one unit vector a text, in order', async () => {
    await using embedder = await open()
    const texts = ['restart the primary', 'rotate the certificate', 'restart the primary']
    const vectors = await embedder.embed(texts, ongoing)
    expect(vectors).toHaveLength(3)
    for (const vector of vectors) {
      expect(vector).toHaveLength(embedder.dimensions ?? 0)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
    }
    expect(vectors[0]).toEqual(vectors[2])
    expect(vectors[0]).not.toEqual(vectors[1])
  })

  it('gives zeros for a text without a token, and nothing for no text', async () => {
    await using embedder = await open()
    const [empty] = await embedder.embed([''], ongoing)
    expect(empty).toEqual(new Float32Array(embedder.dimensions ?? 0))
    expect(embedder.dimensions).toBeGreaterThan(0)
    expect(await embedder.embed([], ongoing)).toEqual([])
  })

  it('gives the same vector in any company, and for texts of any length', async () => {
    await using embedder = await open()
    const long = 'drain the node before the upgrade. '.repeat(4000)
    const [alone] = await embedder.embed(['restart the primary'], ongoing)
    const together = await embedder.embed(['', long, 'restart the primary'], ongoing)
    expect(Math.hypot(...(together[1] ?? []))).toBeCloseTo(1, 4)
    expect(dot(alone, together[2])).toBeGreaterThan(0.9999)
  })

  it('stops when it is told to', async () => {
    await using embedder = await open()
    await expect(embedder.embed(['late'], AbortSignal.abort(new Error('hung up')))).rejects.toThrow('hung up')
  })
}

function dot(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)
}
