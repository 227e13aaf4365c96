import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import { silentLog } from '#runtime/log.ts'
import type { CandidateIndex } from './candidate-index.ts'
import { conversationStoreContract } from './conversation-store.contract.ts'
import { openMemoryCandidates } from './memory/memory-candidates.ts'
import { openMemoryStore } from './memory/memory-store.ts'
import { fakeEntry } from './passage.fake.ts'
import { localPrincipal } from './principal.ts'
import { openScaleOutStore, type ScaleOutParts } from './scale-out-store.ts'

const ongoing = new AbortController().signal
const everybody = { principal: localPrincipal }

class UnreachableError extends OpsError {
  override readonly name = 'UnreachableError'
  readonly code = 'unreachable'
  readonly userMessage = 'It cannot be reached.'
  readonly retryable: boolean
  constructor(retryable = true) {
    super('unreachable')
    this.retryable = retryable
  }
}

/** Candidates of which these methods fail, in a store that finds by something else meanwhile. */
function storeWith(broken: Partial<CandidateIndex>, more: Partial<ScaleOutParts> = {}) {
  const truth = openMemoryStore()
  const candidates: CandidateIndex = { ...openMemoryCandidates(), ...broken }
  const { documents, index, conversations } = truth
  const parts = { documents, passages: index, conversations, candidates, log: silentLog }
  return { ...openScaleOutStore({ ...parts, ...more }), truth, candidates }
}

async function fails(): Promise<never> {
  throw new UnreachableError()
}

const pod = fakeEntry({ id: 'd' }, ['the pod'])
const ask = { terms: [['pod']], embeddings: [], limitEach: 5, limit: 5 }

describe('a store of documents in one engine and candidates in another', () => {
  conversationStoreContract(async () => storeWith({}))

  it('stores nothing that could not be found', async () => {
    await using store = storeWith({ put: fails })
    await expect(store.documents.replaceEntries([pod], ongoing)).rejects.toThrow(UnreachableError)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 0, passages: 0 })
  })

  it('stores and removes though the index can not be tidied, and mends it later', async () => {
    await using store = storeWith({ settle: fails, remove: fails })
    await store.documents.replaceEntries([pod], ongoing)
    expect(await store.index.candidates(ask, everybody, ongoing)).toEqual(['d#0'])
    await store.documents.removeEntries('wiki', ['d.md'], ongoing)
    expect(await store.documents.counts(ongoing)).toEqual({ documents: 0, passages: 0 })
    expect(await store.index.load(['d#0'], everybody, ongoing)).toEqual([])
    expect(await store.repair(() => {}, ongoing)).toMatchObject({ dropped: 1 })
    expect(await store.index.candidates(ask, everybody, ongoing)).toEqual([])
  })

  it('says so when the caller gives up while the index is tidied', async () => {
    const giveUp = new AbortController()
    const settle = async () => {
      giveUp.abort(new Error('hung up'))
      throw new UnreachableError()
    }
    await using store = storeWith({ settle })
    await expect(store.documents.replaceEntries([pod], giveUp.signal)).rejects.toThrow('hung up')
  })

  it('searches by something else while the index is out of reach, and asks it again after a rest', async () => {
    let asked = 0
    const clock = fixedClock('2026-01-01T00:00:00Z')
    const failing = async (): Promise<never> => {
      asked++
      throw new UnreachableError()
    }
    const fallback = openMemoryStore()
    await fallback.documents.replaceEntries([pod], ongoing)
    const more = { fallback: fallback.index, fallbackShortfall: 'Found by words alone.', clock }
    await using store = storeWith({ candidates: failing, statistics: failing }, more)
    expect(store.index.shortfall?.()).toBeUndefined()
    expect(await store.index.candidates(ask, everybody, ongoing)).toEqual(['d#0'])
    expect((await store.index.statistics(['pod'], ongoing)).frequencies).toEqual(new Map([['pod', 1]]))
    expect(asked).toBe(1)
    expect(store.index.shortfall?.()).toBe('Found by words alone.')
    clock.advance(6000)
    expect(store.index.shortfall?.()).toBeUndefined()
    expect(await store.index.candidates(ask, everybody, ongoing)).toEqual(['d#0'])
    expect(asked).toBe(2)
  })

  it('hides no mistake behind the other index', async () => {
    const matching = async (): Promise<never> => {
      throw new UnreachableError(false)
    }
    await using store = storeWith({ matching }, { fallback: openMemoryStore().index })
    await expect(store.index.matching(['pod'], everybody, 5, ongoing)).rejects.toThrow(UnreachableError)
  })

  it('tells why it finds nothing where there is nothing else to search', async () => {
    await using store = storeWith({ candidates: fails })
    await expect(store.index.candidates(ask, everybody, ongoing)).rejects.toThrow(UnreachableError)
  })

  it('closes its engines once, whichever part is disposed of', async () => {
    let closed = 0
    const close = async () => {
      closed++
    }
    const store = storeWith({ [Symbol.asyncDispose]: close })
    await Promise.all([store.index[Symbol.asyncDispose](), store.conversations[Symbol.asyncDispose]()])
    await store[Symbol.asyncDispose]()
    expect(closed).toBe(1)
  })
})
