import { describe, expect, it } from 'vitest'
import type { SearchQuery } from '#knowledge/answer.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { alertQueries } from './alert-queries.ts'
import { runbookFor } from './find-runbook.ts'

const ongoing = new AbortController().signal
const everybody = { name: 'everybody', audiences: [] }

async function wiki() {
  const store = openMemoryStore()
  const page = (id: string, path: string, audience: string[] = []) =>
    fakeEntry(fakeDocument({ id, path, url: `https://wiki.example/${id}`, audience }), [
      fakePassage({ id: `${id}#0`, ordinal: 0, heading: ['Meaning'], text: `What ${id} means.` }),
      fakePassage({ id: `${id}#1`, ordinal: 1, heading: ['Memory is full'], text: `What to do about ${id}.` }),
    ])
  await store.documents.replaceEntries(
    [page('redis', 'runbooks/redis-sentinel.md'), page('vault', 'runbooks/vault.md', ['sre'])],
    ongoing,
  )
  const asked: SearchQuery[] = []
  const parts = {
    documents: store.documents,
    freshnessOf: (document: { editedAt: Date }, editedAt: Date) => ({
      state: 'fresh' as const,
      editedAt,
      documentEditedAt: document.editedAt,
      reasons: [],
      brokenReferences: [],
      contradictedBy: [],
    }),
    search: async (query: SearchQuery) => {
      asked.push(query)
      return { passages: [], relevance: 0, relevant: false, timingsMs: {}, warnings: [] }
    },
  }
  const named = async (runbookUrl: string) =>
    (await runbookFor(parts, 'Trouble', { title: 'Trouble', runbookUrl }, everybody, ongoing))?.passageId
  return { named }
}

describe('the runbook that an alert names', () => {
  it('is found by its address, and by its path at another', async () => {
    const { named } = await wiki()
    expect(await named('https://wiki.example/redis/')).toBe('redis#0')
    expect(await named('https://github.com/acme/docs/blob/main/runbooks/redis-sentinel.md')).toBe('redis#0')
    expect(await named('https://runbooks.example/redis-sentinel')).toBe('redis#0')
  })

  it('is opened at the section that is named', async () => {
    const { named } = await wiki()
    expect(await named('https://github.com/acme/docs/blob/main/runbooks/redis-sentinel.md#memory-is-full')).toBe(
      'redis#1',
    )
  })

  it('is none where no document is there, or not for everybody', async () => {
    const { named } = await wiki()
    expect(await named('https://elsewhere.example/kafka')).toBeUndefined()
    expect(await named('https://wiki.example/vault')).toBeUndefined()
    expect(await named('no address')).toBeUndefined()
  })
})

describe('what is looked for', () => {
  it('is the name of the rule, its words, what it says, and nothing of its labels', () => {
    const text = [
      'KawaraErrorRateHigh kawara tyo',
      'More than 2 % of charges fail',
      'alertname: KawaraErrorRateHigh',
      'service: kawara',
      'severity: critical',
      'instance: 10.0.0.3:9121',
      'prometheus: monitoring/k8s',
      'Source: https://grafana.example/alerting/grafana/ab12/view',
    ].join('\n')
    const queries = alertQueries('KawaraErrorRateHigh kawara tyo', text)
    expect(queries[0]).toBe('KawaraErrorRateHigh')
    expect(queries[1]).toContain('Kawara Error Rate High')
    expect(queries[2]).toContain('of charges fail')
    expect(queries.join('\n')).not.toMatch(/critical|10\.0\.0\.3|monitoring|grafana|https/)
  })

  it('is what a Japanese alert says', () => {
    expect(alertQueries('キューの滞留', 'キューの滞留\nsummary: 通知キューに5万件たまっている').join()).toContain(
      'たまっている',
    )
  })
})
