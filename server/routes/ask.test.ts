import { describe, expect, it } from 'vitest'
import type { Question } from '#knowledge/answer.ts'
import { OpsError } from '#runtime/errors.ts'
import { eventsIn, fakeAnswer, redisCitation, startServer, stuckAsk, toldInPieces } from '../server.fake.ts'

class ModelDownError extends OpsError {
  override readonly name = 'ModelDownError'
  readonly code = 'model_down'
  readonly retryable = true
  readonly userMessage = 'The model is down; try again in a minute.'
}

describe('POST /v1/ask', () => {
  it('gives a whole Answer in the words of the contract', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/ask', { question: 'How do I fail over Redis?' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      answer: 'Run `redis-cli failover` on the replica. [1]',
      conversation_id: 'conversation-1',
      trace_id: 'trace-1',
      timings_ms: { search: 3, total: 5 },
      cost_usd: 0,
      citations: [
        {
          n: 1,
          passage_id: 'redis-runbook#1',
          document: { id: 'redis-runbook', title: 'Redis runbook', owners: ['@acme/sre'] },
          freshness: {
            state: 'fresh',
            edited_at: '2026-05-20T08:00:00.000Z',
            broken_references: [],
            contradicted_by: [],
          },
        },
      ],
    })
  })

  it('hands on the question, its conversation, language and mode', async () => {
    const asked: Question[] = []
    await using nightdesk = await startServer({
      ask: (question) => {
        asked.push(question)
        return toldInPieces(fakeAnswer())
      },
    })
    await nightdesk.post('/v1/ask', { question: ' それは? ', conversation_id: 'c-7', lang: 'ja', mode: 'spoken' })
    expect(asked).toMatchObject([
      {
        text: 'それは?',
        conversationId: 'c-7',
        lang: 'ja',
        mode: 'spoken',
        principal: { name: 'local', audiences: 'all' },
      },
    ])
  })

  it('streams status, deltas, citations and the whole answer at the end', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/ask', { question: 'How?' }, { accept: 'text/event-stream' })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsIn(await response.text())
    expect(events.map(({ event }) => event).filter((event, index, all) => event !== all[index - 1])).toEqual([
      'status',
      'delta',
      'citation',
      'done',
    ])
    const told = events.flatMap(({ event, data }) => (event === 'delta' ? [data.text] : []))
    expect(told.join('')).toBe(fakeAnswer().answer)
    expect(events.at(-1)?.data).toMatchObject({ trace_id: 'trace-1', citations: [{ quote: redisCitation.quote }] })
  })

  it('ends a stream that fails with an error event in plain words', async () => {
    await using nightdesk = await startServer({
      ask: async function* () {
        yield { kind: 'delta', text: 'Run ' }
        throw new ModelDownError('connection refused by 10.0.0.7')
      },
    })
    const response = await nightdesk.post('/v1/ask', { question: 'How?' }, { accept: 'text/event-stream' })
    expect(eventsIn(await response.text()).at(-1)).toMatchObject({
      event: 'error',
      data: { code: 'model_down', status: 503, detail: 'The model is down; try again in a minute.' },
    })
  })

  it('gives up the work when the client hangs up on a stream', async () => {
    const stuck = stuckAsk()
    await using nightdesk = await startServer({ ask: stuck.ask })
    const client = new AbortController()
    const response = await fetch(`${nightdesk.url}/v1/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ question: 'How?' }),
      signal: client.signal,
    })
    await response.body?.getReader().read()
    await stuck.started
    client.abort()
    expect(await stuck.aborted).toMatchObject({ name: 'AbortError' })
  })

  it('gives up the work when the client hangs up before a whole answer', async () => {
    const stuck = stuckAsk()
    await using nightdesk = await startServer({ ask: stuck.ask })
    const client = new AbortController()
    const asking = fetch(`${nightdesk.url}/v1/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'How?' }),
      signal: client.signal,
    })
    await stuck.started
    client.abort()
    await expect(asking).rejects.toThrow('aborted')
    expect(await stuck.aborted).toMatchObject({ name: 'AbortError' })
  })

  it('says so when an answer ends before it is done', async () => {
    await using nightdesk = await startServer({
      ask: async function* () {
        yield { kind: 'delta', text: 'Run ' }
      },
    })
    expect((await nightdesk.post('/v1/ask', { question: 'How?' })).status).toBe(500)
  })
})

describe('POST /v1/search', () => {
  it('gives ranked passages with their documents and freshness', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/search', { query: 'redis', limit: 3 })
    expect(await response.json()).toMatchObject({
      results: [
        {
          passage_id: 'redis-runbook#1',
          rank: 1,
          score: 0.8,
          heading: ['Failover'],
          lang: 'en',
          freshness: { state: 'fresh' },
        },
      ],
    })
  })

  it('asks for 10 passages when no limit is given', async () => {
    const limits: number[] = []
    await using nightdesk = await startServer({
      search: async ({ limit }) => {
        limits.push(limit)
        return { passages: [], relevance: 0, relevant: false, timingsMs: {}, warnings: [] }
      },
    })
    await nightdesk.post('/v1/search', { query: 'redis' })
    expect(limits).toEqual([10])
  })
})
