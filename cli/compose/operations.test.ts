import { expect, it } from 'vitest'
import { FreshnessLag } from '#ingest/freshness-lag.ts'
import { QueueUnavailableError } from '#ingest/queue/errors.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { systemClock } from '#runtime/clock.ts'
import { operationsOver } from './operations.ts'

const ongoing = new AbortController().signal

it('shows what is stored of a source while the queue is away, and why nothing moves', async () => {
  const { documents } = openMemoryStore()
  await documents.replaceEntries([fakeEntry({ id: 'redis' }, ['restart redis'])], ongoing)
  const away = async () => {
    throw new QueueUnavailableError('redis://queue', 'Check REDIS_URL.', { cause: new Error('refused') })
  }
  const operations = operationsOver({
    queue: { counts: away, failures: away, request: away },
    documents,
    sources: [{ id: 'wiki', audience: [], apiBudget: undefined }],
    kindOf: () => 'notion',
    lag: new FreshnessLag({ documents, clock: systemClock }),
    clock: systemClock,
  })
  const [wiki] = await operations.sources(ongoing)
  expect(wiki).toMatchObject({ id: 'wiki', state: 'failed', entries: 1 })
  expect(wiki?.failure).toContain('REDIS_URL')
})
