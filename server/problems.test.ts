import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { OpsError } from '#runtime/errors.ts'
import { createLog } from '#runtime/log.ts'
import { startServer } from './server.fake.ts'

class ModelDownError extends OpsError {
  override readonly name = 'ModelDownError'
  readonly code = 'model_down'
  readonly retryable = true
  readonly userMessage = 'The model is down; try again in a minute.'
}

describe('errors', () => {
  it.each([
    ['malformed JSON', '/v1/ask', '{"question":', {}, 400, 'malformed_json'],
    ['an empty question', '/v1/ask', { question: '  ' }, {}, 400, 'invalid_request'],
    ['a question of 4,001 characters', '/v1/ask', { question: 'x'.repeat(4001) }, {}, 400, 'invalid_request'],
    ['a body above 1 MB', '/v1/ask', { question: 'x'.repeat(1024 * 1024) }, {}, 413, 'body_too_large'],
    [
      'a body that is not JSON',
      '/v1/ask',
      'question=hi',
      { 'content-type': 'text/plain' },
      415,
      'unsupported_media_type',
    ],
    ['an address that no route has', '/v1/nothing', {}, {}, 404, 'not_found'],
    ['a document that is not there', '/v1/documents/none/verify', { by: 'ann' }, {}, 404, 'document_not_found'],
    ['feedback on no answer', '/v1/feedback', { trace_id: 'none', verdict: 'good' }, {}, 404, 'trace_not_found'],
  ])('answers %s as a problem with a stable code', async (_what, path, body, headers, status, code) => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post(path, body, headers)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = await response.json()
    expect(problem).toMatchObject({ code, status, type: `urn:nightdesk:problem:${code}` })
    expect(problem).toHaveProperty('title')
    expect(problem).toHaveProperty('detail')
  })

  it('names every field at fault, not only the first', async () => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/ask', { question: '', lang: 'fr', mode: 'sung' })
    const problem: { errors: { field: string }[] } = await response.json()
    expect(problem.errors.map(({ field }) => field)).toEqual(['question', 'lang', 'mode'])
  })

  it('refuses a chunked body above 1 MB too', async () => {
    await using nightdesk = await startServer()
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${nightdesk.url}/v1/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      })
      sent.on('response', (response) => resolve(response.statusCode))
      sent.on('error', reject)
      sent.write('"')
      for (let kilobyte = 0; kilobyte < 1100; kilobyte++) sent.write('x'.repeat(1024))
      sent.end('"')
    })
    expect(status).toBe(413)
  })

  it('reads a chunked body, which has no length', async () => {
    await using nightdesk = await startServer()
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
    const headers = { 'content-type': 'application/json' }
    const sent = request(`${nightdesk.url}/v1/search`, { method: 'POST', headers })
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('error', reject)
    sent.write('{"query":')
    sent.end('"redis"}')
    expect(await promise).toBe(200)
  })

  it('leaves what clients did wrong out of the errors in the log', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'error', content: false, destination: { write: (line) => void lines.push(line) } })
    await using nightdesk = await startServer({ log, search: () => Promise.reject(new TypeError('broken')) })
    await nightdesk.post('/v1/ask', '{"question": ')
    await nightdesk.get('/v1/documents?cursor=nonsense')
    expect(lines).toEqual([])
    await nightdesk.post('/v1/search', { query: 'redis' })
    expect(lines).toHaveLength(1)
  })

  it('names the methods that an address answers to, also to a request without a body', async () => {
    await using nightdesk = await startServer()
    for (const method of ['DELETE', 'PUT', 'OPTIONS']) {
      const refused = await fetch(`${nightdesk.url}/v1/ask`, { method })
      expect([method, refused.status]).toEqual([method, 405])
    }
    const response = await nightdesk.get('/v1/ask')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' })
  })

  it('tells the user what to do and not what broke inside', async () => {
    await using nightdesk = await startServer({
      search: () => Promise.reject(new ModelDownError('connection refused by 10.0.0.7')),
    })
    const response = await nightdesk.post('/v1/search', { query: 'x' })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    const text = await response.text()
    expect(text).toContain('The model is down; try again in a minute.')
    expect(text).not.toContain('10.0.0.7')
  })

  it('never shows a stack or the message of an unexpected error', async () => {
    await using nightdesk = await startServer({
      search: () => Promise.reject(new TypeError('cannot read /srv/secret.ts')),
    })
    const response = await nightdesk.post('/v1/search', { query: 'x' })
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).toContain('internal_error')
    expect(text).not.toMatch(/secret|\.ts|at /)
  })
})
