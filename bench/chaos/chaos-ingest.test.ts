import { expect, it } from 'vitest'
import { chaosIngest } from './chaos-ingest.ts'

it('finds the embedded store as if nobody had been killed', { timeout: 120_000 }, async () => {
  const row = await chaosIngest({ engines: 'embedded', kills: 4, seed: 3, workers: 2 }, new AbortController().signal)
  expect(row).toMatchObject({ killed: { worker: 4 }, difference: undefined })
  expect(row.documents).toBeGreaterThan(40)
  expect(row.commits).toBeGreaterThan(3)
})
