import { expect, it } from 'vitest'
import { InvalidCursorError } from './document-cursor.ts'
import { fakeDocument, fakeEntry, fakePassage } from './passage.fake.ts'
import { localPrincipal, type Principal } from './principal.ts'
import type { KnowledgeStore } from './store.ts'

const ongoing = new AbortController().signal
const everybody: PassageFilterOf = { principal: localPrincipal }
const guest: Principal = { name: 'guest', audiences: [] }
const sre: Principal = { name: 'sre', audiences: ['sre'] }

type PassageFilterOf = { principal: Principal }

/** What it means to be a DocumentStore; `index` shows whether what is gone can still be found. */
export function documentStoreContract(
  open: () => Promise<Pick<KnowledgeStore, 'documents' | 'index'> & AsyncDisposable>,
): void {
  it('gives back a document with everything that was said of it', async () => {
    await using store = await open()
    const full = fakeDocument({
      id: 'redis',
      kind: 'alert',
      title: 'Redis フェイルオーバー',
      owners: ['@acme/sre', 'bob'],
      lang: 'ja',
      audience: ['sre', 'dba'],
      editedAt: new Date('2025-03-04T05:06:07.089Z'),
      editedBy: 'Bob 山田',
      reviewedAt: new Date('2025-05-01T00:00:00Z'),
      reviewedBy: 'alice',
      evergreenReason: 'it is history',
      maskedSecrets: 2,
    })
    await store.documents.replaceEntries([fakeEntry(full, [])], ongoing)
    expect(await store.documents.document('redis', localPrincipal, ongoing)).toEqual(full)
    expect(await store.documents.document('mysql', localPrincipal, ongoing)).toBeUndefined()
  })

  it('leaves an entry alone that no longer holds what was to be replaced, and says so', async () => {
    await using store = await open()
    const first = { ...fakeEntry({ id: 'redis' }, ['by hand'], 'r1'), replaces: null }
    expect(await store.documents.replaceEntries([first], ongoing)).toEqual([])
    const slow = { ...fakeEntry({ id: 'redis' }, ['by fax'], 'r2'), replaces: 'r1' }
    const quick = { ...fakeEntry({ id: 'redis' }, ['automatic'], 'r3'), replaces: 'r1' }
    expect(await store.documents.replaceEntries([quick], ongoing)).toEqual([])
    expect(await store.documents.replaceEntries([slow, fakeEntry({ id: 'pod' }, ['restart it'])], ongoing)).toEqual([
      slow.entry,
    ])
    expect(await store.documents.replaceEntries([first], ongoing)).toEqual([first.entry])
    expect(await store.documents.revisions(slow.source, ongoing)).toEqual(
      new Map([
        [slow.entry, 'r3'],
        [fakeEntry({ id: 'pod' }, []).entry, fakeEntry({ id: 'pod' }, []).revision],
      ]),
    )
    const texts = (await store.documents.passagesOf('redis', localPrincipal, ongoing)).map(({ text }) => text)
    expect(texts).toEqual(['automatic'])
  })

  it('gives back the passages of a document in reading order, without their search terms', async () => {
    await using store = await open()
    const first = fakePassage({
      id: 'redis#one',
      text: '```sh\nredis-cli failover "now"\n```\n',
      heading: ['Failover', '手順'],
      lang: 'ja',
      kind: 'code',
      fromLine: 3,
      toLine: 5,
      editedAt: new Date('2024-02-03T04:05:06Z'),
      context: 'Redis > Failover',
      suspicious: true,
      anchor: '#L3-L5',
      embedding: Float32Array.of(0.6, 0.8),
    })
    const second = fakePassage({ id: 'redis#two', text: 'then wait', ordinal: 1 })
    const content = fakeEntry({ id: 'redis' }, [first, second])
    const [held] = content.documents
    const backwards = { ...content, documents: [{ ...held, passages: held?.passages.toReversed() ?? [] }] }
    await store.documents.replaceEntries(
      backwards.documents.flatMap(({ document, passages }) =>
        document === undefined ? [] : [{ ...content, documents: [{ document, passages }] }],
      ),
      ongoing,
    )
    const { terms: _terms, embedding: _embedding, ...bare } = first
    expect(await store.documents.passagesOf('redis', localPrincipal, ongoing)).toEqual([
      bare,
      expect.objectContaining({ id: 'redis#two', text: 'then wait', ordinal: 1 }),
    ])
    expect(await store.documents.passagesOf('mysql', localPrincipal, ongoing)).toEqual([])
  })

  it('knows the revision of every entry of a source', async () => {
    await using store = await open()
    expect(await store.documents.revisions('wiki', ongoing)).toEqual(new Map())
    await store.documents.replaceEntries(
      [
        fakeEntry({ id: 'a' }, ['one'], 'r1'),
        fakeEntry({ id: 'b' }, ['two'], 'r2'),
        { source: 'wiki', entry: 'empty.md', revision: 'r3', documents: [] },
        fakeEntry({ id: 'c', source: 'other' }, ['three'], 'r4'),
      ],
      ongoing,
    )
    expect(await store.documents.revisions('wiki', ongoing)).toEqual(
      new Map([
        ['a.md', 'r1'],
        ['b.md', 'r2'],
        ['empty.md', 'r3'],
      ]),
    )
  })

  it('forgets what a changed document used to say', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['fail over by hand', 'call bob'])], ongoing)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['failover is automatic'], 'r2')], ongoing)
    const texts = (await store.documents.passagesOf('redis', localPrincipal, ongoing)).map(({ text }) => text)
    expect(texts).toEqual(['failover is automatic'])
    expect(await store.index.matching(['hand', 'bob'], everybody, 5, ongoing)).toEqual([])
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 1, passages: 1 })
    expect(await store.documents.revisions('wiki', ongoing)).toEqual(new Map([['redis.md', 'r2']]))
  })

  it('drops the documents that an entry no longer holds, and keeps the others', async () => {
    await using store = await open()
    const disk = fakeEntry({ id: 'DiskFull', entry: 'rules.yaml' }, ['disk is full'])
    const memory = fakeEntry({ id: 'OutOfMemory', entry: 'rules.yaml' }, ['memory is low'])
    const both = { ...disk, documents: [...disk.documents, ...memory.documents] }
    await store.documents.replaceEntries([both], ongoing)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 2, passages: 2 })
    await store.documents.replaceEntries([{ ...memory, revision: 'r2' }], ongoing)
    expect(await store.documents.document('DiskFull', localPrincipal, ongoing)).toBeUndefined()
    expect(await store.documents.document('OutOfMemory', localPrincipal, ongoing)).toBeDefined()
    expect(await store.index.matching(['disk'], everybody, 5, ongoing)).toEqual([])
  })

  it('notices every change of a passage, in its words, dates, lines or document', async () => {
    await using store = await open()
    const before = fakePassage({ id: 'redis#a', text: 'fail over' })
    const after = fakePassage({
      id: 'redis#a',
      text: 'fail over',
      fromLine: 10,
      toLine: 12,
      editedAt: new Date('2026-02-02T00:00:00Z'),
      context: 'Redis',
      terms: { body: ['fail', 'over', 'switch'] },
    })
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, [before])], ongoing)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis', title: 'Redis' }, [after], 'r2')], ongoing)
    const [loaded] = await store.index.load(['redis#a'], everybody, ongoing)
    expect(loaded).toMatchObject({ ...after, document: { title: 'Redis' } })
    expect(await store.index.matching(['switch'], everybody, 5, ongoing)).toHaveLength(1)
  })

  it('moves a passage when its document does', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'redis', entry: 'old.md' }, ['fail over'])], ongoing)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis', entry: 'new.md' }, ['fail over'])], ongoing)
    await store.documents.removeEntries('wiki', ['old.md'], ongoing)
    expect(await store.documents.document('redis', localPrincipal, ongoing)).toMatchObject({ entry: 'new.md' })
    expect(await store.index.matching(['fail'], everybody, 5, ongoing)).toHaveLength(1)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 1, passages: 1 })
  })

  it('finds nothing of a removed entry, by any way', async () => {
    await using store = await open()
    const embedding = Float32Array.of(1, 0)
    const passages = [fakePassage({ id: 'redis#0', text: 'fail over', embedding })]
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, passages), fakeEntry({ id: 'b' }, ['b'])], ongoing)
    expect(await store.index.nearest(embedding, everybody, 5, ongoing)).toHaveLength(1)
    await store.documents.removeEntries('wiki', ['redis.md', 'never-there.md'], ongoing)
    expect(await store.documents.document('redis', localPrincipal, ongoing)).toBeUndefined()
    expect(await store.documents.passagesOf('redis', localPrincipal, ongoing)).toEqual([])
    expect(await store.index.matching(['fail'], everybody, 5, ongoing)).toEqual([])
    expect(await store.index.nearest(embedding, everybody, 5, ongoing)).toEqual([])
    expect(await store.index.load(['redis#0'], everybody, ongoing)).toEqual([])
    expect((await store.index.statistics(['fail'], ongoing)).frequencies.size).toBe(0)
    expect(await store.documents.revisions('wiki', ongoing)).toEqual(new Map([['b.md', 'r1']]))
  })

  it('keeps entries of the same name in two sources apart', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [
        fakeEntry({ id: 'one', source: 'one', entry: 'README.md' }, ['alpha']),
        fakeEntry({ id: 'two', source: 'two', entry: 'README.md' }, ['beta']),
      ],
      ongoing,
    )
    await store.documents.removeEntries('one', ['README.md'], ongoing)
    expect(await store.index.matching(['alpha', 'beta'], everybody, 5, ongoing)).toEqual([
      expect.objectContaining({ passageId: 'two#0' }),
    ])
  })

  it('shows a document to its audience alone', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [fakeEntry({ id: 'open' }, ['free']), fakeEntry({ id: 'closed', audience: ['sre'] }, ['secret'])],
      ongoing,
    )
    expect(await store.documents.document('closed', guest, ongoing)).toBeUndefined()
    expect(await store.documents.passagesOf('closed', guest, ongoing)).toEqual([])
    expect(await store.documents.passagesOf('closed', sre, ongoing)).toHaveLength(1)
    expect(ids(await store.documents.documents({ principal: guest }, undefined, 10, ongoing))).toEqual(['open'])
    expect(ids(await store.documents.documents({ principal: sre }, undefined, 10, ongoing))).toEqual(['closed', 'open'])
  })

  it('hides a document from the moment its audience changes', async () => {
    await using store = await open()
    const embedding = Float32Array.of(1, 0)
    const passages = [fakePassage({ id: 'redis#0', text: 'fail over', embedding })]
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, passages)], ongoing)
    expect(await store.index.nearest(embedding, { principal: guest }, 5, ongoing)).toHaveLength(1)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis', audience: ['sre'] }, passages, 'r2')], ongoing)
    expect(await store.index.matching(['fail'], { principal: guest }, 5, ongoing)).toEqual([])
    expect(await store.index.nearest(embedding, { principal: guest }, 5, ongoing)).toEqual([])
    expect(await store.index.nearest(embedding, { principal: sre }, 5, ongoing)).toHaveLength(1)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, passages, 'r3')], ongoing)
    expect(await store.index.matching(['fail'], { principal: guest }, 5, ongoing)).toHaveLength(1)
  })

  it('lists documents page by page, each once, by source and path', async () => {
    await using store = await open()
    const entries = ['e', 'b', 'd', 'a', 'c'].map((id) => fakeEntry({ id, path: `${id}/x.md` }, []))
    await store.documents.replaceEntries([...entries, fakeEntry({ id: 'z', source: 'a-source' }, [])], ongoing)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.documents.documents({ principal: localPrincipal }, cursor, 4, ongoing)
      expect(page.documents.length).toBeLessThanOrEqual(4)
      seen.push(...ids(page))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(['z', 'a', 'b', 'c', 'd', 'e'])
  })

  it('gives no cursor when a page ends with the last document', async () => {
    await using store = await open()
    await store.documents.replaceEntries([fakeEntry({ id: 'a' }, []), fakeEntry({ id: 'b' }, [])], ongoing)
    const page = await store.documents.documents({ principal: localPrincipal }, undefined, 2, ongoing)
    expect(page).toEqual({ documents: [expect.anything(), expect.anything()] })
  })

  it('lists by source and by owner', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [
        fakeEntry({ id: 'a', owners: ['ann', 'bob'] }, []),
        fakeEntry({ id: 'b', owners: ['bo'] }, []),
        fakeEntry({ id: 'c', owners: ['bob'], source: 'other' }, []),
      ],
      ongoing,
    )
    const list = async (filter: { source?: string; owner?: string }) =>
      ids(await store.documents.documents({ principal: localPrincipal, ...filter }, undefined, 10, ongoing))
    expect(await list({ owner: 'bob' })).toEqual(['c', 'a'])
    expect(await list({ source: 'wiki' })).toEqual(['a', 'b'])
    expect(await list({ source: 'wiki', owner: 'bob' })).toEqual(['a'])
  })

  it('refuses a cursor that it never gave', async () => {
    await using store = await open()
    const list = store.documents.documents({ principal: localPrincipal }, 'DROP TABLE', 10, ongoing)
    await expect(list).rejects.toThrow(InvalidCursorError)
  })

  it('remembers where the sync of a source got to, and what failed', async () => {
    await using store = await open()
    expect(await store.documents.sourceState('wiki', ongoing)).toBeUndefined()
    const state = {
      source: 'wiki',
      cursor: 'abc',
      startedAt: new Date('2026-01-01T00:00:00Z'),
      finishedAt: new Date('2026-01-01T00:01:00Z'),
      failures: [{ entry: 'x.md', reason: 'too large', failedAt: new Date('2026-01-01T00:00:30Z') }],
    }
    await store.documents.saveSourceState(state, ongoing)
    expect(await store.documents.sourceState('wiki', ongoing)).toEqual(state)
    await store.documents.saveSourceState({ source: 'wiki', failures: [] }, ongoing)
    expect(await store.documents.sourceState('wiki', ongoing)).toEqual({ source: 'wiki', failures: [] })
  })

  it('names every source of which anything is stored', async () => {
    await using store = await open()
    expect(await store.documents.sources(ongoing)).toEqual([])
    await store.documents.replaceEntries([fakeEntry({ id: 'a', source: 'repo' }, ['x'])], ongoing)
    await store.documents.saveSourceState({ source: 'wiki', failures: [] }, ongoing)
    expect(await store.documents.sources(ongoing)).toEqual(['repo', 'wiki'])
    await store.documents.removeEntries('repo', ['a.md'], ongoing)
    expect(await store.documents.sources(ongoing)).toEqual(['wiki'])
  })

  it('keeps the last verification of a document, also across its edits', async () => {
    await using store = await open()
    const first = { documentId: 'a', by: 'alice', at: new Date('2026-01-01T00:00:00Z'), evergreenReason: 'history' }
    const second = { documentId: 'a', by: 'bob', at: new Date('2026-02-01T00:00:00Z') }
    await store.documents.replaceEntries([fakeEntry({ id: 'a' }, ['x'])], ongoing)
    await store.documents.verify(first, ongoing)
    expect(await store.documents.verifications(['a', 'b'], ongoing)).toEqual(new Map([['a', first]]))
    await store.documents.verify(second, ongoing)
    await store.documents.replaceEntries([fakeEntry({ id: 'a' }, ['y'], 'r2')], ongoing)
    expect(await store.documents.verifications(['a'], ongoing)).toEqual(new Map([['a', second]]))
    expect(await store.documents.verifications([], ongoing)).toEqual(new Map())
  })

  it('refuses to begin when the caller has already given up', async () => {
    await using store = await open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(store.documents.replaceEntries([fakeEntry({ id: 'a' }, ['x'])], gone)).rejects.toThrow('hung up')
    await expect(store.documents.counts(gone)).rejects.toThrow('hung up')
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 0, passages: 0 })
  })
}

function ids(page: { documents: readonly { id: string }[] }): string[] {
  return page.documents.map(({ id }) => id)
}
