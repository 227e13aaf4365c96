import { expect, it } from 'vitest'
import type { Feedback, Turn } from './conversation-store.ts'
import type { EntryContent } from './document-store.ts'
import { fakeEntry, fakePassage } from './passage.fake.ts'
import type { KnowledgeStore } from './store.ts'
import type { StoreContents } from './store-contents.ts'

const ongoing = new AbortController().signal

/** What it means to hand out everything that is kept. There is more of each kind than fits into one page. */
export function storeContentsContract(
  open: () => Promise<
    Pick<KnowledgeStore, 'documents' | 'conversations'> & { contents: StoreContents } & AsyncDisposable
  >,
): void {
  it('hands out entries as they were given, by name, with what they are found by', async () => {
    await using store = await open()
    const passage = fakePassage({
      id: 'redis#full',
      text: '# 手順\n',
      heading: ['A', 'B'],
      terms: { title: ['t', 't'], code: ['kubectl'] },
      embedding: Float32Array.of(0.6, -0.8),
    })
    const full = fakeEntry(
      { id: 'redis', audience: ['sre'], owners: ['ann'], reviewedBy: 'bob', reviewedAt: new Date('2026-01-02') },
      [fakePassage({ id: 'redis#first', text: 'first', terms: { body: ['first'] } }), passage],
      'r7',
    )
    const empty: EntryContent = { source: 'wiki', entry: 'empty.md', revision: 'r1', documents: [] }
    await store.documents.replaceEntries([full, empty, fakeEntry({ id: 'other' }, ['x'])], ongoing)
    const got = await store.contents.entries('wiki', ['empty.md', 'never-there.md', 'redis.md'], ongoing)
    expect(rounded(got)).toEqual(rounded([empty, full]))
    expect(await store.contents.entries('repo', ['redis.md'], ongoing)).toEqual([])
    expect(await store.contents.entries('wiki', [], ongoing)).toEqual([])
  })

  it('hands out several documents of one entry, each with its passages in reading order', async () => {
    await using store = await open()
    const [disk, memory] = [
      fakeEntry({ id: 'DiskFull', entry: 'rules.yaml' }, ['disk is full', 'free some']),
      fakeEntry({ id: 'OutOfMemory', entry: 'rules.yaml' }, ['memory is low']),
    ]
    const both = { ...disk, documents: [...memory.documents, ...disk.documents] }
    await store.documents.replaceEntries([both], ongoing)
    const [got] = await store.contents.entries('wiki', ['rules.yaml'], ongoing)
    expect(got?.documents.map(({ document }) => document.id).toSorted()).toEqual(['DiskFull', 'OutOfMemory'])
    const passages = got?.documents.find(({ document }) => document.id === 'DiskFull')?.passages
    expect(passages?.map(({ text }) => text)).toEqual(['disk is full', 'free some'])
  })

  it('hands out every verification, also of documents that are not there', async () => {
    await using store = await open()
    const known = Array.from({ length: 230 }, (_, n) => ({
      documentId: `d${String(n).padStart(4, '0')}`,
      by: 'ann',
      at: new Date(2026, 0, 1, 0, 0, n),
      ...(n % 2 === 0 ? { evergreenReason: 'history' } : {}),
    }))
    await Promise.all(known.map((verification) => store.documents.verify(verification, ongoing)))
    const got = await Array.fromAsync(store.contents.verifications(ongoing))
    expect(got.toSorted((one, other) => (one.documentId < other.documentId ? -1 : 1))).toEqual(known)
  })

  it('hands out every turn by time, and of one moment in the order in which they came', async () => {
    await using store = await open()
    for (let n = 0; n < 230; n++) {
      const at = new Date(2026, 0, 1 + (n % 2))
      await store.conversations.addTurn({ ...turn, traceId: `t${(n * 7) % 230}`, at }, ongoing)
    }
    const got = await Array.fromAsync(store.contents.turns(ongoing))
    const order = (day: number) =>
      Array.from({ length: 230 }, (_, n) => n).flatMap((n) => (n % 2 === day ? [`t${(n * 7) % 230}`] : []))
    expect(got.map(({ traceId }) => traceId)).toEqual([...order(0), ...order(1)])
    expect(got[0]).toEqual({ ...turn, traceId: 't0', at: new Date(2026, 0, 1) })
  })

  it('hands out every feedback, of each trace in the order in which it came', async () => {
    await using store = await open()
    const given: Feedback[] = Array.from({ length: 230 }, (_, n) => ({
      traceId: `t${n % 3}`,
      principal: 'ann',
      verdict: 'stale',
      comment: `${n}`,
      at: new Date('2026-01-01'),
    }))
    for (const one of given) await store.conversations.addFeedback(one, ongoing)
    const got = await Array.fromAsync(store.contents.feedback(ongoing))
    for (const traceId of ['t0', 't1', 't2']) {
      const of = (feedback: readonly Feedback[]) => feedback.filter((one) => one.traceId === traceId)
      expect(of(got)).toEqual(of(given))
    }
    expect(got).toHaveLength(230)
  })

  it('hands out where every conversation stands', async () => {
    await using store = await open()
    const given = Array.from({ length: 230 }, (_, n) => ({
      conversationId: `c${String(n >> 1).padStart(3, '0')}`,
      principal: n % 2 === 0 ? 'ann' : 'bob',
      position: `手順 ${n}`,
      at: new Date(2026, 0, 1, 0, 0, n),
    }))
    await Promise.all(given.map((position) => store.conversations.savePosition(position, ongoing)))
    const got = await Array.fromAsync(store.contents.positions(ongoing))
    expect(got.toSorted((one, other) => +one.at - +other.at)).toEqual(given)
  })

  it('stops when the caller gives up', async () => {
    await using store = await open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(store.contents.entries('wiki', ['a.md'], gone)).rejects.toThrow('hung up')
    await expect(Array.fromAsync(store.contents.turns(gone))).rejects.toThrow('hung up')
  })
}

const turn: Omit<Turn, 'traceId'> = {
  conversationId: 'c',
  principal: 'ann',
  question: 'それは本番でも？',
  standalone: 'how do we fail over Redis?',
  lang: 'ja',
  answer: 'By hand [1].',
  abstained: false,
  cited: [{ passageId: 'redis#1', quote: 'fail over "now"' }],
  at: new Date('2026-01-01T00:00:00Z'),
}

/** Embeddings may be kept in fewer bits. */
function rounded(contents: readonly EntryContent[]): unknown[] {
  return contents.map((content) => ({
    ...content,
    documents: content.documents.map(({ document, passages }) => ({
      document,
      passages: passages.map(({ embedding, ...passage }) => ({
        ...passage,
        embedding: embedding && [...embedding].map((value) => value.toFixed(1)),
      })),
    })),
  }))
}
