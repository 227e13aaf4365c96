import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { candidateIndexContract } from '#knowledge/candidate-index.contract.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { versionedPassagesContract } from '#knowledge/versioned-candidates.contract.ts'
import { silentLog } from '#runtime/log.ts'
import { openReader } from './connection.ts'
import { openSqliteCandidates } from './sqlite-candidates.ts'
import { SqliteVersions } from './sqlite-versions.ts'
import { type TemporaryFile, temporaryFile } from './temporary-file.fake.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }

// Threads load their modules some ten times as fast from Node's cache as from TypeScript.
beforeAll(() => {
  vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
})

const files: TemporaryFile[] = []

async function nextFile(): Promise<TemporaryFile> {
  const file = await temporaryFile()
  files.push(file)
  return file
}

afterEach(async () => {
  for (const file of files.splice(0)) await file[Symbol.asyncDispose]()
})

describe('SqliteVersions', () => {
  versionedPassagesContract(async () => {
    const file = await nextFile()
    return new SqliteVersions(file.open(), openReader(file.path, { cacheMb: 1, mappedMb: 0 }))
  })
})

describe('candidates in SQLite', () => {
  candidateIndexContract(async () => openSqliteCandidates({ path: (await nextFile()).path, log: silentLog }))

  it('catch up with what others stored, changed and removed, and are then up to it', async () => {
    await using file = await temporaryFile()
    await using elsewhere = await temporaryFile()
    await using store = elsewhere.open()
    await using candidates = openSqliteCandidates({ path: file.path, log: silentLog })
    const truth = { ...store, passages: store.index }
    const found = async (term: string) =>
      (await candidates.matching([term], everybody, 9, ongoing)).map(({ passageId }) => passageId).toSorted()

    const entries = ['a', 'b', 'c'].map((id) => fakeEntry({ id }, [`pod ${id}`]))
    await store.documents.replaceEntries(entries, ongoing)
    expect(await candidates.catchUp(truth, ongoing)).toEqual({ changed: 3, gone: 0 })
    expect(await found('pod')).toEqual(['a#0', 'b#0', 'c#0'])
    expect(await candidates.catchUp(truth, ongoing)).toEqual({ changed: 0, gone: 0 })

    await store.documents.replaceEntries([fakeEntry({ id: 'b' }, ['node b'], 'r2')], ongoing)
    await store.documents.removeEntries('wiki', ['c.md'], ongoing)
    expect(await candidates.catchUp(truth, ongoing)).toEqual({ changed: 1, gone: 1 })
    expect([await found('pod'), await found('node')]).toEqual([['a#0'], ['b#0']])
  })

  it('catch up with entries that were put here, but stored and removed elsewhere', async () => {
    await using file = await temporaryFile()
    await using elsewhere = await temporaryFile()
    await using store = elsewhere.open()
    await using candidates = openSqliteCandidates({ path: file.path, log: silentLog })
    const truth = { ...store, passages: store.index }
    const ours = fakeEntry({ id: 'a' }, ['pod a'], 'ours')
    const theirs = fakeEntry({ id: 'a' }, ['node a'], 'theirs')
    await candidates.put([ours, fakeEntry({ id: 'b' }, ['pod b'])], ongoing)
    await store.documents.replaceEntries([theirs], ongoing)
    await candidates.settle({ written: [], overtaken: [ours] }, truth, ongoing)
    await store.documents.removeEntries('wiki', ['a.md'], ongoing)
    expect(await candidates.catchUp(truth, ongoing)).toEqual({ changed: 0, gone: 2 })
    expect(await candidates.matching(['pod', 'node'], everybody, 9, ongoing)).toEqual([])
  })
})
