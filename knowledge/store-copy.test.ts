import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fakeEntry, fakePassage } from './passage.fake.ts'
import { localPrincipal } from './principal.ts'
import type { SqliteStore } from './sqlite/sqlite-store.ts'
import { type TemporaryFile, temporaryFile } from './sqlite/temporary-file.fake.ts'
import { isWhole } from './store-comparison.ts'
import { type CopyOptions, copyStore, DestinationDiffersError } from './store-copy.ts'

const ongoing = new AbortController().signal
const quietly: CopyOptions = { overwrite: false, onProgress: () => {} }
const everybody = { principal: localPrincipal }

beforeAll(() => {
  vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
})

const files: TemporaryFile[] = []

afterEach(async () => {
  for (const file of files.splice(0)) await file[Symbol.asyncDispose]()
})

async function emptyStore(): Promise<SqliteStore> {
  const file = await temporaryFile()
  files.push(file)
  return file.open()
}

const turn = {
  traceId: 't1',
  conversationId: 'c',
  principal: 'ann',
  question: 'how?',
  standalone: 'how?',
  lang: 'en' as const,
  answer: 'By hand [1].',
  abstained: false,
  cited: [{ passageId: 'd0#0', quote: 'pod 0' }],
  at: new Date('2026-01-01T00:00:00Z'),
}
const feedback = { traceId: 't1', principal: 'ann', verdict: 'good' as const, at: new Date('2026-01-02T00:00:00Z') }
const verification = { documentId: 'd0', by: 'ann', at: new Date('2026-01-03T00:00:00Z') }
const position = { conversationId: 'c', principal: 'ann', position: 'step 2', at: new Date('2026-01-04T00:00:00Z') }
const state = { source: 'wiki', cursor: 'abc', failures: [] }

async function filledStore(): Promise<SqliteStore> {
  const store = await emptyStore()
  const entries = Array.from({ length: 230 }, (_, n) =>
    fakeEntry({ id: `d${n}`, audience: n % 2 === 0 ? [] : ['sre'], source: n % 3 === 0 ? 'repo' : 'wiki' }, [
      fakePassage({ id: `d${n}#0`, text: `pod ${n}`, embedding: Float32Array.of(0.6, -0.8) }),
      'second',
    ]),
  )
  await store.documents.replaceEntries(entries, ongoing)
  await store.documents.replaceEntries([{ source: 'wiki', entry: 'empty.md', revision: 'r1', documents: [] }], ongoing)
  await store.documents.verify(verification, ongoing)
  await store.documents.saveSourceState(state, ongoing)
  await store.conversations.addTurn(turn, ongoing)
  await store.conversations.addFeedback(feedback, ongoing)
  await store.conversations.addFeedback(feedback, ongoing)
  await store.conversations.savePosition(position, ongoing)
  return store
}

describe('copying a store', () => {
  it('brings everything over, and says how much with a checksum that agrees', async () => {
    await using from = await filledStore()
    await using to = await emptyStore()
    const rows = await copyStore(from, to, quietly, ongoing)
    expect(rows.map(({ kind, origin, arrived, others }) => [kind, origin, arrived, others])).toEqual([
      ['entries', 231, 231, 0],
      ['documents', 230, 230, 0],
      ['passages', 460, 460, 0],
      ['source states', 1, 1, 0],
      ['verifications', 1, 1, 0],
      ['turns', 1, 1, 0],
      ['feedback', 2, 2, 0],
      ['positions', 1, 1, 0],
    ])
    expect(rows.map(({ checksum }) => checksum.origin)).toEqual(rows.map(({ checksum }) => checksum.destination))
    expect(isWhole(rows)).toBe(true)
    expect(await to.index.matching(['pod'], everybody, 500, ongoing)).toHaveLength(230)
    expect(await to.documents.sourceState('wiki', ongoing)).toEqual(state)
  })

  it('goes on where it broke off, and adds nothing twice', async () => {
    await using from = await filledStore()
    await using to = await emptyStore()
    const stop = new AbortController()
    const broken = copyStore(from, to, { ...quietly, onProgress: () => stop.abort(new Error('killed')) }, stop.signal)
    await expect(broken).rejects.toThrow('killed')
    const before = await to.documents.counts(ongoing)
    expect(before.documents).toBeGreaterThan(0)
    expect(before.documents).toBeLessThan(230)

    let copied = 0
    const onProgress: CopyOptions['onProgress'] = ({ doing, kind, total }) => {
      if (doing === 'copying' && kind === 'entries') copied = total ?? 0
    }
    const rows = await copyStore(from, to, { ...quietly, onProgress }, ongoing)
    expect(copied).toBe(231 - before.documents)
    expect(isWhole(rows)).toBe(true)
    const again = await copyStore(from, to, quietly, ongoing)
    expect(again).toEqual(rows)
    expect(await to.conversations.feedback('t1', ongoing)).toEqual([feedback, feedback])
  })

  it('refuses a destination that holds something else, naming how much, and writes nothing', async () => {
    await using from = await filledStore()
    await using to = await emptyStore()
    await to.documents.replaceEntries([fakeEntry({ id: 'd0', source: 'repo' }, ['other'], 'r9')], ongoing)
    await to.documents.replaceEntries([fakeEntry({ id: 'mine' }, ['mine'])], ongoing)
    await to.documents.verify({ ...verification, by: 'bob' }, ongoing)
    const refused = copyStore(from, to, quietly, ongoing)
    await expect(refused).rejects.toThrow(DestinationDiffersError)
    await expect(refused).rejects.toThrow('2 entries, 1 verifications')
    expect(await to.documents.counts(ongoing)).toEqual({ documents: 2, passages: 2 })
  })

  it('replaces what differs when it may, and leaves what people said there', async () => {
    await using from = await filledStore()
    await using to = await emptyStore()
    await copyStore(from, to, quietly, ongoing)
    await from.conversations.reviseAnswer('t1', 'By', ongoing)
    await from.conversations.savePosition({ ...position, position: 'step 3' }, ongoing)
    await to.documents.replaceEntries([fakeEntry({ id: 'mine' }, ['mine'])], ongoing)
    await to.documents.replaceEntries(
      [fakeEntry({ id: 'd3', source: 'repo' }, ['same revision, other words'])],
      ongoing,
    )
    await to.documents.verify({ ...verification, by: 'bob' }, ongoing)
    await to.conversations.addTurn({ ...turn, traceId: 't2' }, ongoing)
    const rows = await copyStore(from, to, { ...quietly, overwrite: true }, ongoing)
    expect(isWhole(rows)).toBe(true)
    expect(rows.find(({ kind }) => kind === 'turns')).toMatchObject({ origin: 1, arrived: 1, others: 1 })
    expect(await to.documents.document('mine', localPrincipal, ongoing)).toBeUndefined()
    expect(await to.documents.verifications(['d0'], ongoing)).toEqual(new Map([['d0', verification]]))
  })

  it('says so when something did not arrive as it was', async () => {
    await using from = await filledStore()
    await using to = await emptyStore()
    await copyStore(from, to, quietly, ongoing)
    await to.documents.replaceEntries([fakeEntry({ id: 'd3', source: 'repo' }, ['pod 3', 'altered'])], ongoing)
    const rows = await copyStore(from, to, quietly, ongoing)
    expect(isWhole(rows)).toBe(false)
    const differing = rows.filter(({ checksum }) => checksum.origin !== checksum.destination)
    expect(differing.map(({ kind }) => kind)).toEqual(['entries', 'documents', 'passages'])
  })
})
