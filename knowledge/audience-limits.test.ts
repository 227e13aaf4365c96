import { describe, expect, it } from 'vitest'
import { limitedByAudience } from './audience-limits.ts'
import { documentStoreContract } from './document-store.contract.ts'
import { openMemoryStore } from './memory/memory-store.ts'
import { fakeEntry } from './passage.fake.ts'
import { passageIndexContract } from './passage-index.contract.ts'
import { localPrincipal, type Principal } from './principal.ts'

const ongoing = new AbortController().signal
const bob: Principal = { name: 'bob', audiences: [] }
const sre: Principal = { name: 'alice', audiences: ['sre'] }

/** Synced when everybody might see it; the configuration has been narrowed since. */
async function narrowed() {
  const store = openMemoryStore()
  await store.documents.replaceEntries(
    [fakeEntry({ id: 'vault', source: 'secret' }, ['unseal the vault']), fakeEntry({ id: 'redis' }, ['restart redis'])],
    ongoing,
  )
  return limitedByAudience(store, (source) => (source === 'secret' ? ['sre'] : undefined))
}

describe('a store limited by the configured audiences', () => {
  documentStoreContract(async () => limitedByAudience(openMemoryStore(), () => []))
  passageIndexContract(async () => limitedByAudience(openMemoryStore(), () => []))

  it('hides what was stored for everybody from whom the configuration no longer lets see it', async () => {
    const { documents, index } = await narrowed()
    expect(await documents.document('vault', bob, ongoing)).toBeUndefined()
    expect(await documents.passagesOf('vault', bob, ongoing)).toEqual([])
    const page = await documents.documents({ principal: bob }, undefined, 10, ongoing)
    expect(page.documents.map(({ id }) => id)).toEqual(['redis'])
    const loaded = await index.load(['vault#0', 'redis#0'], { principal: bob }, ongoing)
    expect(loaded.map(({ id }) => id)).toEqual(['redis#0'])
  })

  it('fills pages with what may be seen, and names nothing else in their cursors', async () => {
    const store = openMemoryStore()
    const [secret, wiki] = ['secret', 'wiki'].map((source) =>
      ['a', 'b', 'c'].map((name) => fakeEntry({ id: `${source}-${name}`, source }, ['text'])),
    )
    await store.documents.replaceEntries([...(secret ?? []), ...(wiki ?? [])], ongoing)
    const { documents } = limitedByAudience(store, (source) => (source === 'secret' ? ['sre'] : undefined))
    const first = await documents.documents({ principal: bob }, undefined, 2, ongoing)
    expect(first.documents.map(({ id }) => id)).toEqual(['wiki-a', 'wiki-b'])
    expect(Buffer.from(first.nextCursor ?? '', 'base64url').toString()).not.toContain('secret')
    const second = await documents.documents({ principal: bob }, first.nextCursor, 2, ongoing)
    expect(second.documents.map(({ id }) => id)).toEqual(['wiki-c'])
    expect(second.nextCursor).toBeUndefined()
  })

  it('shows it to those who still may', async () => {
    const { documents, index } = await narrowed()
    for (const principal of [sre, localPrincipal]) {
      expect(await documents.document('vault', principal, ongoing)).toMatchObject({ id: 'vault' })
      expect(await documents.passagesOf('vault', principal, ongoing)).toHaveLength(1)
      expect(await index.load(['vault#0'], { principal }, ongoing)).toHaveLength(1)
    }
  })

  it('opens nothing that was stored for fewer', async () => {
    const store = openMemoryStore()
    await store.documents.replaceEntries([fakeEntry({ id: 'vault', audience: ['sre'] }, ['unseal it'])], ongoing)
    const limited = limitedByAudience(store, () => [])
    expect(await limited.documents.document('vault', bob, ongoing)).toBeUndefined()
    expect(await limited.index.load(['vault#0'], { principal: bob }, ongoing)).toEqual([])
  })
})
