import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import type { CandidateIndex, Truth } from './candidate-index.ts'
import { documentStoreContract } from './document-store.contract.ts'
import type { DocumentStore, EntryContent } from './document-store.ts'
import { openMemoryStore } from './memory/memory-store.ts'
import { fakeEntry, fakePassage } from './passage.fake.ts'
import { passageIndexContract } from './passage-index.contract.ts'
import type { PassageIndex } from './passage-index.ts'
import { localPrincipal } from './principal.ts'
import { openScaleOutStore, type ScaleOutStore } from './scale-out-store.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }

/**
 * What it means to be a CandidateIndex: with documents kept in memory it makes a whole store, also when writers die or
 * cross each other.
 */
export function candidateIndexContract(open: () => Promise<CandidateIndex>): void {
  describe('with documents in memory', () => {
    documentStoreContract(async () => storeOver(await open()))
    passageIndexContract(async () => storeOver(await open()))
  })

  it('still finds what is stored when a writer dies before its documents are stored', async () => {
    await using candidates = await open()
    const store = storeOver(candidates)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['fail over by hand'])], ongoing)
    await candidates.put([fakeEntry({ id: 'redis' }, ['failover is automatic'], 'r2')], ongoing)
    expect(await textsFound(store, ['hand'])).toEqual(['fail over by hand'])
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['call bob'], 'r2')], ongoing)
    expect(await store.index.matching(['hand', 'automatic'], everybody, 5, ongoing)).toEqual([])
    expect(await textsFound(store, ['bob'])).toEqual(['call bob'])
  })

  it('shows a document to everybody until it is stored that only some may see it', async () => {
    await using candidates = await open()
    const store = storeOver(candidates)
    const guest = { principal: { name: 'guest', audiences: [] } }
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['by hand'])], ongoing)
    await candidates.put([fakeEntry({ id: 'redis', audience: ['sre'] }, ['by hand'], 'r2')], ongoing)
    expect(await store.index.matching(['hand'], guest, 5, ongoing)).toHaveLength(1)
  })

  it('loads nothing of what a writer left behind that died before it tidied up', async () => {
    await using candidates = await open()
    const truth = openMemoryStore()
    const store = storeOver(candidates, truth)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['by hand', 'call bob'])], ongoing)
    const next = fakeEntry({ id: 'redis' }, ['by itself'], 'r2')
    await candidates.put([next], ongoing)
    await truth.documents.replaceEntries([next], ongoing)
    expect(await textsFound(store, ['itself', 'bob', 'hand'])).toEqual(['by itself'])
    await candidates.settle({ written: [next], overtaken: [] }, truthOf(truth), ongoing)
    expect(await store.index.matching(['bob', 'hand'], everybody, 5, ongoing)).toEqual([])
    expect(await store.index.matching(['itself'], everybody, 5, ongoing)).toHaveLength(1)
  })

  it('takes back what it put for an entry that was overtaken', async () => {
    await using candidates = await open()
    const store = storeOver(candidates)
    await store.documents.replaceEntries([fakeEntry({ id: 'redis' }, ['automatic', 'call bob'], 'r3')], ongoing)
    const slow = { ...fakeEntry({ id: 'redis' }, ['by fax', 'call bob'], 'r2'), replaces: 'r1' }
    expect(await store.documents.replaceEntries([slow], ongoing)).toEqual([slow.entry])
    expect(await store.index.matching(['fax'], everybody, 5, ongoing)).toEqual([])
    expect(await textsFound(store, ['automatic', 'bob'])).toEqual(['automatic', 'call bob'])
  })

  it('finds the later content of an entry that is written twice at once', async () => {
    await using candidates = await open()
    const store = storeOver(candidates)
    const twice = [fakeEntry({ id: 'redis' }, ['by hand'], 'r1'), fakeEntry({ id: 'redis' }, ['by itself'], 'r2')]
    await store.documents.replaceEntries(twice, ongoing)
    expect(await store.index.matching(['hand'], everybody, 5, ongoing)).toEqual([])
    expect(await textsFound(store, ['itself'])).toEqual(['by itself'])
  })

  it('finds the winner of two writers, whichever of them tidies up last', async () => {
    for (const order of ['first', 'second'] as const) {
      await using candidates = await open()
      const truth = openMemoryStore()
      const store = storeOver(candidates, truth)
      const one = fakeEntry({ id: 'redis' }, ['by hand', 'call bob'], 'r1')
      const two = fakeEntry({ id: 'redis' }, ['by itself', 'call bob', 'and wait'], 'r2')
      await candidates.put([one], ongoing)
      await candidates.put([two], ongoing)
      await truth.documents.replaceEntries([one], ongoing)
      if (order === 'first') await settle(candidates, one, truth)
      await truth.documents.replaceEntries([two], ongoing)
      await settle(candidates, two, truth)
      if (order === 'second') await settle(candidates, one, truth)
      expect(await store.index.matching(['hand'], everybody, 5, ongoing)).toEqual([])
      expect(await textsFound(store, ['itself', 'bob', 'wait'])).toEqual(['and wait', 'by itself', 'call bob'])
    }
  })

  it('leaves what another writer stores while it tidies up', async () => {
    await using candidates = await open()
    const truth = openMemoryStore()
    const store = storeOver(candidates, truth)
    const one = fakeEntry({ id: 'redis' }, ['by hand'], 'r1')
    const two = fakeEntry({ id: 'redis' }, ['by hand', 'or by itself'], 'r2')
    await candidates.put([one], ongoing)
    await truth.documents.replaceEntries([one], ongoing)
    await candidates.put([two], ongoing)
    let loads = 0
    const crossed: Truth = {
      ...truthOf(truth),
      passages: {
        async load(ids, filter, signal) {
          const loaded = await truth.index.load(ids, filter, signal)
          if (loads++ === 0) await truth.documents.replaceEntries([two], ongoing)
          return loaded
        },
      },
    }
    await candidates.settle({ written: [one], overtaken: [] }, crossed, ongoing)
    expect(await textsFound(store, ['itself'])).toEqual(['or by itself'])
  })

  it('keeps an entry that comes back while it is being removed', async () => {
    await using candidates = await open()
    const truth = openMemoryStore()
    const store = storeOver(candidates, truth)
    const entry = fakeEntry({ id: 'redis' }, ['by hand'])
    await store.documents.replaceEntries([entry], ongoing)
    await candidates.remove('wiki', [entry.entry], truthOf(truth), ongoing)
    expect(await textsFound(store, ['hand'])).toEqual(['by hand'])
  })

  it('repairs itself from the documents', async () => {
    await using candidates = await open()
    const truth = openMemoryStore()
    const store = storeOver(candidates, truth)
    const embedding = Float32Array.of(1, 0)
    const entries = Array.from({ length: 7 }, (_, n) =>
      fakeEntry({ id: `d${n}`, source: `s${n % 2}` }, [fakePassage({ id: `d${n}#0`, text: `pod ${n}`, embedding })]),
    )
    await store.documents.replaceEntries(entries.slice(0, 3), ongoing)
    await truth.documents.replaceEntries(entries.slice(2), ongoing)
    await truth.documents.removeEntries('s0', ['d0.md'], ongoing)
    const progress: number[] = []
    const report = await store.repair(({ done }) => progress.push(done), ongoing)
    expect(report).toEqual({ passages: 6, added: 4, dropped: 1 })
    expect(progress.at(-1)).toBe(6)
    const found = await store.index.matching(['pod'], everybody, 50, ongoing)
    expect(found.map(({ passageId }) => passageId).toSorted()).toEqual(['d1#0', 'd2#0', 'd3#0', 'd4#0', 'd5#0', 'd6#0'])
    expect(await store.index.nearest(embedding, everybody, 50, ongoing)).toHaveLength(6)
    expect(await store.repair(() => {}, ongoing)).toEqual({ passages: 6, added: 0, dropped: 0 })
  })
}

function settle(candidates: CandidateIndex, entry: EntryContent, truth: ReturnType<typeof openMemoryStore>) {
  return candidates.settle({ written: [entry], overtaken: [] }, truthOf(truth), ongoing)
}

function truthOf({ documents, index }: { documents: DocumentStore; index: PassageIndex }): Truth {
  return { documents, passages: index }
}

function storeOver(candidates: CandidateIndex, truth = openMemoryStore()): ScaleOutStore {
  const { conversations } = truth
  return openScaleOutStore({ ...truthOf(truth), conversations, candidates, log: silentLog })
}

async function textsFound({ index }: ScaleOutStore, terms: readonly string[]): Promise<string[]> {
  const ids = await index.candidates({ terms: [terms], embeddings: [], limitEach: 20, limit: 20 }, everybody, ongoing)
  return (await index.load(ids, everybody, ongoing)).map(({ text }) => text).toSorted()
}
