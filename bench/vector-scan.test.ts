import { expect, it } from 'vitest'
import { benchVectorScan } from './vector-scan.ts'

it('measures each engine on the same vectors, and what it misses', () => {
  const options = { sizes: [2000], dimensions: 64, queries: 5, peers: [] }
  const rows = benchVectorScan(options, new AbortController().signal)
  expect(rows.map(({ engine }) => engine)).toEqual(['WebAssembly SIMD, 8 bits', 'plain JavaScript, 8 bits'])
  for (const { recall, scan, vectors } of rows) {
    expect(recall).toBeGreaterThan(0.9)
    expect(scan.p95).toBeGreaterThan(0)
    expect(vectors).toBe(2000)
  }
})

it('stops between engines', () => {
  const options = { sizes: [10], dimensions: 8, queries: 1, peers: [] }
  expect(() => benchVectorScan(options, AbortSignal.abort(new Error('enough')))).toThrow('enough')
})
