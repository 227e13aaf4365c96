import { expect, it } from 'vitest'
import type { EntryContent } from './document-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from './passage.fake.ts'
import type { PassageTerms } from './passage.ts'
import type { Candidate, PassageFilter } from './passage-index.ts'
import { localPrincipal } from './principal.ts'
import type { KnowledgeStore } from './store.ts'

const ongoing = new AbortController().signal
const everybody: PassageFilter = { principal: localPrincipal }
const guest: PassageFilter = { principal: { name: 'guest', audiences: [] } }

/** What it means to be a PassageIndex; `documents` is how things get into it. */
export function passageIndexContract(
  open: () => Promise<Pick<KnowledgeStore, 'documents' | 'index'> & AsyncDisposable>,
): void {
  it('finds nothing in an empty index', async () => {
    await using store = await open()
    expect(await store.index.matching(['redis'], everybody, 5, ongoing)).toEqual([])
    expect(await store.index.nearest(Float32Array.of(1, 0), everybody, 5, ongoing)).toEqual([])
    expect(await store.index.statistics(['redis'], ongoing)).toEqual({ passages: 0, frequencies: new Map() })
    expect(await store.index.load(['redis#0'], everybody, ongoing)).toEqual([])
  })

  it('ranks by how many of the terms a passage holds, and how rare they are', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [fakeEntry({ id: 'd' }, ['the node the pod', 'the pod restarts', 'the node is fine', 'the end of it all'])],
      ongoing,
    )
    const found = await store.index.matching(['the', 'pod', 'restarts'], everybody, 3, ongoing)
    expect(passageIds(found).slice(0, 2)).toEqual(['d#1', 'd#0'])
    expect(found).toHaveLength(3)
    expect(found.every(({ score }, index) => score > 0 && score <= (found[index - 1]?.score ?? Infinity))).toBe(true)
  })

  it('finds nothing for no terms or unknown ones', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['the pod'])], ongoing)
    expect(await store.index.matching([], everybody, 5, ongoing)).toEqual([])
    expect(await store.index.matching(['po', 'pods', ''], everybody, 5, ongoing)).toEqual([])
    expect(await store.index.matching(['pod'], everybody, 0, ongoing)).toEqual([])
  })

  it('gathers what several ways of looking find, once each and what most agree on first', async () => {
    await using store = await open()
    const passages = [
      fakePassage({ id: 'd#word', text: 'the pod', embedding: Float32Array.of(0, 1) }),
      fakePassage({ id: 'd#near', text: 'a node', embedding: Float32Array.of(1, 0) }),
      fakePassage({ id: 'd#both', text: 'the pod restarts', embedding: Float32Array.of(0.8, 0.6) }),
      fakePassage({ id: 'd#other', text: 'a disk', embedding: Float32Array.of(-1, 0) }),
    ]
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages)], ongoing)
    const ask = { terms: [['pod'], ['restarts']], embeddings: [Float32Array.of(1, 0)], limitEach: 2, limit: 10 }
    const found = await store.index.candidates(ask, everybody, ongoing)
    expect(found[0]).toBe('d#both')
    expect(found.toSorted()).toEqual(['d#both', 'd#near', 'd#word'])
    expect(await store.index.candidates({ ...ask, limit: 1 }, everybody, ongoing)).toEqual(['d#both'])
    expect(await store.index.candidates({ ...ask, terms: [], embeddings: [] }, everybody, ongoing)).toEqual([])
    expect(await store.index.candidates(ask, { ...everybody, sources: ['elsewhere'] }, ongoing)).toEqual([])
  })

  it('counts a term that is asked for twice once', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['the pod', 'the node'])], ongoing)
    const once = await store.index.matching(['pod', 'node'], everybody, 5, ongoing)
    expect(await store.index.matching(['pod', 'node', 'pod'], everybody, 5, ongoing)).toEqual(once)
  })

  it.each<[keyof PassageTerms, keyof PassageTerms]>([
    ['title', 'body'],
    ['heading', 'context'],
    ['title', 'code'],
  ])('counts a term in the %s for more than one in the %s', async (strong, weak) => {
    await using store = await open()
    const passages = [
      fakePassage({ id: 'd#weak', text: '', terms: { body: ['filler'], [weak]: ['redis'] } }),
      fakePassage({ id: 'd#strong', text: '', terms: { body: ['filler'], [strong]: ['redis'] } }),
    ]
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages)], ongoing)
    expect(passageIds(await store.index.matching(['redis'], everybody, 5, ongoing))[0]).toBe('d#strong')
  })

  it.each([
    '--max-old-space-size',
    'pg_stat_activity',
    '5xx',
    'i-0abc',
    '/etc/kubernetes/manifests/',
    'ポッド',
    '再起動',
    'foo:bar"baz',
    "o'clock",
    '*',
    'AND',
    'or',
    'body:',
    '(',
    '%',
    '_',
    'naïve',
    '👍',
    '\\n',
    'a'.repeat(99),
  ])('takes the term %s as a whole, letter for letter', async (term) => {
    await using store = await open()
    const close = [term.slice(1), term.slice(0, -1), `${term}x`, `x${term}`, term.toUpperCase(), term.toLowerCase()]
    const others = close.filter((other) => other !== '' && other !== term)
    const passages = [
      fakePassage({ id: 'd#close', text: '', terms: { body: others } }),
      fakePassage({ id: 'd#exact', text: '', terms: { body: ['before', term, 'after'] } }),
    ]
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages)], ongoing)
    expect(passageIds(await store.index.matching([term], everybody, 5, ongoing))).toEqual(['d#exact'])
    expect((await store.index.statistics([term], ongoing)).frequencies).toEqual(new Map([[term, 1]]))
    const [loaded] = await store.index.load(['d#exact'], everybody, ongoing)
    expect(loaded?.terms.body).toEqual(['before', term, 'after'])
  })

  it('orders by nearness of the embedding, and tells the cosine', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [
        withEmbeddings('d', [
          [0, 1, 0],
          [1, 0, 0],
          [0.8, 0.6, 0],
          [-1, 0, 0],
        ]),
      ],
      ongoing,
    )
    const found = await store.index.nearest(Float32Array.of(1, 0, 0), everybody, 3, ongoing)
    expect(passageIds(found)).toEqual(['d#1', 'd#2', 'd#0'])
    for (const [index, cosine] of [1, 0.8, 0].entries()) expect(found[index]?.score).toBeCloseTo(cosine, 1)
    const all = await store.index.nearest(Float32Array.of(1, 0, 0), everybody, 10, ongoing)
    expect(all.at(-1)).toMatchObject({ passageId: 'd#3', score: expect.closeTo(-1, 1) })
  })

  it('never comes near a passage without an embedding, with an empty one, or with one of another length', async () => {
    await using store = await open()
    const passages = [
      fakePassage({ id: 'd#none', text: 'x' }),
      fakePassage({ id: 'd#zero', text: 'x', embedding: new Float32Array(2) }),
      fakePassage({ id: 'd#long', text: 'x', embedding: Float32Array.of(1, 0, 0) }),
      fakePassage({ id: 'd#fits', text: 'x', embedding: Float32Array.of(0, 1) }),
    ]
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages)], ongoing)
    expect(passageIds(await store.index.nearest(Float32Array.of(1, 0), everybody, 5, ongoing))).toEqual(['d#fits'])
    expect(await store.index.nearest(Float32Array.of(0, 0), everybody, 5, ongoing)).toEqual([])
    expect(await store.index.nearest(Float32Array.of(1, 0), everybody, 0, ongoing)).toEqual([])
  })

  it('sees a changed embedding', async () => {
    await using store = await open()
    await store.documents.replaceEntries([withEmbeddings('d', [[1, 0]])], ongoing)
    const [near] = await store.index.nearest(Float32Array.of(1, 0), everybody, 1, ongoing)
    await store.documents.replaceEntries([{ ...withEmbeddings('d', [[0, 1]]), revision: 'r2' }], ongoing)
    const [far] = await store.index.nearest(Float32Array.of(1, 0), everybody, 1, ongoing)
    expect(near?.score).toBeCloseTo(1, 1)
    expect(far?.score).toBeCloseTo(0, 1)
  })

  it('gives somebody with few audiences as many results as anybody, all of them theirs', async () => {
    await using store = await open()
    const entries = Array.from({ length: 60 }, (_, index) => {
      const audience = index % 3 === 0 ? [] : index % 3 === 1 ? ['sre'] : ['dba', 'sre']
      const length = 1 - index / 1000
      return withEmbeddings(
        `d${index}`,
        [[length, Math.sqrt(1 - length * length)]],
        { audience },
        `pod ${'x '.repeat(index)}`,
      )
    })
    await store.documents.replaceEntries(entries, ongoing)
    const free = (found: Candidate[]) => found.map(({ passageId }) => Number(passageId.slice(1, -2)) % 3)
    for (const find of [
      (filter: PassageFilter) => store.index.matching(['pod'], filter, 20, ongoing),
      (filter: PassageFilter) => store.index.nearest(Float32Array.of(1, 0), filter, 20, ongoing),
    ]) {
      expect(free(await find(guest))).toEqual(Array(20).fill(0))
      const dba = free(await find({ principal: { name: 'dba', audiences: ['dba', 'other'] } }))
      expect(dba).toHaveLength(20)
      expect(dba).not.toContain(1)
      expect(new Set(free(await find(everybody)))).toEqual(new Set([0, 1, 2]))
    }
  })

  it('searches the asked-for sources and language alone', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [
        withEmbeddings('a', [[1, 0]], { source: 'wiki', lang: 'ja' }, 'pod'),
        withEmbeddings('b', [[1, 0]], { source: 'repo', lang: 'en' }, 'pod'),
        withEmbeddings('c', [[1, 0]], { source: 'repo', lang: 'ja' }, 'pod'),
      ],
      ongoing,
    )
    for (const [filter, expected] of [
      [{ sources: ['repo'] }, ['b#0', 'c#0']],
      [{ sources: ['repo', 'wiki', 'nowhere'] }, ['a#0', 'b#0', 'c#0']],
      [{ sources: [] }, []],
      [{ lang: 'ja' as const }, ['a#0', 'c#0']],
      [{ lang: 'ja' as const, sources: ['repo'] }, ['c#0']],
    ] as const) {
      const asked = { ...everybody, ...filter }
      expect(passageIds(await store.index.matching(['pod'], asked, 9, ongoing)).toSorted()).toEqual(expected)
      expect(passageIds(await store.index.nearest(Float32Array.of(1, 0), asked, 9, ongoing)).toSorted()).toEqual(
        expected,
      )
      expect((await store.index.load(['a#0', 'b#0', 'c#0'], asked, ongoing)).map(({ id }) => id)).toEqual(expected)
    }
  })

  it('loads passages in the order asked for, with their terms, embeddings and documents', async () => {
    await using store = await open()
    const document = fakeDocument({ id: 'd', owners: ['ann'], reviewedBy: 'bob', audience: [] })
    const full = fakePassage({
      id: 'd#full',
      text: '# 手順\n\n1. `kubectl drain`\n',
      heading: ['A', 'B'],
      kind: 'steps',
      lang: 'ja',
      context: 'A > B',
      suspicious: true,
      anchor: '#b1',
      terms: { title: ['t', 't'], heading: ['h'], context: ['c1', 'c2'], body: ['b', 'b', 'b'], code: ['kubectl'] },
      embedding: Float32Array.of(0.6, -0.8),
    })
    const bare = fakePassage({ id: 'd#bare', text: '', terms: { body: [] }, ordinal: 1 })
    await store.documents.replaceEntries([fakeEntry(document, [full, bare])], ongoing)
    const loaded = await store.index.load(['d#bare', 'nothing', 'd#full'], everybody, ongoing)
    expect(loaded.map(({ id }) => id)).toEqual(['d#bare', 'd#full'])
    const { embedding, ...rest } = full
    expect(loaded[1]).toMatchObject({ ...rest, document })
    expect([...(loaded[1]?.embedding ?? [])]).toEqual([...(embedding ?? [])].map((value) => expect.closeTo(value, 1)))
    expect(loaded[0]?.terms).toEqual({ title: [], heading: [], context: [], body: [], code: [] })
    expect(loaded[0]?.embedding).toBeUndefined()
  })

  it('loads what a passage says now, though it was found before it changed', async () => {
    await using store = await open()
    const entry = (text: string, audience: string[] = []) => withEmbeddings('d', [[1, 0]], { audience }, text)
    const search = async () => {
      await store.index.matching(['pod'], everybody, 5, ongoing)
      await store.index.nearest(Float32Array.of(1, 0), everybody, 5, ongoing)
    }
    const load = async (filter = everybody) =>
      (await store.index.load(['d#0'], filter, ongoing)).map(({ text }) => text)
    await store.documents.replaceEntries([entry('pod one')], ongoing)
    await search()
    await store.documents.replaceEntries([entry('pod two')], ongoing)
    expect(await load()).toEqual(['pod two'])
    await search()
    await store.documents.replaceEntries([entry('pod two', ['sre'])], ongoing)
    expect(await load(guest)).toEqual([])
    expect(await load()).toEqual(['pod two'])
    await store.documents.removeEntries('wiki', ['d.md'], ongoing)
    expect(await load()).toEqual([])
  })

  it('loads nothing that the principal may not see', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [fakeEntry({ id: 'open' }, ['x']), fakeEntry({ id: 'closed', audience: ['sre'] }, ['x'])],
      ongoing,
    )
    const loaded = await store.index.load(['closed#0', 'open#0'], guest, ongoing)
    expect(loaded.map(({ id }) => id)).toEqual(['open#0'])
  })

  it('counts the passages that hold a term in any field, each once', async () => {
    await using store = await open()
    const passages = [
      fakePassage({ id: 'd#0', text: 'pod pod pod', terms: { title: ['pod'] } }),
      fakePassage({ id: 'd#1', text: 'node', terms: { code: ['pod'] } }),
      fakePassage({ id: 'd#2', text: 'node' }),
    ]
    await store.documents.replaceEntries([fakeEntry({ id: 'd', audience: ['sre'] }, passages)], ongoing)
    const { passages: count, frequencies } = await store.index.statistics(['node', 'pod', 'absent', 'pod'], ongoing)
    expect(count).toBe(3)
    expect(frequencies).toEqual(
      new Map([
        ['node', 2],
        ['pod', 2],
      ]),
    )
  })

  it('keeps up with writes and removals in between', async () => {
    await using store = await open()
    const found: number[] = []
    for (let round = 0; round < 12; round++) {
      await store.documents.replaceEntries([withEmbeddings(`d${round}`, [[1, 0]], {}, `pod ${round}`)], ongoing)
      if (round % 3 === 2) await store.documents.removeEntries('wiki', [`d${round - 1}.md`], ongoing)
      const words = await store.index.matching(['pod'], everybody, 50, ongoing)
      const near = await store.index.nearest(Float32Array.of(1, 0), everybody, 50, ongoing)
      expect(passageIds(near).toSorted()).toEqual(passageIds(words).toSorted())
      expect((await store.index.statistics(['pod'], ongoing)).frequencies.get('pod')).toBe(words.length)
      found.push(words.length)
    }
    expect(found).toEqual([1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8])
  })

  it('answers several searches at once', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['alpha', 'beta', 'gamma'])], ongoing)
    const found = await Promise.all(
      ['alpha', 'beta', 'gamma', 'alpha'].map((term) => store.index.matching([term], everybody, 5, ongoing)),
    )
    expect(found.map(passageIds)).toEqual([['d#0'], ['d#1'], ['d#2'], ['d#0']])
  })

  it('stops when the caller gives up', async () => {
    await using store = await open()
    await store.documents.replaceEntries([withEmbeddings('d', [[1, 0]], {}, 'pod')], ongoing)
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(store.index.matching(['pod'], everybody, 5, gone)).rejects.toThrow('hung up')
    await expect(store.index.nearest(Float32Array.of(1, 0), everybody, 5, gone)).rejects.toThrow('hung up')
    const giveUp = new AbortController()
    const waiting = store.index.matching(['pod'], everybody, 5, giveUp.signal)
    giveUp.abort(new Error('barge-in'))
    await expect(waiting.catch((error: unknown) => error)).resolves.toSatisfy(
      (outcome) => Array.isArray(outcome) || (outcome instanceof Error && outcome.message === 'barge-in'),
    )
    expect(await store.index.matching(['pod'], everybody, 5, ongoing)).toHaveLength(1)
  })
}

function withEmbeddings(
  id: string,
  embeddings: readonly (readonly number[])[],
  document: Parameters<typeof fakeEntry>[0] extends infer Given ? Omit<Given, 'id'> : never = {},
  text = 'words',
): EntryContent {
  const lang = 'lang' in document && document.lang === 'ja' ? 'ja' : 'en'
  const passages = embeddings.map((embedding, ordinal) =>
    fakePassage({ id: `${id}#${ordinal}`, text, lang, embedding: Float32Array.from(embedding) }),
  )
  return fakeEntry({ ...document, id }, passages)
}

function passageIds(found: readonly Candidate[]): string[] {
  return found.map(({ passageId }) => passageId)
}
