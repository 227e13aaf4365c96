import { expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { fixedClock } from '#runtime/clock.ts'
import { FreshnessLag } from './freshness-lag.ts'

const ongoing = new AbortController().signal

async function watching() {
  const { documents } = openMemoryStore()
  const clock = fixedClock('2026-03-01T12:00:00Z')
  const told: number[] = []
  const lag = new FreshnessLag({ documents, clock, onChange: (_source, ms) => told.push(ms) })
  const edited = (at: string) => fakeEntry({ id: 'redis', editedAt: new Date(at) }, ['by hand'])
  const { source } = edited('2026-03-01T00:00:00Z')
  const synced = (at: string) =>
    documents.saveSourceState({ source, startedAt: new Date(at), finishedAt: new Date(at), failures: [] }, ongoing)
  return { clock, told, lag, edited, source, synced }
}

it('counts from the change, or from the last look at the source where the change is older', async () => {
  const { lag, edited, source, synced, clock } = await watching()
  await synced('2026-03-01T11:50:00Z')
  await lag.stored([edited('2026-03-01T11:59:57Z')], ongoing)
  expect(lag.of(source)).toEqual({ lastMs: 3000, p50Ms: 3000, p95Ms: 3000, changes: 1 })
  await lag.stored([edited('2020-01-01T00:00:00Z')], ongoing)
  expect(lag.of(source)).toMatchObject({ lastMs: 600_000, changes: 2 })
  clock.advance(1000)
  await lag.stored([edited('2026-03-01T12:00:30Z')], ongoing)
  expect(lag.of(source)).toMatchObject({ lastMs: 0, p50Ms: 3000, changes: 3 })
})

it('knows no lag before the first sync has ended', async () => {
  const { lag, edited, source, told } = await watching()
  await lag.stored([edited('2026-03-01T11:59:57Z')], ongoing)
  expect(lag.of(source)).toBeUndefined()
  expect(told).toEqual([])
})

it('looks back on the last two hundred changes', async () => {
  const { lag, edited, source, synced, told } = await watching()
  await synced('2026-03-01T11:00:00Z')
  await lag.stored(Array(250).fill(edited('2026-03-01T11:59:59Z')), ongoing)
  expect(lag.of(source)?.changes).toBe(200)
  expect(told).toHaveLength(250)
})
