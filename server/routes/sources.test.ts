import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { startServer } from '../server.fake.ts'
import type { Operations, SourceStatus } from './sources.ts'

const runbooks: SourceStatus = {
  id: 'runbooks',
  kind: 'github',
  audience: ['sre'],
  entries: 120,
  state: 'paused',
  lastSync: { startedAt: new Date('2026-03-01T00:00:00Z'), finishedAt: new Date('2026-03-01T00:00:12.5Z') },
  queue: { waiting: 3, running: 1, delayed: 0, dead: 1 },
  pause: { until: new Date('2026-03-01T01:00:00Z'), reason: 'GitHub asked us to slow down' },
  failures: [{ entry: 'a.md', state: 'dead', reason: 'it is not text', failedAt: new Date('2026-03-01T00:00:01Z') }],
  apiBudget: { left: 4000, limit: 5000, resetsAt: new Date('2026-03-01T00:30:00Z') },
  lag: { lastMs: 2100, p50Ms: 1800, p95Ms: 4000, changes: 7 },
}
const wiki: SourceStatus = {
  id: 'wiki',
  kind: 'notion',
  audience: [],
  entries: 0,
  state: 'never',
  queue: { waiting: 0, running: 0, delayed: 0, dead: 0 },
  failures: [],
}

function watched() {
  const asked: unknown[] = []
  const operations: Operations = {
    sources: async () => [runbooks, wiki],
    sync: async (source, entries) => void asked.push([source, entries]),
  }
  return { asked, operations }
}

const tokenSha256 = createHash('sha256').update('bobs-token').digest('hex')
const principals = [{ name: 'bob', audiences: ['dev'], tokenSha256 }]
const bob = { authorization: 'Bearer bobs-token' }

it('lists every source with its last sync, what failed and why, its budget and its lag', async () => {
  await using nightdesk = await startServer({ operations: watched().operations })
  const { sources } = (await (await nightdesk.get('/v1/sources')).json()) as { sources: unknown[] }
  expect(sources).toEqual([
    {
      id: 'runbooks',
      kind: 'github',
      entries: 120,
      state: 'paused',
      last_sync: { started_at: '2026-03-01T00:00:00.000Z', finished_at: '2026-03-01T00:00:12.500Z', seconds: 12.5 },
      queue: { waiting: 3, running: 1, delayed: 0, dead: 1 },
      pause: { until: '2026-03-01T01:00:00.000Z', reason: 'GitHub asked us to slow down' },
      failed_entries: 1,
      failures: [{ entry: 'a.md', state: 'dead', reason: 'it is not text', failed_at: '2026-03-01T00:00:01.000Z' }],
      api_budget: { left: 4000, limit: 5000, resets_at: '2026-03-01T00:30:00.000Z' },
      lag_seconds: { last: 2.1, p50: 1.8, p95: 4, changes: 7 },
    },
    expect.objectContaining({ id: 'wiki', state: 'never', failed_entries: 0 }),
  ])
})

it('looks again at all of a source, or at what failed of it', async () => {
  const { asked, operations } = watched()
  await using nightdesk = await startServer({ operations })
  expect((await nightdesk.post('/v1/sources/wiki/sync', {})).status).toBe(202)
  expect((await nightdesk.post('/v1/sources/runbooks/sync', { entries: ['a.md'] })).status).toBe(202)
  expect(asked).toEqual([
    ['wiki', 'all'],
    ['runbooks', ['a.md']],
  ])
  expect((await nightdesk.post('/v1/sources/runbooks/sync', { entries: [] })).status).toBe(400)
})

it('shows nobody a source outside their audiences, and lets nobody sync it', async () => {
  const { asked, operations } = watched()
  await using nightdesk = await startServer({ operations, principals })
  const listed = (await (await nightdesk.get('/v1/sources', bob)).json()) as { sources: { id: string }[] }
  expect(listed.sources.map(({ id }) => id)).toEqual(['wiki'])
  const refused = await nightdesk.post('/v1/sources/runbooks/sync', {}, bob)
  expect(refused.status).toBe(404)
  expect(await refused.json()).toMatchObject({ code: 'source_not_found' })
  expect(asked).toEqual([])
})
