import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { storeContentsContract } from '#knowledge/store-contents.contract.ts'
import { openReader } from './connection.ts'
import { StoreClosedError } from './errors.ts'
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
