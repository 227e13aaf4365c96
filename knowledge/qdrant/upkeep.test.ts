import { describe, expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { keepRepaired, type UpkeepParts } from './upkeep.ts'

const usual = { host: 'qdrant:6333', version: '1.19.0', collection: 'nightdesk-v1-words' }
const ongoing = new AbortController().signal

/**
 * Keeps up an index of which these things are seen, one look after the other, for a truth of one passage.
 * @returns After which looks it was repaired.
 */
async function repairsFor(looks: readonly (Partial<{ passages: number; isServing: boolean }> | Error)[]) {
  const truth = openMemoryStore()
  await truth.documents.replaceEntries([fakeEntry({ id: 'd' }, ['pod'])], ongoing)
  const over = new AbortController()
  const repairs: number[] = []
  let at = 0
  const parts: UpkeepParts = {
    truth,
    log: silentLog,
    index: {
      async status() {
        const look = looks[at++]
        if (look instanceof Error) throw look
        return { ...usual, passages: 1, isServing: true, ...look }
      },
    },
    async repair() {
      repairs.push(at)
      return { passages: 1, added: 1, dropped: 0 }
    },
    async pause() {
      if (at === looks.length) over.abort(new Error('over'))
      over.signal.throwIfAborted()
    },
  }
  await expect(keepRepaired(parts, over.signal)).rejects.toThrow('over')
  return repairs
}

describe('keeping the passage index repaired', () => {
  it('leaves alone what is in order', async () => {
    expect(await repairsFor([{}, {}, {}])).toEqual([])
  })

  it('repairs a difference that stays, not one that is a write under way', async () => {
    expect(await repairsFor([{ passages: 0 }, { passages: 0 }, {}])).toEqual([2])
    expect(await repairsFor([{ passages: 0 }, { passages: 2 }, { passages: 3 }, {}, { passages: 3 }])).toEqual([])
  })

  it('fills a collection that does not serve yet at once', async () => {
    expect(await repairsFor([{ isServing: false }, {}])).toEqual([1])
  })

  it('does not take back what another process took over', async () => {
    expect(
      await repairsFor([{}, { isServing: false }, { isServing: false }, { passages: 0 }, { passages: 0 }]),
    ).toEqual([5])
    expect(await repairsFor([{ isServing: false }, { isServing: false }])).toEqual([1])
  })

  it('goes on after it could not look', async () => {
    expect(await repairsFor([new Error('away'), { isServing: false }])).toEqual([2])
  })
})
