import { describe, expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { versionOf } from '#knowledge/versioned-candidates.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeQdrant } from './qdrant.fake.ts'
import { openQdrantIndex } from './qdrant-index.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }
const rounds = 40
const writers = 3

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('documents in one engine and candidates in Qdrant', () => {
  it.each([1, 2, 3])('agree after a repair, whatever failed, died or crossed before (seed %i)', async (seed) => {
    const random = numbersFrom(seed)
    await using fake = await fakeQdrant()
    const truth = openMemoryStore()
    const { documents, index: passages, conversations } = truth
    const stores = Array.from({ length: writers }, () => {
      const usual = { name: 'nightdesk', models: [], quantization: 'none', log: silentLog, retryDelayMs: 0 } as const
      const candidates = openQdrantIndex({ url: fake.url, ...usual })
      return openScaleOutStore({ documents, passages, conversations, candidates, log: silentLog })
    })
    const [first] = stores
    await first?.documents.replaceEntries([], ongoing)
    const onRequest = new Set<() => void>()
    let failed = 0
    fake.fault = () => {
      for (const look of onRequest) look()
      return random() < 0.05 ? (random() < 0.5 ? 'reset' : { status: 400 }) : undefined
    }
    fake.lostAnswer = () => (random() < 0.05 ? 'reset' : undefined)

    const write = async (store: (typeof stores)[number], round: number) => {
      const killed = new AbortController()
      let requestsLeft = Math.floor(random() * 24)
      const countDown = () => requestsLeft-- === 0 && killed.abort(new Error('killed'))
      onRequest.add(countDown)
      const id = `d${Math.floor(random() * 4)}`
      const texts = Array.from(
        { length: 1 + Math.floor(random() * 4) },
        (_, n) => `pod ${id} ${random() < 0.5 ? n : round}`,
      )
      const entry = fakeEntry({ id }, texts, `r${round}`)
      const replaces =
        random() < 0.5 ? undefined : ((await documents.revisions('wiki', ongoing)).get(`${id}.md`) ?? null)
      try {
        if (random() < 0.2) await store.documents.removeEntries('wiki', [`${id}.md`], killed.signal)
        else await store.documents.replaceEntries([{ ...entry, replaces }], killed.signal)
      } catch {
        failed++
      } finally {
        onRequest.delete(countDown)
      }
    }
    for (let round = 0; round < rounds; round++) await Promise.all(stores.map((store) => write(store, round)))

    fake.fault = () => undefined
    fake.lostAnswer = () => undefined
    await first?.repair(() => {}, ongoing)
    const held = [...(fake.collections.values().next().value?.points.keys() ?? [])].map(String)
    const stored: string[] = []
    for (const { id } of (await documents.documents(everybody, undefined, 100, ongoing)).documents) {
      const ids = (await documents.passagesOf(id, localPrincipal, ongoing)).map((passage) => passage.id)
      for (const passage of await passages.load(ids, everybody, ongoing)) stored.push(versionOf(passage))
    }
    expect(held.toSorted()).toEqual(stored.toSorted())
    expect(stored).not.toEqual([])
    expect(failed).toBeGreaterThan(5)
    for (const store of stores) await store[Symbol.asyncDispose]()
  })
})
