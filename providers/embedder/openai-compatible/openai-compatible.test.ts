import { describe, expect, it } from 'vitest'
import { embedderContract } from '../embedder.contract.ts'
import { EmbedderError } from '../errors.ts'
import { batchesOf, cutTo, estimatedTokens } from './batches.ts'
import { OpenAiCompatibleEmbedder, type OpenAiCompatibleEmbedderOptions } from './openai-compatible.ts'
import { type FakeEmbeddingsOptions, fakeEmbeddings } from './openai-embeddings.fake.ts'
import { retryAfterMs } from './pace.ts'

const ongoing = new AbortController().signal

async function open(script: FakeEmbeddingsOptions = {}, options: Partial<OpenAiCompatibleEmbedderOptions> = {}) {
  const fake = await fakeEmbeddings(script)
  const embedder = new OpenAiCompatibleEmbedder({
    model: 'tiny',
    apiKey: 'key-for-tests',
    baseUrl: fake.url,
    ...options,
  })
  return { fake, embedder, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() }
}

/** As many different texts as asked for. */
const some = (count: number) => Array.from({ length: count }, (_, at) => `restart number ${at}`)

describe.each([
  ['base64', {}],
  ['numbers', { numbersOnly: true }],
  ['another order', { shuffled: true }],
])('OpenAiCompatibleEmbedder with a server that answers in %s', (_, script) => {
  embedderContract(async () => {
    const { fake, embedder } = await open(script)
    return {
      id: embedder.id,
      get dimensions() {
        return embedder.dimensions
      },
      embed: (texts, signal) => embedder.embed(texts, signal),
      [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
    }
  })
})

describe('OpenAiCompatibleEmbedder', () => {
  it('asks for the model by name, with the key, and knows its dimensions from the first answer', async () => {
    await using opened = await open()
    expect(opened.embedder.dimensions).toBeUndefined()
    await opened.embedder.embed(['redis'], ongoing)
    expect(opened.embedder.dimensions).toBe(24)
    expect(opened.embedder.id).toBe('openai-compatible/tiny')
    expect(opened.fake.authorizations).toEqual(['Bearer key-for-tests'])
    expect(opened.fake.requests).toEqual([expect.objectContaining({ model: 'tiny', input: ['redis'] })])
  })

  it('sends many texts in batches, several at a time, none of them empty', async () => {
    await using opened = await open({}, { textsAtOnce: 4 })
    const vectors = await opened.embedder.embed(['', ...some(18), ' \n'], ongoing)
    expect(opened.fake.requests.map(({ input }) => input.length)).toEqual([4, 4, 4, 4, 2])
    expect(opened.fake.mostAtOnce()).toBeGreaterThan(1)
    expect(opened.fake.mostAtOnce()).toBeLessThanOrEqual(4)
    expect(vectors.map((vector) => vector.some((value) => value !== 0))).toEqual([
      false,
      ...Array(18).fill(true),
      false,
    ])
  })

  it.each([
    ['is asked to slow down', { status: 429, headers: { 'retry-after': '0' } }],
    ['is asked to slow down by milliseconds', { status: 429, headers: { 'retry-after-ms': '3' } }],
    ['finds the service overloaded', { status: 503 }],
    ['is answered by a gateway', { status: 502, message: '<html>Bad Gateway' }],
    ['loses the connection', 'reset' as const],
    ['hears nothing', 'silence' as const],
  ])('tries again when it %s', async (_, trouble) => {
    await using opened = await open(
      { trouble: (_asked, nth) => (nth === 0 ? trouble : undefined) },
      { requestTimeoutMs: 500 },
    )
    const [vector] = await opened.embedder.embed(['redis'], ongoing)
    expect(vector).toHaveLength(24)
    expect(opened.fake.requests).toHaveLength(2)
  })

  it.each([
    ['unauthorized', { status: 401 }, 1],
    ['rejected', { status: 404 }, 1],
    ['no-quota', { status: 429, message: 'You exceeded your current quota' }, 1],
    ['rate-limited', { status: 429, headers: { 'retry-after': '3600' } }, 1],
    ['rate-limited', { status: 429, headers: { 'retry-after': '0' } }, 2],
    ['unreachable', { status: 500 }, 2],
    ['malformed', { body: '<html>Sign in</html>' }, 1],
    ['malformed', { body: '{"data":[{"index":1,"embedding":[1]}]}' }, 1],
    ['rejected', { status: 400, message: 'unknown field' }, 1],
  ] as const)('gives up as %s on %j after %d requests', async (fault, trouble, requests) => {
    await using opened = await open({ trouble: () => trouble }, { attempts: 2 })
    await expect(opened.embedder.embed(['redis'], ongoing)).rejects.toMatchObject({ name: 'EmbedderError', fault })
    expect(opened.fake.requests).toHaveLength(requests)
  })

  it('tells when nobody listens at the address', async () => {
    const embedder = new OpenAiCompatibleEmbedder({
      model: 'tiny',
      apiKey: 'k',
      baseUrl: 'http://127.0.0.1:9/v1',
      attempts: 1,
    })
    await expect(embedder.embed(['redis'], ongoing)).rejects.toMatchObject({ fault: 'unreachable' })
  })

  it('stops waiting when the caller does', async () => {
    const caller = new AbortController()
    await using opened = await open({
      trouble: () => {
        setImmediate(() => caller.abort(new Error('hung up')))
        return { status: 429, headers: { 'retry-after': '60' } }
      },
    })
    await expect(opened.embedder.embed(['redis'], caller.signal)).rejects.toThrow('hung up')
  })

  it('sends shorter texts to a server that finds them too long, and remembers it', async () => {
    await using opened = await open({
      trouble: ({ input }) =>
        input.some((text) => text.length > 2000)
          ? { status: 400, message: "This model's maximum context length is 512 tokens" }
          : undefined,
    })
    const long = 'drain the node. '.repeat(4000)
    const vectors = await opened.embedder.embed([long, 'redis'], ongoing)
    expect(vectors.map((vector) => vector.length)).toEqual([24, 24])
    const before = opened.fake.requests.length
    await opened.embedder.embed([long], ongoing)
    expect(opened.fake.requests).toHaveLength(before + 1)
  })

  it('sends fewer texts to a server that takes only so many, and remembers it', async () => {
    await using opened = await open({
      trouble: ({ input }) => (input.length > 8 ? { status: 413, message: 'batch size 16 > 8' } : undefined),
    })
    await opened.embedder.embed(some(16), ongoing)
    const before = opened.fake.requests.length
    await opened.embedder.embed(some(16), ongoing)
    expect(opened.fake.requests.slice(before).map(({ input }) => input.length)).toEqual([8, 8])
  })

  it('refuses vectors of another length than before', async () => {
    await using opened = await open()
    await opened.embedder.embed(['redis'], ongoing)
    opened.fake.changeDimensions(32)
    const failure = opened.embedder.embed(['redis'], ongoing)
    await expect(failure).rejects.toThrow(EmbedderError)
    await expect(failure).rejects.toMatchObject({ fault: 'other-dimensions', retryable: false })
  })
})

describe('batches', () => {
  it('are as large as both limits allow', () => {
    const items = ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(90), 'd'].map((text) => ({ text }))
    expect(batchesOf(items, { texts: 2, tokens: 25 }).map((batch) => batch.length)).toEqual([2, 1, 1])
  })

  it('count a Japanese letter as more than a Latin one', () => {
    expect(estimatedTokens('復旧')).toBe(3)
    expect(estimatedTokens('restart')).toBe(3)
  })

  it('never cut a character in half', () => {
    expect(cutTo('😀😀', 4)).toBe('😀')
    expect(cutTo('abc', 1)).toBe('abc')
  })
})

describe('retryAfterMs', () => {
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:07 GMT' }, 7000],
    [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('reads %j', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), 0)).toBe(expected)
  })
})
