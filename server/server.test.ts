import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { eventsIn, fakeAnswer, startServer, toldInPieces } from './server.fake.ts'

function fail(): never {
  throw new Error('away')
}

describe('health', () => {
  it('is ready once the first sync of every source has ended', async () => {
    const waiting = new Set(['runbooks'])
    await using nightdesk = await startServer({ waitingFor: () => [...waiting] })
    const before = await nightdesk.get('/readyz')
    expect(before.status).toBe(503)
    expect(await before.json()).toEqual({ status: 'starting', waiting_for: ['runbooks'] })
    waiting.clear()
    expect((await nightdesk.get('/readyz')).status).toBe(200)
    expect(await (await nightdesk.get('/healthz')).json()).toEqual({ status: 'ok', version: '1.2.3' })
  })

  it('counts requests by route, answers by outcome and what is stored', async () => {
    const queued = [{ source: 'wiki', waiting: 3, running: 1, delayed: 0, dead: 2 }]
    const metrics = createMetrics(
      async () => ({ documents: 2, passages: 2 }),
      async () => queued,
    )
    await using nightdesk = await startServer({ metrics })
    await (await nightdesk.post('/v1/ask', { question: 'How?' })).text()
    await (await nightdesk.post('/v1/search', { query: 'x' })).text()
    await (await nightdesk.get('/nothing/here')).text()
    const text = await (await nightdesk.get('/metrics')).text()
    expect(text).toContain('nightdesk_http_requests_total{method="POST",route="/v1/ask",status="200"} 1')
    expect(text).toContain('nightdesk_http_requests_total{method="GET",route="unmatched",status="404"} 1')
    expect(text).toContain('nightdesk_answers_total{outcome="answered",provider="extractive"} 1')
    expect(text).toContain('nightdesk_search_duration_seconds_count 1')
    expect(text).toContain('nightdesk_index_documents 2')
    expect(text).toContain('nightdesk_queue_entries{source="wiki",state="dead"} 2')
    expect(text).toContain('nightdesk_engine_up{engine="queue"} 1')
  })

  it('tells the other figures while the store or the queue is away, and which of them is', async () => {
    let isThere = true
    const away = async () => (isThere ? [{ source: 'wiki', waiting: 3, running: 1, delayed: 0, dead: 2 }] : fail())
    const metrics = createMetrics(async () => (isThere ? { documents: 2, passages: 2 } : fail()), away)
    await using nightdesk = await startServer({ metrics })
    await (await nightdesk.get('/metrics')).text()
    isThere = false
    const response = await nightdesk.get('/metrics')
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('nightdesk_http_requests_total')
    for (const engine of ['store', 'queue']) expect(text).toContain(`nightdesk_engine_up{engine="${engine}"} 0`)
    expect(text).not.toMatch(/^nightdesk_(index_documents|index_passages|queue_entries)[ {]/m)
  })

  it('finishes the answer under way while it drains, and takes no new work', async () => {
    const go = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    await using nightdesk = await startServer({
      ask: async function* () {
        started.resolve()
        await go.promise
        yield* toldInPieces(fakeAnswer())
      },
    })
    const asking = nightdesk.post('/v1/ask', { question: 'How?' })
    await started.promise
    const drained = nightdesk.server.drain(AbortSignal.timeout(10_000))
    const ready = await nightdesk.get('/readyz')
    expect(await ready.json()).toMatchObject({ status: 'draining' })
    expect(ready.status).toBe(503)
    const refused = await nightdesk.post('/v1/ask', { question: 'And now?' })
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'draining' })
    go.resolve()
    expect(await (await asking).json()).toMatchObject({ trace_id: 'trace-1' })
    await drained
    await expect(nightdesk.get('/healthz')).rejects.toThrow('fetch failed')
  })

  it('cuts off with a word of explanation what takes too long', async () => {
    const started = Promise.withResolvers<void>()
    await using nightdesk = await startServer({
      ask: async function* (_question, signal) {
        yield { kind: 'delta', text: 'Run ' }
        started.resolve()
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('the model hung up')))
        })
      },
    })
    const asking = nightdesk.post('/v1/ask', { question: 'How?' }, { accept: 'text/event-stream' })
    await started.promise
    const response = await asking
    await nightdesk.server.drain(AbortSignal.abort())
    expect(eventsIn(await response.text()).at(-1)).toMatchObject({ event: 'error', data: { code: 'draining' } })
  })
})
