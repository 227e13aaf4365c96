import { describe, expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { silentLog } from '#runtime/log.ts'
import { type FakeQdrant, fakeQdrant } from './qdrant.fake.ts'
import { openQdrantIndex, type QdrantIndexOptions } from './qdrant-index.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }
const guest = { principal: { name: 'guest', audiences: [] } }
const small = { id: 'small', dimensions: async () => 2 }
const large = { id: 'large', dimensions: async () => 3 }

function storeIn(
  fake: FakeQdrant,
  options: Partial<QdrantIndexOptions> = {},
  truth: KnowledgeStore = openMemoryStore(),
) {
  const { url } = fake
  const name = 'nightdesk'
  const usual = { url, name, models: [small], quantization: 'none', log: silentLog, retryDelayMs: 1 } as const
  const candidates = openQdrantIndex({ ...usual, ...options })
  const { documents, index: passages, conversations } = truth
  const store = openScaleOutStore({ documents, passages, conversations, candidates, log: silentLog })
  return { ...store, candidates }
}

function entry(id: string, embedding: readonly number[], text = 'pod') {
  return fakeEntry({ id }, [fakePassage({ id: `${id}#0`, text, embedding: Float32Array.from(embedding) })])
}

async function words(store: ReturnType<typeof storeIn>, term = 'pod'): Promise<string[]> {
  const found = await store.index.matching([term], everybody, 50, ongoing)
  return found.map(({ passageId }) => passageId).toSorted()
}

async function near(store: ReturnType<typeof storeIn>, embedding: readonly number[]): Promise<string[]> {
  const found = await store.index.nearest(Float32Array.from(embedding), everybody, 50, ongoing)
  return found.map(({ passageId }) => passageId).toSorted()
}

describe('the collection of passages', () => {
  it('is made when it is first needed, with an index for every field that is asked by', async () => {
    await using fake = await fakeQdrant()
    await using store = storeIn(fake)
    expect(fake.requests).toEqual([])
    expect(await words(store)).toEqual([])
    const [collection] = fake.collections.values()
    expect(Object.fromEntries(collection?.indexes ?? [])).toEqual({
      audience: 'keyword',
      source: 'keyword',
      lang: 'keyword',
      entry: 'keyword',
      terms: 'integer',
    })
    expect(collection?.config.sparse_vectors).toEqual({ words: { modifier: 'idf' } })
    expect(fake.aliases.get('nightdesk')).toBe([...fake.collections.keys()][0])
  })

  it('is made once, whoever comes first', async () => {
    await using fake = await fakeQdrant()
    await using one = storeIn(fake)
    await using other = storeIn(fake)
    await Promise.all(
      [one, other, one].map((store, n) => store.documents.replaceEntries([entry(`d${n}`, [1, 0])], ongoing)),
    )
    expect(fake.collections.size).toBe(1)
    expect(await words(one)).toEqual(['d0#0', 'd1#0', 'd2#0'])
  })

  it('is completed by the next process when the first died while making it', async () => {
    await using fake = await fakeQdrant()
    {
      await using dying = storeIn(fake)
      fake.fault = ({ path, body }) =>
        path.endsWith('/index') && JSON.stringify(body).includes('"lang"') ? { status: 403 } : undefined
      await expect(words(dying)).rejects.toThrow('refused the key')
    }
    fake.fault = () => undefined
    await using store = storeIn(fake)
    await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    expect(await store.index.matching(['pod'], { ...everybody, lang: 'en' }, 5, ongoing)).toHaveLength(1)
    expect([...fake.aliases.values()]).toEqual([...fake.collections.keys()])
  })

  it('asks the model how long its vectors are only when it is made', async () => {
    await using fake = await fakeQdrant()
    const asked: string[] = []
    const model = (id: string) => ({
      id,
      dimensions: async () => {
        asked.push(id)
        return 2
      },
    })
    await using first = storeIn(fake, { models: [model('first')] })
    await first.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    await using second = storeIn(fake, { models: [model('first')] })
    expect(await near(second, [1, 0])).toEqual(['d#0'])
    expect(asked).toEqual(['first'])
  })

  it('survives that the answers to everything that made it got lost', async () => {
    await using fake = await fakeQdrant()
    await using store = storeIn(fake)
    const lost = new Set<string>()
    fake.lostAnswer = ({ method, path }) => {
      const key = `${method} ${path}`
      if (lost.has(key)) return undefined
      lost.add(key)
      return 'reset'
    }
    await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    expect(await words(store)).toEqual(['d#0'])
    expect(lost.size).toBeGreaterThan(5)
  })

  it('is found again when it was deleted under a running process', async () => {
    await using fake = await fakeQdrant()
    await using store = storeIn(fake)
    await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    fake.collections.clear()
    fake.aliases.clear()
    expect(await words(store)).toEqual([])
    await store.repair(() => {}, ongoing)
    expect(await words(store)).toEqual(['d#0'])
    fake.collections.clear()
    fake.aliases.clear()
    await store.documents.replaceEntries([entry('e', [1, 0])], ongoing)
    expect(await words(store)).toEqual(['e#0'])
  })

  it('asks for everything that a question looks for in one request, with the filter inside each part', async () => {
    await using fake = await fakeQdrant()
    await using store = storeIn(fake)
    await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    const before = fake.requests.length
    const ask = { terms: [['pod'], ['node']], embeddings: [Float32Array.of(1, 0)], limitEach: 7, limit: 9 }
    expect(await store.index.candidates(ask, guest, ongoing)).toEqual(['d#0'])
    const must = [{ key: 'audience', match: { any: [''] } }]
    expect(fake.requests.slice(before)).toEqual([
      expect.objectContaining({
        path: expect.stringMatching(/points\/query$/),
        body: expect.objectContaining({
          query: { rrf: { k: 61 } },
          limit: 9,
          prefetch: Array(3).fill(expect.objectContaining({ filter: { must }, limit: 7 })),
        }),
      }),
    ])
  })

  it('tells the statistics of a repeated question from memory, and what was written since at once', async () => {
    await using fake = await fakeQdrant()
    await using store = storeIn(fake)
    await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
    const frequency = async () => (await store.index.statistics(['pod', 'node'], ongoing)).frequencies.get('pod')
    expect(await frequency()).toBe(1)
    const before = fake.requests.length
    expect(await frequency()).toBe(1)
    expect(fake.requests).toHaveLength(before)
    await store.documents.replaceEntries([entry('e', [1, 0])], ongoing)
    expect(await frequency()).toBe(2)
  })

  it('sends much in requests of bearable size', async () => {
    await using fake = await fakeQdrant()
    const dimensions = 3072
    await using store = storeIn(fake, { models: [{ id: 'huge', dimensions: async () => dimensions }] })
    const embedding = Float32Array.from({ length: dimensions }, (_, n) => Math.sin(n) / 40)
    const passages = Array.from({ length: 120 }, (_, n) => fakePassage({ id: `d#${n}`, text: `pod ${n}`, embedding }))
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages)], ongoing)
    const sizes = fake.requests.map(({ body }) => JSON.stringify(body ?? '').length)
    expect(Math.max(...sizes)).toBeLessThan(8_000_000)
    expect(await words(store)).toHaveLength(50)
  })

  it.each(['scalar', 'binary'] as const)(
    'asks for %s quantization, and for the true vectors after it',
    async (kind) => {
      await using fake = await fakeQdrant()
      await using store = storeIn(fake, { quantization: kind })
      await store.documents.replaceEntries([entry('d', [1, 0])], ongoing)
      expect(await near(store, [1, 0])).toEqual(['d#0'])
      const [collection] = fake.collections.values()
      expect(Object.keys(Object.values(collection?.config.vectors ?? {})[0]?.quantization_config ?? {})).toEqual([kind])
      expect(fake.requests.at(-1)?.body).toMatchObject({ params: { quantization: { rescore: true } } })
    },
  )

  it('changes its quantization in place', async () => {
    await using fake = await fakeQdrant()
    const configured = () =>
      Object.values([...fake.collections.values()][0]?.config.vectors ?? {}).map((each) => each.quantization_config)
    for (const quantization of ['binary', 'scalar', 'none'] as const) {
      await using store = storeIn(fake, { quantization })
      await words(store)
      expect(configured().map((each) => Object.keys(each ?? { none: 1 }))).toEqual([[quantization]])
    }
    expect(fake.collections.size).toBe(1)
  })
})

