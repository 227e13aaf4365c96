import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { openMemoryCandidates } from '#knowledge/memory/memory-candidates.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { passageLoaderContract } from '#knowledge/passage-loader.contract.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { openSqliteCandidates } from '#knowledge/sqlite/sqlite-candidates.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import { isWhole } from '#knowledge/store-comparison.ts'
import { storeContentsContract } from '#knowledge/store-contents.contract.ts'
import { copyStore } from '#knowledge/store-copy.ts'
import { silentLog } from '#runtime/log.ts'
import { Connection } from './connection.ts'
import { replaceEntries } from './entry-writer.ts'
import { migrate } from './migrations.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fake.ts'
import { openPostgresStore, type PostgresStore } from './postgres-store.ts'

const ongoing = new AbortController().signal

describe.skipIf(postgresPrograms === undefined)('with PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const open = async () => openPostgresStore({ url: await server.empty(), log: silentLog }, ongoing)

  /** What finds the passages stands in memory here; what they say comes from PostgreSQL. */
  const openSearched = async () => {
    const { documents, conversations } = await open()
    const candidates = openMemoryCandidates()
    return openScaleOutStore({ documents, passages: documents, conversations, candidates, log: silentLog })
  }

  describe('PostgresDocuments', () => {
    documentStoreContract(openSearched)
  })
  describe('PostgresDocuments as a loader', () => {
    passageLoaderContract(async () => {
      const store = await open()
      return { ...store, passages: store.documents }
    })
    passageIndexContract(openSearched)
  })
  describe('PostgresConversations', () => {
    conversationStoreContract(open)
  })
  describe('PostgresContents', () => {
    storeContentsContract(open)
  })

  describe('the PostgreSQL store', () => {
    it('lets one of four writers win who replace the same revision at once, whatever machine they are on', async () => {
      const url = await server.empty()
      await using one = await openPostgresStore({ url, log: silentLog }, ongoing)
      await using other = await openPostgresStore({ url, log: silentLog }, ongoing)
      for (let round = 0; round < 20; round++) {
        const replaces = round === 0 ? null : `r${round - 1}`
        const write = ({ documents }: PostgresStore, text: string) =>
          documents.replaceEntries([{ ...fakeEntry({ id: 'redis' }, [text], `r${round}`), replaces }], ongoing)
        const writers = ['one', 'two', 'three', 'four']
        const left = await Promise.all(writers.map((text, n) => write(n % 2 === 0 ? one : other, text)))
        expect(left.flat()).toEqual(Array(3).fill('redis.md'))
        const passages = await one.documents.passagesOf('redis', localPrincipal, ongoing)
        expect(passages.map(({ text }) => text)).toEqual(writers.filter((_, n) => left[n]?.length === 0))
      }
    })

    it('lets many write and remove the same entries at once, each of them whole', async () => {
      const url = await server.empty()
      const stores = await Promise.all(
        Array.from({ length: 3 }, () => openPostgresStore({ url, log: silentLog }, ongoing)),
      )
      const ids = ['a', 'b', 'c', 'd', 'e', 'f']
      await Promise.all(
        stores.map(async ({ documents }, writer) => {
          for (let round = 0; round < 8; round++) {
            const order = round % 2 === 0 ? ids : ids.toReversed()
            const text = `${writer}.${round}`
            await documents.replaceEntries(
              order.map((id) => fakeEntry({ id, title: text }, [text, text], text)),
              ongoing,
            )
            if (round % 3 === 0)
              await documents.removeEntries('wiki', order.map((id) => `${id}.md`).slice(0, 3), ongoing)
          }
        }),
      )
      const [first] = stores
      const revisions = (await first?.documents.revisions('wiki', ongoing)) ?? new Map<string, string>()
      expect(revisions.size).toBeGreaterThanOrEqual(3)
      for (const [entry, revision] of revisions) {
        const id = entry.slice(0, 1)
        const passages = (await first?.documents.passagesOf(id, localPrincipal, ongoing)) ?? []
        expect(passages.map(({ text }) => text)).toEqual([revision, revision])
      }
      expect(await first?.documents.counts(ongoing)).toEqual({
        documents: revisions.size,
        passages: 2 * revisions.size,
      })
      for (const store of stores) await store[Symbol.asyncDispose]()
    })

    it('takes a write for done that was done before its answer was lost', async () => {
      const entry = { ...fakeEntry({ id: 'redis' }, ['by hand'], 'r1'), replaces: null }
      await using connection = new Connection({ url: await server.empty(), log: silentLog })
      await migrate(connection, ongoing)
      const write = (mayBeDone: boolean) =>
        connection.write(
          (query) => replaceEntries(query, 'wiki', [entry], { mayBeDone, embeddingModel: undefined }),
          ongoing,
        )
      expect([await write(false), await write(true), await write(false)]).toEqual([[], [], ['redis.md']])
    })

    it('leaves unchanged passages and documents as they are', async () => {
      const url = await server.empty()
      await using store = await openPostgresStore({ url, log: silentLog }, ongoing)
      const written = async () => {
        const rows = await server.run(
          'SELECT id, xmin::text AS by FROM nightdesk_passages UNION SELECT id, xmin::text FROM nightdesk_documents',
          url,
        )
        return new Map(
          z
            .array(z.object({ id: z.string(), by: z.string() }))
            .parse(rows)
            .map(({ id, by }) => [id, by]),
        )
      }
      await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['one', 'two', 'three'])], ongoing)
      const before = await written()
      await store.documents.replaceEntries([fakeEntry({ id: 'd' }, ['one', 'four', 'three'], 'r2')], ongoing)
      const after = await written()
      const changed = [...after].filter(([id, by]) => before.get(id) !== by).map(([id]) => id)
      expect(changed).toEqual(['d#1'])
    })

    it('hands out no vector of another embedding model than its own', async () => {
      const url = await server.empty()
      const passage = fakePassage({ id: 'd#0', text: 'pod', embedding: Float32Array.of(0.6, 0.8) })
      const opened = (embeddingModel?: string) => openPostgresStore({ url, log: silentLog, embeddingModel }, ongoing)
      const hasVector = async (embeddingModel?: string) => {
        await using store = await opened(embeddingModel)
        const [loaded] = await store.documents.load(['d#0'], { principal: localPrincipal }, ongoing)
        const [entry] = await store.contents.entries('wiki', ['d.md'], ongoing)
        return [loaded, entry?.documents[0]?.passages[0]].map((each) => each?.embedding !== undefined)
      }
      {
        await using store = await opened('small/2')
        await store.documents.replaceEntries([fakeEntry({ id: 'd' }, [passage])], ongoing)
      }
      expect([await hasVector('small/2'), await hasVector('large/2'), await hasVector()]).toEqual([
        [true, true],
        [false, false],
        [true, true],
      ])
    })

    it('counts what was written to each source, so that others need not look for what did not change', async () => {
      const url = await server.empty()
      await using here = await openPostgresStore({ url, log: silentLog }, ongoing)
      await using elsewhere = await openPostgresStore({ url, log: silentLog }, ongoing)
      await using file = await temporaryFile()
      await using candidates = openSqliteCandidates({ path: file.path, log: silentLog })
      const compared: string[] = []
      const { contents } = here
      const documents = new Proxy(here.documents, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...asked: unknown[]) => {
            if (name === 'revisions') compared.push(String(asked[0]))
            return Reflect.apply(value, target, asked)
          }
        },
      })
      const catchUp = async () => {
        compared.length = 0
        const { changed, gone } = await candidates.catchUp({ documents, passages: here.documents, contents }, ongoing)
        return { changed, gone, compared: [...compared] }
      }
      await elsewhere.documents.replaceEntries([fakeEntry({ id: 'a' }, ['pod'])], ongoing)
      await elsewhere.documents.replaceEntries([fakeEntry({ id: 'b', source: 'repo' }, ['pod'])], ongoing)
      expect(await catchUp()).toEqual({ changed: 2, gone: 0, compared: ['repo', 'wiki'] })
      expect(await catchUp()).toEqual({ changed: 0, gone: 0, compared: [] })
      await elsewhere.documents.removeEntries('repo', ['b.md'], ongoing)
      expect(await catchUp()).toEqual({ changed: 0, gone: 1, compared: ['repo'] })
      await elsewhere.documents.replaceEntries([fakeEntry({ id: 'a' }, ['node'], 'r2')], ongoing)
      expect(await catchUp()).toEqual({ changed: 1, gone: 0, compared: ['wiki'] })
    })

    it('takes text that the server cannot hold as it is, and paths longer than an index can hold', async () => {
      await using store = await open()
      const path = `${'深い/'.repeat(2000)}x.md`
      const texts = ['NUL \u0000 stands here', 'half a \ud83d character']
      await store.documents.replaceEntries([fakeEntry({ id: 'odd', path, title: texts[0] ?? '' }, texts)], ongoing)
      expect(await store.documents.document('odd', localPrincipal, ongoing)).toMatchObject({ path })
      const passages = await store.documents.passagesOf('odd', localPrincipal, ongoing)
      expect(passages.map(({ text }) => text)).toEqual(['NUL \ufffd stands here', 'half a \ufffd character'])
    })

    it('writes more entries than fit into one transaction, also some of them twice', async () => {
      await using store = await open()
      const entries = Array.from({ length: 1200 }, (_, n) => fakeEntry({ id: `d${n}` }, Array(3).fill(`pod ${n}`)))
      const again = fakeEntry({ id: 'd7' }, ['pod 7, later'], 'r2')
      await store.documents.replaceEntries([...entries, again], ongoing)
      expect(await store.documents.counts(ongoing)).toEqual({ documents: 1200, passages: 3598 })
      expect((await store.documents.revisions('wiki', ongoing)).get('d7.md')).toBe('r2')
    })

    it('holds after every kill exactly the entries that it said it had, each of them whole', async () => {
      const url = await server.empty()
      const patience = { readPatienceMs: 30_000, writePatienceMs: 30_000 }
      await using store = await openPostgresStore({ url, log: silentLog, ...patience }, ongoing)
      const said = new Map<string, string>()
      const stop = new AbortController()
      const writing = (async () => {
        for (let round = 0; !stop.signal.aborted || said.size < 7; round++) {
          const id = `d${round % 7}`
          const replaces = said.get(`${id}.md`) ?? null
          const text = `round ${round}`
          const entry = { ...fakeEntry({ id, title: text }, [text, text, text], text), replaces }
          expect(await store.documents.replaceEntries([entry], ongoing)).toEqual([])
          said.set(`${id}.md`, text)
        }
      })()
      for (let kills = 0; kills < 3; kills++) {
        await pause(40)
        await server.kill()
        await server.start()
      }
      stop.abort()
      await writing
      expect(said.size).toBe(7)
      expect(await store.documents.revisions('wiki', ongoing)).toEqual(said)
      for (const [entry, text] of said) {
        const passages = await store.documents.passagesOf(entry.slice(0, 2), localPrincipal, ongoing)
        expect(passages.map((passage) => passage.text)).toEqual([text, text, text])
      }
    })
  })

  it('gives an embedded store back as it was, by way of PostgreSQL', async () => {
    await using file = await temporaryFile()
    await using elsewhere = await temporaryFile()
    await using origin = file.open()
    await using middle = await open()
    await using end = elsewhere.open()
    const passages = [fakePassage({ id: 'd#0', text: 'fail over', embedding: Float32Array.of(0.6, -0.8) }), 'then wait']
    await origin.documents.replaceEntries([fakeEntry({ id: 'd', audience: ['sre'] }, passages)], ongoing)
    await origin.documents.verify({ documentId: 'd', by: 'ann', at: new Date('2026-01-01') }, ongoing)
    await origin.documents.saveSourceState({ source: 'wiki', cursor: 'abc', failures: [] }, ongoing)
    const how = { overwrite: false, onProgress: () => {} }
    const there = await copyStore(origin, middle, how, ongoing)
    const back = await copyStore(middle, end, how, ongoing)
    expect([isWhole(there), isWhole(back)]).toEqual([true, true])
    expect(back.map(({ checksum }) => checksum)).toEqual(there.map(({ checksum }) => checksum))
    expect(await end.index.matching(['fail'], { principal: localPrincipal }, 5, ongoing)).toHaveLength(1)
  })
})
