import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Question } from '#knowledge/answer.ts'
import { fakeAnswer, startServer, toldInPieces } from './server.fake.ts'

describe('identity', () => {
  const token = 'correct horse'
  const tokenSha256 = createHash('sha256').update('battery-staple').digest('hex')
  const principals = [
    { name: 'alice', audiences: ['sre'], tokenSha256 },
    { name: 'slack-only', audiences: ['security'] },
  ]
  const alice = { authorization: 'Bearer battery-staple' }

  it('asks for a token where principals are configured', async () => {
    await using nightdesk = await startServer({ principals })
    const response = await nightdesk.post('/v1/ask', { question: 'How?' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="nightdesk"')
  })

  it.each([`Bearer ${token.replace(' ', '-')}`, 'Bearer ', 'Basic YTpi', 'Bearer e3b0c442'])(
    'refuses %s, which is no known token',
    async (authorization) => {
      await using nightdesk = await startServer({ principals })
      expect((await nightdesk.get('/v1/documents', { authorization })).status).toBe(401)
    },
  )

  it('knows who is asking by the token', async () => {
    const asked: Question[] = []
    await using nightdesk = await startServer({
      principals,
      ask: (question) => {
        asked.push(question)
        return toldInPieces(fakeAnswer())
      },
    })
    await nightdesk.post('/v1/ask', { question: 'How?' }, alice)
    expect(asked[0]?.principal).toEqual({ name: 'alice', audiences: ['sre'] })
  })

  it('hides documents outside the audiences from lists and by their id', async () => {
    await using nightdesk = await startServer({ principals })
    const listed = await (await nightdesk.get('/v1/documents', alice)).json()
    expect(listed.documents).toMatchObject([{ id: 'redis-runbook' }])
    expect((await nightdesk.get('/v1/documents/break-glass', alice)).status).toBe(404)
    expect((await nightdesk.post('/v1/documents/break-glass/verify', { by: 'alice' }, alice)).status).toBe(404)
    expect(await (await nightdesk.get('/v1/status', alice)).json()).not.toHaveProperty('documents')
  })

  it('takes feedback on own answers only', async () => {
    await using nightdesk = await startServer({ principals })
    const turn = (traceId: string, principal: string) =>
      nightdesk.store.conversations.addTurn(
        {
          traceId,
          principal,
          conversationId: 'c',
          question: 'How?',
          standalone: 'How?',
          lang: 'en',
          answer: 'So.',
          abstained: false,
          cited: [],
          at: new Date(),
        },
        new AbortController().signal,
      )
    await turn('mine', 'alice')
    await turn('theirs', 'bob')
    const stale = { verdict: 'stale', comment: 'we are on Aurora now' }
    expect((await nightdesk.post('/v1/feedback', { trace_id: 'mine', ...stale }, alice)).status).toBe(200)
    expect((await nightdesk.post('/v1/feedback', { trace_id: 'theirs', ...stale }, alice)).status).toBe(404)
    const signal = new AbortController().signal
    expect(await nightdesk.store.conversations.feedback('mine', signal)).toMatchObject([
      { principal: 'alice', ...stale },
    ])
    expect(await nightdesk.store.conversations.feedback('theirs', signal)).toEqual([])
  })

  it('says who spoke when somebody vouches in the name of somebody else', async () => {
    await using nightdesk = await startServer({ principals })
    const verified = await nightdesk.post('/v1/documents/redis-runbook/verify', { by: 'bob' }, alice)
    expect(await verified.json()).toMatchObject({ verified_by: 'bob (via alice)' })
  })

  it('shows the page, its description and health without a token, but no metrics', async () => {
    await using nightdesk = await startServer({ principals })
    for (const path of ['/', '/openapi.json', '/healthz', '/readyz']) {
      expect([path, (await nightdesk.get(path)).status]).toEqual([path, 200])
    }
    expect((await nightdesk.get('/metrics')).status).toBe(401)
    expect((await nightdesk.get('/metrics', alice)).status).toBe(200)
  })

  it.each([
    ['a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy that claims to be local', { 'x-forwarded-for': '127.0.0.1' }],
    ['a proxy by the standard header', { forwarded: 'for=203.0.113.7' }],
    ['a name that was made to resolve to this machine', { host: 'evil.example:4000' }],
    ['a name that only begins like this machine', { host: 'localhost.evil.example' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another server on this machine', { origin: 'http://localhost:1' }],
    ['a picture or script on another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('serves nobody who comes through %s while nobody is configured', async (_who, headers) => {
    await using nightdesk = await startServer()
    for (const path of ['/v1/documents', '/metrics', '/']) {
      expect([path, await statusOf(`${nightdesk.url}${path}`, headers)]).toEqual([path, 403])
    }
  })

  it.each(['203.0.113.7', '::ffff:203.0.113.7', '128.0.0.1', 'fe80::1', undefined])(
    'serves nobody at %s, which is not this machine, while nobody is configured',
    async (remoteAddress) => {
      await using nightdesk = await startServer()
      nightdesk.server.http.on('connection', (socket) =>
        Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress }),
      )
      const response = await nightdesk.get('/v1/documents')
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ code: 'loopback_only' })
    },
  )

  it('serves its own page on this machine by any of its names', async () => {
    await using nightdesk = await startServer()
    const { port } = new URL(nightdesk.url)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      const status = await statusOf(`${nightdesk.url}/v1/documents`, { host, origin: `http://${host}` })
      expect([host, status]).toEqual([host, 200])
    }
  })

  it('does not listen for other machines while nobody is configured', async () => {
    await expect(startServerOn('0.0.0.0')).rejects.toThrow('principals')
  })

  it('opens nothing to other sites', async () => {
    await using nightdesk = await startServer({ principals })
    const response = await nightdesk.get('/v1/documents', { ...alice, origin: 'https://evil.example' })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

async function startServerOn(host: string): Promise<void> {
  await using nightdesk = await startServer()
  await nightdesk.server.listen(host, 0, new AbortController().signal)
}

/** fetch refuses to forge Host and Origin. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
