import { expect, it } from 'vitest'
import { benchWorkerMemory } from './worker-memory.ts'

it('tells what a worker that syncs made-up pages holds in memory', { timeout: 60_000 }, async () => {
  const rows = await benchWorkerMemory({ documents: 30, passagesPerDocument: 10 }, new AbortController().signal)
  const last = rows.at(-1)
  expect(last).toMatchObject({ name: 'after the second sync, at most', passages: 300 })
  expect(last?.bytes).toBeGreaterThan(last?.ownBytes ?? Number.POSITIVE_INFINITY)
})
