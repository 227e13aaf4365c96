import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { storeContentsContract } from '#knowledge/store-contents.contract.ts'
import { openReader, openWriter } from './connection.ts'
import { StoreClosedError } from './errors.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { temporaryFile } from './temporary-file.fake.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }

// Threads load their modules some ten times as fast from Node's cache as from TypeScript.
beforeAll(() => {
  vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
})

describe('SqliteDocuments', () => {
  documentStoreContract(temporaryStore)
})
describe('SqliteIndex', () => {
  passageIndexContract(temporaryStore)
})
describe('SqliteConversations', () => {
  conversationStoreContract(temporaryStore)
})
describe('SqliteContents', () => {
  storeContentsContract(temporaryStore)
})

describe('the SQLite store', () => {
  it('keeps everything over a restart', async () => {
    await using file = await temporaryFile()
    {
      await using store = file.open()
      await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['fail over by hand'])], ongoing)
    }
    await using store = file.open()
    expect(await store.index.matching(['hand'], everybody, 5, ongoing)).toHaveLength(1)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 1, passages: 1 })
  })

  it('leaves unchanged passages as they are, and follows those that only moved', async () => {
    await using file = await temporaryFile()
    await using store = file.open()
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['one', 'two', 'three'])], ongoing)
    using reader = openReader(file.path, { cacheMb: 1, mappedMb: 0 })
    const rows = () =>
      Object.fromEntries(
        reader
          .prepare('SELECT text, row FROM passages JOIN contents USING (row)')
          .all()
          .map(({ text, row }) => [text, row]),
      )
    const before = rows()

    const edited = fakeEntry({ id: 'd', title: 'Renamed' }, ['one', 'two', 'four'], 'r2')
    await store.documents.replaceEntries([edited], ongoing)
    expect(rows()).toEqual({ one: before.one, two: before.two, four: expect.any(Number) })
    expect(rows().four).not.toBe(before.three)

    const moved = edited.documents.map(({ document, passages }) => ({
      document,
      passages: passages.map((passage) => ({ ...passage, fromLine: passage.fromLine + 7, toLine: passage.toLine + 7 })),
    }))
    const after = rows()
    await store.documents.replaceEntries([{ ...edited, revision: 'r3', documents: moved }], ongoing)
    expect(rows()).toEqual(after)
    const loaded = await store.documents.passagesOf('d', localPrincipal, ongoing)
    expect(loaded.map(({ fromLine }) => fromLine)).toEqual([8, 8, 8])
  })

  it('writes more entries than fit into one transaction', async () => {
    await using file = await temporaryFile()
    await using store = file.open()
    const entries = Array.from({ length: 500 }, (_, n) => fakeEntry({ id: `d${n}` }, Array(10).fill(`pod ${n}`)))
    await store.documents.replaceEntries(entries, ongoing)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 500, passages: 5000 })
    expect((await store.index.statistics(['pod'], ongoing)).frequencies).toEqual(new Map([['pod', 5000]]))
  })

  it('finds vectors of the model that it was opened for, and never another, though they are as long', async () => {
    await using file = await temporaryFile()
    const embedding = Float32Array.of(0.6, 0.8)
    const entry = (id: string, revision?: string) =>
      fakeEntry({ id }, [fakePassage({ id: `${id}#0`, text: id, embedding })], revision)
    const nearest = async (store: SqliteStore) =>
      (await store.index.nearest(embedding, everybody, 5, ongoing)).map(({ passageId }) => passageId)
    {
      await using before = file.open({ embeddingModel: 'old/2' })
      await before.documents.replaceEntries([entry('a'), entry('b')], ongoing)
      expect((await nearest(before)).toSorted()).toEqual(['a#0', 'b#0'])
    }
    await using now = file.open({ embeddingModel: 'new/2' })
    expect(await nearest(now)).toEqual([])
    const [loaded] = await now.index.load(['a#0'], everybody, ongoing)
    expect([loaded?.text, loaded?.embedding]).toEqual(['a', undefined])
    expect(await now.index.matching(['a'], everybody, 5, ongoing)).toHaveLength(1)

    // The same vector, from the other model: stored anew.
    await now.documents.replaceEntries([entry('a', 'r2')], ongoing)
    expect(await nearest(now)).toEqual(['a#0'])
    expect((await now.index.load(['a#0'], everybody, ongoing))[0]?.embedding).toBeDefined()
    await using old = file.open({ embeddingModel: 'old/2' })
    expect(await nearest(old)).toEqual(['b#0'])
  })

  it.each([1536, 3072])('finds vectors of %d dimensions, beside shorter ones', async (dimensions) => {
    await using file = await temporaryFile()
    await using store = file.open()
    // All components about as large, as models make them.
    const towards = (seed: number) => {
      const vector = Float32Array.from({ length: dimensions }, (_, k) => Math.sin(k * k * 0.37 + seed))
      const length = Math.hypot(...vector)
      return vector.map((value) => value / length)
    }
    const passages = [0, 700, dimensions - 1].map((seed) =>
      fakePassage({ id: `d#${seed}`, text: `seed ${seed}`, embedding: towards(seed) }),
    )
    const short = [fakePassage({ id: 's#0', text: 'short', embedding: Float32Array.of(1, 0) })]
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, passages), fakeEntry({ id: 's' }, short)], ongoing)
    const found = await store.index.nearest(towards(700), everybody, 5, ongoing)
    expect(found).toHaveLength(3)
    expect(found[0]?.score).toBeCloseTo(1, 3)
    const [first] = found
    const cosines = new Map(found.map(({ passageId, score }) => [passageId, score]))
    const other = towards(0)
    const expected = towards(700).reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0)
    expect(first?.passageId).toBe('d#700')
    expect(cosines.get('d#0')).toBeCloseTo(expected, 3)
  })

  it('takes the vectors of a store from before models were named for those of the one that shipped', async () => {
    await using file = await temporaryFile()
    await file.open()[Symbol.asyncDispose]()
    const embedding = new Float32Array(256).fill(1 / 16)
    {
      await using store = file.open({ embeddingModel: 'ops-embed-1/256' })
      await store.documents.replaceEntries(
        [fakeEntry({ id: 'a' }, [fakePassage({ id: 'a#0', text: 'a', embedding })])],
        ongoing,
      )
    }
    using writing = openWriter(file.path, undefined)
    // Back to how the first version left it.
    writing.exec(`ALTER TABLE vectors DROP COLUMN model; ALTER TABLE contents DROP COLUMN model;
      ALTER TABLE contents DROP COLUMN anchor; ALTER TABLE documents DROP COLUMN edited_by;
      DROP TABLE models; DROP TABLE positions; DROP INDEX turns_by_time; PRAGMA user_version = 1`)
    await using shipped = file.open({ embeddingModel: 'ops-embed-1/256' })
    expect(await shipped.index.nearest(embedding, everybody, 5, ongoing)).toHaveLength(1)
    await using other = file.open({ embeddingModel: 'other/256' })
    expect(await other.index.nearest(embedding, everybody, 5, ongoing)).toEqual([])
  })

  it('closes once, whichever part is disposed of first, and says so afterwards', async () => {
    await using file = await temporaryFile()
    const store = file.open()
    await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['pod'])], ongoing)
    await store.index.matching(['pod'], everybody, 5, ongoing)
    await Promise.all([store.index[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
    await store.documents[Symbol.asyncDispose]()
    await expect(store.documents.counts(ongoing)).rejects.toThrow(StoreClosedError)
    await expect(store.index.load(['d#0'], everybody, ongoing)).rejects.toThrow(StoreClosedError)
    await expect(store.index.matching(['pod'], everybody, 5, ongoing)).rejects.toThrow(StoreClosedError)
    await expect(store.documents.removeEntries('wiki', ['d.md'], ongoing)).rejects.toThrow(StoreClosedError)
  })

  it('finishes what it was asked to write before it closes', async () => {
    await using file = await temporaryFile()
    const store = file.open()
    const writing = store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['pod'])], ongoing)
    await store[Symbol.asyncDispose]()
    await writing
    await using again = file.open()
    expect(await again.documents.counts(ongoing)).toEqual({ documents: 1, passages: 1 })
  })
})

async function temporaryStore() {
  const file = await temporaryFile()
  const store = file.open()
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
    },
  }
}
