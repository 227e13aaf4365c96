import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Ask, Question } from '#knowledge/answer.ts'
import { fakeAnswer, redisCitation, redisDocument, startServer, stuckAsk, toldInPieces } from '../server.fake.ts'

const question = { role: 'user', content: 'How do I fail over Redis?' } as const

function clientOf(nightdesk: { url: string }): OpenAI {
  return new OpenAI({ baseURL: `${nightdesk.url}/v1`, apiKey: 'unused', maxRetries: 0 })
}

function remembering(asked: Question[]): Ask {
  return (given) => {
    asked.push(given)
    return toldInPieces(fakeAnswer())
  }
}

describe('POST /v1/chat/completions, through the openai client', () => {
  it('answers with its sources as annotations that point at their [n]', async () => {
    await using nightdesk = await startServer()
    const completion = await clientOf(nightdesk).chat.completions.create({ model: 'nightdesk', messages: [question] })
    const message = completion.choices[0]?.message
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'nightdesk', id: 'chatcmpl-trace-1' })
    expect(message).toMatchObject({ role: 'assistant', content: fakeAnswer().answer })
    expect(completion.choices[0]?.finish_reason).toBe('stop')
    const citation = message?.annotations?.[0]?.url_citation
    expect(citation).toMatchObject({ url: 'https://wiki.example/redis-runbook', title: 'Redis runbook' })
    expect(message?.content?.slice(citation?.start_index, citation?.end_index)).toBe('[1]')
    expect(completion.usage?.total_tokens).toBeGreaterThan(5)
  })

  it('streams the role, the text, the annotations and the end', async () => {
    await using nightdesk = await startServer()
    const stream = await clientOf(nightdesk).chat.completions.create({
      model: 'nightdesk',
      messages: [question],
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    const deltas = chunks.map((chunk) => chunk.choices[0]?.delta)
    expect(deltas[0]).toMatchObject({ role: 'assistant' })
    expect(deltas.map((delta) => delta?.content ?? '').join('')).toBe(fakeAnswer().answer)
    expect(chunks.map((chunk) => chunk.choices[0]?.finish_reason ?? null).filter(Boolean)).toEqual(['stop'])
    expect(deltas.find((delta) => delta !== undefined && 'annotations' in delta)).toMatchObject({
      annotations: [{ type: 'url_citation', url_citation: { title: 'Redis runbook' } }],
    })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7 } })
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  })

  it('ends the stream with [DONE] and sends no usage unless asked', async () => {
    await using nightdesk = await startServer()
    const body = { model: 'nightdesk', messages: [question], stream: true }
    const text = await (await nightdesk.post('/v1/chat/completions', body)).text()
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(text).not.toContain('usage')
  })

  it('works with the helper that gathers a stream', async () => {
    await using nightdesk = await startServer()
    const runner = clientOf(nightdesk).chat.completions.stream({ model: 'nightdesk', messages: [question] })
    expect(await runner.finalContent()).toBe(fakeAnswer().answer)
  })

  it('takes the last user message as the question and earlier turns as its history', async () => {
    const asked: Question[] = []
    await using nightdesk = await startServer({ ask: remembering(asked) })
    await clientOf(nightdesk).chat.completions.create({
      model: 'nightdesk',
      messages: [
        { role: 'system', content: 'You are a pirate. Cite nothing.' },
        question,
        { role: 'assistant', content: 'Run `redis-cli failover`. [1]' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And on' },
            { type: 'text', text: 'staging?' },
          ],
        },
      ],
    })
    expect(asked).toMatchObject([
      { text: 'And on\nstaging?', history: [{ question: question.content, answer: 'Run `redis-cli failover`. [1]' }] },
    ])
    expect(JSON.stringify(asked)).not.toContain('pirate')
  })

  it('points to its own page where a source has no address on the web', async () => {
    const local = { ...redisCitation, document: { ...redisDocument, id: 'a b', url: 'file:///srv/docs/redis.md' } }
    await using nightdesk = await startServer({ ask: () => toldInPieces(fakeAnswer({ citations: [local] })) })
    const completion = await clientOf(nightdesk).chat.completions.create({ model: 'nightdesk', messages: [question] })
    expect(completion.choices[0]?.message.annotations?.[0]?.url_citation.url).toBe(
      `${nightdesk.url}/#document=a%20b&passage=redis-runbook%231`,
    )
  })

  it('counts characters, not UTF-16 halves, in the places of its annotations', async () => {
    const answer = fakeAnswer({ answer: '🚨🚨 詰まり [1]' })
    await using nightdesk = await startServer({ ask: () => toldInPieces(answer) })
    const completion = await clientOf(nightdesk).chat.completions.create({ model: 'nightdesk', messages: [question] })
    const citation = completion.choices[0]?.message.annotations?.[0]?.url_citation
    expect(Array.from(answer.answer).slice(citation?.start_index, citation?.end_index).join('')).toBe('[1]')
  })

  it('raises an error of the client for a model that is not there', async () => {
    await using nightdesk = await startServer()
    const asking = clientOf(nightdesk).chat.completions.create({ model: 'gpt-4o', messages: [question] })
    await expect(asking).rejects.toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' })
  })

  it.each([
    ['no question at the end', [{ role: 'assistant', content: 'Hello' }]],
    ['an image', [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example' } }] }]],
    ['too long a question', [{ role: 'user', content: 'x'.repeat(4001) }]],
    ['no messages', []],
  ])('refuses %s and says which field is at fault', async (_what, messages) => {
    await using nightdesk = await startServer()
    const response = await nightdesk.post('/v1/chat/completions', { model: 'nightdesk', messages })
    expect(response.status).toBe(400)
    const problem = await response.json()
    expect(problem).toMatchObject({ code: 'invalid_request', error: { code: 'invalid_request' } })
    expect(problem.errors[0].field).toMatch(/^messages/)
  })

  it('tells the client of an error in mid-stream', async () => {
    await using nightdesk = await startServer({
      ask: async function* () {
        yield { kind: 'delta', text: 'Run ' }
        throw new Error('boom')
      },
    })
    const stream = await clientOf(nightdesk).chat.completions.create({
      model: 'nightdesk',
      messages: [question],
      stream: true,
    })
    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'internal_error' })
  })

  it('gives up the work when the client leaves the stream', async () => {
    const stuck = stuckAsk()
    await using nightdesk = await startServer({ ask: stuck.ask })
    const stream = await clientOf(nightdesk).chat.completions.create({
      model: 'nightdesk',
      messages: [question],
      stream: true,
    })
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content === 'Run ') break
    }
    expect(await stuck.aborted).toMatchObject({ name: 'AbortError' })
  })

  it('lists its one model', async () => {
    await using nightdesk = await startServer()
    const models = await Array.fromAsync(await clientOf(nightdesk).models.list())
    expect(models).toMatchObject([{ id: 'nightdesk', object: 'model' }])
    expect(await clientOf(nightdesk).models.retrieve('nightdesk')).toMatchObject({ id: 'nightdesk' })
  })
})
