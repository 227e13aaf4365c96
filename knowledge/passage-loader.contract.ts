import { expect, it } from 'vitest'
import type { DocumentStore } from './document-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from './passage.fake.ts'
import type { PassageFilter } from './passage-index.ts'
import type { PassageLoader } from './passage-loader.ts'
import { localPrincipal } from './principal.ts'

const ongoing = new AbortController().signal
const everybody: PassageFilter = { principal: localPrincipal }

/** What it means to be a PassageLoader; `documents` is how things get there. */
export function passageLoaderContract(
  open: () => Promise<{ documents: DocumentStore; passages: PassageLoader } & AsyncDisposable>,
): void {
  it('loads passages in the order asked for, with everything that was written', async () => {
    await using store = await open()
    const document = fakeDocument({ id: 'd', owners: ['ann'], lang: 'ja', audience: ['sre', 'dba'] })
    const full = fakePassage({
      id: 'd#full',
      text: '# 手順\n\n1. `kubectl drain`\n',
      heading: ['A', 'B'],
      kind: 'steps',
      lang: 'ja',
      context: 'A > B',
      suspicious: true,
      anchor: '?plain=1#L3-L5',
      terms: { title: ['t', 't'], heading: ['h'], context: ['c1', 'c2'], body: ['b', 'b', 'b'], code: ['kubectl'] },
      embedding: Float32Array.of(0.6, -0.8),
    })
    const bare = fakePassage({ id: 'd#bare', text: '', terms: { body: [] }, ordinal: 1 })
    await store.documents.replaceEntries([fakeEntry(document, [full, bare])], ongoing)
    const loaded = await store.passages.load(['d#bare', 'nothing', 'd#full'], everybody, ongoing)
    expect(loaded.map(({ id }) => id)).toEqual(['d#bare', 'd#full'])
    const { embedding, ...rest } = full
    expect(loaded[1]).toMatchObject({ ...rest, document })
    expect([...(loaded[1]?.embedding ?? [])]).toEqual([...(embedding ?? [])].map((value) => expect.closeTo(value, 1)))
    expect(loaded[0]).toMatchObject({ terms: { title: [], heading: [], context: [], body: [], code: [] } })
    expect(loaded[0]?.embedding).toBeUndefined()
    expect(await store.passages.load([], everybody, ongoing)).toEqual([])
  })

  it('loads only what the principal may see, of the asked-for sources and language', async () => {
    await using store = await open()
    await store.documents.replaceEntries(
      [
        fakeEntry({ id: 'open' }, ['x']),
        fakeEntry({ id: 'closed', audience: ['sre', 'dba'] }, ['x']),
        fakeEntry({ id: 'other', source: 'repo', lang: 'ja' }, ['x']),
      ],
      ongoing,
    )
    const load = async (filter: Partial<PassageFilter>) =>
      (await store.passages.load(['closed#0', 'open#0', 'other#0'], { ...everybody, ...filter }, ongoing)).map(
        ({ id }) => id,
      )
    expect(await load({})).toEqual(['closed#0', 'open#0', 'other#0'])
    expect(await load({ principal: { name: 'guest', audiences: [] } })).toEqual(['open#0', 'other#0'])
    expect(await load({ principal: { name: 'ann', audiences: ['dba'] }, lang: 'en' })).toEqual(['closed#0', 'open#0'])
    expect(await load({ sources: ['repo'] })).toEqual(['other#0'])
    expect(await load({ sources: [] })).toEqual([])
  })

  it('loads what a passage says now, and nothing of what is gone', async () => {
    await using store = await open()
    const load = async () => (await store.passages.load(['d#0'], everybody, ongoing)).map(({ text }) => text)
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['one'])], ongoing)
    expect(await load()).toEqual(['one'])
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['two'], 'r2')], ongoing)
    expect(await load()).toEqual(['two'])
    await store.documents.removeEntries('wiki', ['d.md'], ongoing)
    expect(await load()).toEqual([])
  })
}
