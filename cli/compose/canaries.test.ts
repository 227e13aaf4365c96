import { expect, it } from 'vitest'
import type { Ask } from '#knowledge/answer.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { Spending } from '#providers/spending/spending.ts'
import { fixedClock } from '#runtime/clock.ts'
import { Settings } from '#runtime/config/settings.ts'
import { silentLog } from '#runtime/log.ts'
import { openCanaries } from './canaries.ts'
import { watchedProviders } from './providers.ts'

const ongoing = new AbortController().signal
const clock = fixedClock('2026-06-01T00:00:00Z')

it('draws questions from titles and headings, in the language of each, and those of the settings', async () => {
  const store = openMemoryStore()
  const redis = fakeDocument({ id: 'redis', title: 'Redis runbook', path: 'runbooks/redis.md' })
  const backup = fakeDocument({ id: 'backup', title: 'バックアップ', path: 'ja/backup.md', lang: 'ja' })
  for (const [document, heading] of [
    [redis, 'Failover'],
    [backup, '復元'],
  ] as const) {
    const passage = fakePassage({
      id: `${document.id}#1`,
      documentId: document.id,
      heading: [document.title, heading],
      text: 'By hand.',
    })
    await store.documents.replaceEntries([fakeEntry(document, [passage])], ongoing)
  }
  const asked: string[] = []
  const at = new Date('2026-06-01T00:00:00Z')
  const freshness = {
    state: 'fresh' as const,
    editedAt: at,
    documentEditedAt: at,
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
  }
  let cited = redis
  const ask: Ask = async function* ({ text }) {
    asked.push(text)
    cited = /バック/.test(text) ? backup : redis
    yield {
      kind: 'done',
      answer: {
        answer: 'By hand. [1]',
        spoken: '',
        abstained: false,
        confidence: 1,
        lang: 'en',
        citations: [{ n: 1, quote: 'By hand.', passageId: `${cited.id}#1`, heading: [], document: cited, freshness }],
        warnings: [],
        conversationId: 'c',
        traceId: 't',
        provider: 'one',
        timingsMs: {},
        costUsd: 0,
      },
    }
  }
  const questions = [
    { question: 'How is Redis failed over?', cites: 'redis.md', contains: 'by hand' },
    { question: 'How is Kafka failed over?', cites: 'kafka.md' },
  ]
  const config = { settings: Settings.parse({ canaries: { drawn: 2, questions } }) }
  const providers = watchedProviders([new ScriptedLlm(says('Hi.'), 'one')], new Spending(clock), {
    clock,
    log: silentLog,
  })
  const canaries = openCanaries({ config, ask, documents: store.documents, providers, log: silentLog })
  expect(await canaries.round(ongoing)).toEqual(['right', 'wrong'])
  expect(asked.toSorted()).toEqual(
    [
      'How is Kafka failed over?',
      'How is Redis failed over?',
      'What does “Redis runbook” say about “Failover”?',
      '「バックアップ」の「復元」には何と書いてありますか？',
    ].toSorted(),
  )
  for (let round = 0; round < 12; round++) await canaries.round(ongoing)
  expect(providers.watching.alarms().map(({ series }) => series.measure)).toEqual(['canaries'])
})
