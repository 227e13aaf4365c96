import { describe, expect, it } from 'vitest'
import type { Freshness } from '#knowledge/freshness.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import type { PassageIndex } from '#knowledge/passage-index.ts'
import { localPrincipal, type Principal } from '#knowledge/principal.ts'
import { termsOfPassage } from '#knowledge/terms/passage-terms.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { silentLog } from '#runtime/log.ts'
import { SoftMatch } from './ranking/soft-match.ts'
import { createSearch, type SearchParts } from './search.ts'

const ongoing = new AbortController().signal
const fresh: Freshness = {
  state: 'fresh',
  editedAt: new Date(0),
  documentEditedAt: new Date(0),
  reasons: [],
  brokenReferences: [],
  contradictedBy: [],
}
const model = await loadOpsEmbed()

const pages = [
  {
    id: 'drain',
    title: 'Drain a node',
    text: 'Run `kubectl drain NODE --ignore-daemonsets` before you reboot the node.',
    audience: [],
  },
  {
    id: 'cert',
    title: 'Rotate the gateway certificate',
    text: 'The certificate of the gateway expires every 90 days. Renew it with `gatectl renew`.',
    audience: [],
  },
  {
    id: 'pay',
    title: 'Payment secrets',
    text: 'The payment terminal is reset with the master code of the finance team.',
    audience: ['finance'],
  },
  {
    id: 'ja',
    title: 'バックアップの復元',
    text: '夜間バックアップから台帳データベースを復元するには、復元ジョブを実行します。',
    audience: [],
  },
]

async function searching(parts: Partial<SearchParts> = {}) {
  const store = openMemoryStore()
  const entries = pages.map(({ id, title, text, audience }) => {
    const lang = id === 'ja' ? ('ja' as const) : ('en' as const)
    const passage = fakePassage({ id: `${id}#0`, documentId: id, text, lang, heading: [title] })
    const terms = termsOfPassage(title, passage)
    return fakeEntry({ id, title, audience, lang }, [
      { ...passage, terms, embedding: model.encode(`${title} ${text}`) },
    ])
  })
  await store.documents.replaceEntries(entries, ongoing)
  const search = createSearch({
    index: store.index,
    embedder: model,
    softMatch: new SoftMatch(model),
    freshnessOf: async (passages) => passages.map(() => fresh),
    log: silentLog,
    ...parts,
  })
  return (text: string, principal: Principal = localPrincipal) => search({ text, limit: 5, principal }, ongoing)
}

describe('search', () => {
  it('gives as many results as are asked for, where there are as many', async () => {
    const store = openMemoryStore()
    const entries = Array.from({ length: 200 }, (_, n) => {
      const text = `Restart service${n} on host${n * 7} after alert${n * 13}, then look at panel${n * 3} and page team${n}.`
      const passage = fakePassage({ id: `p${n}#0`, documentId: `p${n}`, text, heading: [`Service ${n}`] })
      const terms = termsOfPassage(`Service ${n}`, passage)
      return fakeEntry({ id: `p${n}`, title: `Service ${n}` }, [{ ...passage, terms, embedding: model.encode(text) }])
    })
    await store.documents.replaceEntries(entries, ongoing)
    const search = createSearch({
      index: store.index,
      embedder: model,
      softMatch: new SoftMatch(model),
      freshnessOf: async (passages) => passages.map(() => fresh),
      log: silentLog,
    })
    for (const limit of [10, 50, 100]) {
      const found = await search({ text: 'restart a service', limit, principal: localPrincipal }, ongoing)
      expect(found.passages).toHaveLength(limit)
    }
  })

  it('puts the passage that answers first, with a score of at most 1', async () => {
    const search = await searching()
    const found = await search('um, which command do I run to drain a node before a reboot?')
    expect(found.passages[0]?.document.id).toBe('drain')
    expect(found.relevant).toBe(true)
    for (const { score } of found.passages) expect(score).toBeLessThanOrEqual(1)
    expect(found.passages.map(({ rank }) => rank)).toEqual(found.passages.map((_, at) => at + 1))
  })

  it('finds a Japanese page for an English question and the other way round', async () => {
    const search = await searching()
    expect((await search('restore the database from the backup')).passages[0]?.document.id).toBe('ja')
    expect((await search('証明書の有効期限と更新')).passages[0]?.document.id).toBe('cert')
  })

  it('says when nothing is relevant', async () => {
    const search = await searching()
    expect((await search("what is the cafeteria's menu on Thursdays for vegetarians?")).relevant).toBe(false)
    expect((await search('???')).relevant).toBe(false)
  })

  it('never shows a passage outside the audiences of who asks', async () => {
    const search = await searching()
    const outsider = await search('reset the payment terminal with the master code', {
      name: 'sre',
      audiences: ['sre'],
    })
    expect(outsider.passages.map(({ document }) => document.id)).not.toContain('pay')
    const insider = await search('reset the payment terminal with the master code', {
      name: 'cfo',
      audiences: ['finance'],
    })
    expect(insider.passages[0]?.document.id).toBe('pay')
  })

  it('searches by words alone when the embedder fails, and says so', async () => {
    const failing = {
      id: 'down',
      dimensions: 256,
      embed: () => Promise.reject(new Error('refused')),
      [Symbol.asyncDispose]: async () => {},
    }
    const search = await searching({ embedder: failing, softMatch: undefined })
    const found = await search('kubectl drain --ignore-daemonsets node reboot')
    expect(found.passages[0]?.document.id).toBe('drain')
    expect(found.relevant).toBe(true)
    expect(found.warnings.map(({ code }) => code)).toEqual(['embedder_failed'])
  })

  it('says what the index has to do without', async () => {
    const { index } = openMemoryStore()
    const lacking: PassageIndex = {
      matching: (...asked) => index.matching(...asked),
      nearest: (...asked) => index.nearest(...asked),
      candidates: (...asked) => index.candidates(...asked),
      statistics: (...asked) => index.statistics(...asked),
      load: (...asked) => index.load(...asked),
      shortfall: () => 'Found by words alone.',
      [Symbol.asyncDispose]: async () => {},
    }
    const search = await searching({ index: lacking })
    expect((await search('kubectl drain')).warnings).toEqual([
      { code: 'index_failed', message: 'Found by words alone.' },
    ])
  })

  it('lets nobody wait again for an embedder that has just failed', async () => {
    let asked = 0
    const failing = {
      id: 'down',
      embed: () => {
        asked++
        return Promise.reject(new Error('refused'))
      },
    }
    const search = await searching({ embedder: failing, softMatch: undefined })
    for (const question of ['drain a node', 'reboot a node'])
      expect((await search(question)).warnings.map(({ code }) => code)).toEqual(['embedder_failed'])
    expect(asked).toBe(1)
  })
})
