import { describe, expect, it } from 'vitest'
import { startServer } from '../server.fake.ts'

describe('documents', () => {
  it('lists the inventory page by page', async () => {
    await using nightdesk = await startServer()
    const first = await (await nightdesk.get('/v1/documents?limit=1')).json()
    expect(first).toMatchObject({ documents: [{ id: 'break-glass', freshness: { state: 'fresh' } }] })
    const second = await (await nightdesk.get(`/v1/documents?limit=1&cursor=${first.next_cursor}`)).json()
    expect(second).toMatchObject({ documents: [{ id: 'redis-runbook', title: 'Redis runbook' }] })
    expect(second).not.toHaveProperty('next_cursor')
  })

  it('filters by owner', async () => {
    await using nightdesk = await startServer()
    const listed = await (await nightdesk.get('/v1/documents?owner=@acme/sre')).json()
    expect(listed.documents).toMatchObject([{ id: 'redis-runbook' }])
  })

  it('refuses a cursor that is not one of ours', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.get('/v1/documents?cursor=nonsense')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_cursor' })
  })

  it('opens a document with its passages, each with its own age', async () => {
    await using nightdesk = await startServer()
    expect(await (await nightdesk.get('/v1/documents/redis-runbook')).json()).toMatchObject({
      id: 'redis-runbook',
      passages: [
        {
          passage_id: 'redis-runbook#1',
          heading: ['Failover'],
          text: 'Run `redis-cli failover` on the replica. Wait for 30 seconds.',
          from_line: 10,
          to_line: 11,
          freshness: { edited_at: '2026-05-20T08:00:00.000Z' },
        },
      ],
    })
  })

  it('records that a document is still true', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/documents/redis-runbook/verify', { by: 'ann' })
    expect(await response.json()).toMatchObject({ state: 'verified', verified_by: 'ann' })
    const whole = await (await nightdesk.get('/v1/documents/redis-runbook')).json()
    expect(whole.freshness.state).toBe('verified')
  })

  it('masks secrets in what reviewers write', async () => {
    await using nightdesk = await startServer()
    const written = { by: 'ann', evergreen_reason: 'the login is fixed, password: hunter2Tarako99' }
    await nightdesk.post('/v1/documents/redis-runbook/verify', written)
    const stored = await nightdesk.store.documents.verifications(['redis-runbook'], new AbortController().signal)
    expect(stored.get('redis-runbook')?.evergreenReason).toContain('password: [masked:password]')
  })
})
