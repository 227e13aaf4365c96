import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fake.ts'
import { openPostgresStore } from './postgres-store.ts'

const ongoing = new AbortController().signal
const everybody: PassageFilter = { principal: localPrincipal }
const guest: PassageFilter = { principal: { name: 'guest', audiences: [] } }

const entries = [
  fakeEntry({ id: 'a' }, ['the node the pod', 'the pod restarts', 'the node is fine', "o'clock % _ ' \\"]),
  fakeEntry({ id: 'b', audience: ['sre'] }, ['the secret pod']),
  fakeEntry({ id: 'c', source: 'repo', lang: 'ja' }, [
    fakePassage({ id: 'c#0', text: '', lang: 'ja', terms: { title: ['ポッド', 'pod'], code: ['--pod-cidr'] } }),
    fakePassage({ id: 'c#1', text: '', lang: 'ja', terms: { body: ['pods', 'pod-cidr'] } }),
  ]),
]

describe.skipIf(postgresPrograms === undefined)('searching PostgreSQL itself by words', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const open = async () => {
    const store = await openPostgresStore({ url: await server.empty(), log: silentLog }, ongoing)
    await store.documents.replaceEntries(entries, ongoing)
    return store
  }

  it('finds what an index finds', async () => {
    await using store = await open()
    const memory = openMemoryStore()
    await memory.documents.replaceEntries(entries, ongoing)
    for (const terms of [
      ['pod'],
      ['ポッド', 'restarts'],
      ['--pod-cidr'],
      ["o'clock"],
      ['%'],
      ['po'],
      [],
      ['the', 'pod'],
    ]) {
      expect(await store.scan.statistics(terms, ongoing)).toEqual(await memory.index.statistics(terms, ongoing))
      for (const filter of [everybody, guest, { ...everybody, sources: ['repo'] }, { ...guest, lang: 'ja' as const }]) {
        const ids = async (index: typeof store.scan) =>
          (await index.matching(terms, filter, 9, ongoing)).map(({ passageId }) => passageId).toSorted()
        expect(await ids(store.scan)).toEqual(await ids(memory.index))
      }
    }
  })

  it('puts first what holds the rarer terms', async () => {
    await using store = await open()
    const ask = { terms: [['the', 'restarts']], embeddings: [Float32Array.of(1, 0)], limitEach: 9, limit: 2 }
    const found = await store.scan.candidates(ask, everybody, ongoing)
    expect(found[0]).toBe('a#1')
    expect(found).toHaveLength(2)
  })
})
