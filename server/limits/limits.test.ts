import { createHash } from 'node:crypto'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { startServer } from '../server.fake.ts'
import { redisLimits } from './redis-limits.ts'
import { memoryLimits } from './request-limits.ts'

const principals = ['alice', 'bob'].map((name) => ({
  name,
  audiences: [],
  tokenSha256: createHash('sha256').update(name).digest('hex'),
}))

function asked(url: string, token: string, path = '/v1/ask', body: object = { question: 'How do I fail over?' }) {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describe('limits', () => {
  it('refuse whoever asks too often with 429 and when to try again, and nobody else', async () => {
    await using nightdesk = await startServer({ principals, limits: memoryLimits({ questions: 2 }) })
    const first = await asked(nightdesk.url, 'alice')
    expect([first.status, first.headers.get('ratelimit-remaining')]).toEqual([200, '1'])
    await asked(nightdesk.url, 'alice')
    const refused = await asked(nightdesk.url, 'alice')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 })
    expect((await asked(nightdesk.url, 'bob')).status).toBe(200)
    expect((await asked(nightdesk.url, 'alice', '/v1/search', { query: 'redis' })).status).toBe(200)
  })

  it('count requests of every kind together', async () => {
    await using nightdesk = await startServer({ principals, limits: memoryLimits({ requests: 2 }) })
    await asked(nightdesk.url, 'alice', '/v1/search', { query: 'redis' })
    await asked(nightdesk.url, 'alice')
    expect((await asked(nightdesk.url, 'alice', '/v1/search', { query: 'redis' })).status).toBe(429)
    expect((await fetch(`${nightdesk.url}/healthz`)).status).toBe(200)
  })

  it("are told in OpenAI's form to its own client", async () => {
    await using nightdesk = await startServer({ principals, limits: memoryLimits({ questions: 1 }) })
    const client = new OpenAI({ apiKey: 'alice', baseURL: `${nightdesk.url}/v1`, maxRetries: 0 })
    const ask = () =>
      client.chat.completions.create({
        model: 'nightdesk',
        messages: [{ role: 'user', content: 'How do I fail over?' }],
      })
    await ask()
    await expect(ask()).rejects.toMatchObject({
      status: 429,
      name: expect.stringContaining('Error'),
      error: { type: 'rate_limit_error', code: 'rate_limited' },
    })
  })

  it('are kept by the process alone while Redis is away', async () => {
    await using limits = redisLimits({ questions: 1 }, 'redis://127.0.0.1:1')
    expect(await limits.take('alice', 'questions')).toMatchObject({ kind: 'counted', left: 0 })
    expect(await limits.take('alice', 'questions')).toMatchObject({ kind: 'refused', limit: 1 })
    expect(await limits.take('alice', 'requests')).toEqual({ kind: 'free' })
  })
})