describe('another embedding model', () => {
  it('gets a collection of its own, while the one before it goes on serving', async () => {
    await using fake = await fakeQdrant()
    const truth = openMemoryStore()
    await using old = storeIn(fake, {}, truth)
    await old.documents.replaceEntries([entry('a', [1, 0]), entry('b', [0, 1])], ongoing)
    await using store = storeIn(fake, { models: [large] }, truth)
    expect(await words(store)).toEqual(['a#0', 'b#0'])
    expect(await near(store, [1, 0, 0])).toEqual([])
    await store.documents.replaceEntries([entry('c', [1, 0, 0])], ongoing)
    expect(await words(store)).toEqual(['a#0', 'b#0', 'c#0'])
    expect(await near(store, [1, 0, 0])).toEqual(['c#0'])
    expect(await near(old, [1, 0])).toEqual(['a#0', 'b#0'])
    expect(await store.candidates.status(ongoing)).toMatchObject({ isServing: false, passages: 1 })
  })

  it('serves alone once its collection is filled, and the old one is gone', async () => {
    await using fake = await fakeQdrant()
    const truth = openMemoryStore()
    await using old = storeIn(fake, {}, truth)
    await old.documents.replaceEntries([entry('a', [1, 0]), entry('b', [0, 1])], ongoing)
    await using store = storeIn(fake, { models: [large] }, truth)
    expect(await store.repair(() => {}, ongoing)).toMatchObject({ passages: 2, added: 2 })
    expect([...fake.aliases.values()]).toEqual([...fake.collections.keys()])
    expect(fake.collections.size).toBe(1)
    expect(await words(store)).toEqual(['a#0', 'b#0'])
    expect(await words(old)).toEqual(['a#0', 'b#0'])
    expect(await store.candidates.status(ongoing)).toMatchObject({ isServing: true, passages: 2 })
  })

  it('never takes the vectors of the model before it for its own, even of the same length', async () => {
    await using fake = await fakeQdrant()
    await using file = await temporaryFile()
    {
      await using old = storeIn(fake, {}, file.open({ embeddingModel: small.id }))
      await old.documents.replaceEntries([entry('a', [1, 0]), entry('b', [1, 0])], ongoing)
    }
    const model = { ...small, id: 'smaller' }
    const truth = file.open({ embeddingModel: model.id })
    await using store = storeIn(fake, { models: [model] }, truth)
    await store.documents.replaceEntries([entry('b', [1, 0])], ongoing)
    await store.repair(() => {}, ongoing)
    expect(await words(store)).toEqual(['a#0', 'b#0'])
    expect(await near(store, [1, 0])).toEqual(['b#0'])
    await store.documents.replaceEntries([entry('a', [1, 0])], ongoing)
    expect(await near(store, [1, 0])).toEqual(['a#0', 'b#0'])
  })

  it('deletes no collection of another installation', async () => {
    await using fake = await fakeQdrant()
    const truth = openMemoryStore()
    await using old = storeIn(fake, {}, truth)
    await using other = storeIn(fake, { name: 'nightdesk-v2' })
    await using foreign = storeIn(fake, { name: 'nightdesk-v1-words' })
    for (const each of [old, other, foreign]) await each.documents.replaceEntries([entry('a', [1, 0])], ongoing)
    await using store = storeIn(fake, { models: [large] }, truth)
    await store.repair(() => {}, ongoing)
    expect(fake.collections.size).toBe(3)
    for (const each of [store, other, foreign]) expect(await words(each)).toEqual(['a#0'])
  })

  it('goes on where a repair that died had got to', async () => {
    await using fake = await fakeQdrant()
    const truth = openMemoryStore()
    await using old = storeIn(fake, {}, truth)
    const many = Array.from({ length: 450 }, (_, n) => entry(`d${n}`, [1, 0], `pod ${n}`))
    await old.documents.replaceEntries(many, ongoing)
    await using store = storeIn(fake, { models: [large] }, truth)
    const killed = new AbortController()
    const stopping = store.repair(({ done }) => done >= 200 && killed.abort(new Error('killed')), killed.signal)
    await expect(stopping).rejects.toThrow('killed')
    expect(fake.aliases.get('nightdesk')).not.toBe([...fake.collections.keys()].at(-1))
    expect(await words(store, '449')).toEqual(['d449#0'])
    const report = await store.repair(() => {}, ongoing)
    expect(report.passages).toBe(450)
    expect(report.added).toBeLessThanOrEqual(250)
    expect(fake.aliases.get('nightdesk')).toBe([...fake.collections.keys()].at(-1))
    expect(await words(store, '7')).toEqual(['d7#0'])
  })
})
