import { describe, expect, it } from 'vitest'
import type { Answer, Ask, Citation, RankedPassage, Search } from '#knowledge/answer.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { fakeDocument, fakePassage } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { fixedClock } from '#runtime/clock.ts'
import { parseQuestionSet } from './question-set.ts'
import { evalJson } from './report/json.ts'
import { evalTable } from './report/table.ts'
import { type EvalParts, runEval } from './run.ts'

const ongoing = new AbortController().signal
const editedAt = new Date('2026-01-01T00:00:00Z')
const freshness: Freshness = {
  state: 'fresh',
  editedAt,
  documentEditedAt: editedAt,
  reasons: [],
  brokenReferences: [],
  contradictedBy: [],
}
const redis = fakeDocument({ id: 'redis', path: 'redis.md', title: 'Redis' })
const failover = fakePassage({ id: 'redis#0', heading: ['Failover'], text: 'Run `redis-cli failover` on the replica.' })
const old = fakePassage({ id: 'redis#1', heading: ['Failover before 7'], text: 'Run SLAVEOF NO ONE.' })
const ranked = (passage: RankedPassage['passage'], rank: number): RankedPassage => ({
  rank,
  score: 1 / rank,
  passage,
  document: redis,
  freshness,
})

const set = parseQuestionSet(
  'ours.jsonl',
  [
    {
      id: 'known',
      lang: 'en',
      kind: 'stale',
      question: 'How do I fail over redis?',
      answer_key_points: ['redis-cli failover', 'replica'],
      gold: [{ path: 'redis.md', heading: 'Failover' }],
      superseded: [{ path: 'redis.md', heading: 'Failover before 7' }],
      must_not: ['SLAVEOF NO ONE'],
    },
    { id: 'unknown', lang: 'ja', kind: 'unanswerable', question: '給料日は?' },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n'),
)

const search: Search = async ({ text }) => ({
  passages: text.includes('redis') ? [ranked(old, 1), ranked(failover, 2)] : [],
  relevance: text.includes('redis') ? 0.9 : 0,
  relevant: text.includes('redis'),
  timingsMs: {},
  warnings: [],
})

const citation: Citation = {
  n: 1,
  quote: failover.text,
  passageId: failover.id,
  heading: failover.heading,
  document: redis,
  freshness,
}
const answer: Answer = {
  answer: 'Run `redis-cli failover` on the replica. [1]',
  spoken: 'Run redis-cli failover on the replica.',
  abstained: false,
  confidence: 0.9,
  lang: 'en',
  citations: [citation],
  warnings: [],
  conversationId: 'c',
  traceId: 't',
  provider: 'extractive',
  timingsMs: {},
  costUsd: 0,
}
const abstention: Answer = { ...answer, answer: 'No document says.', abstained: true, citations: [] }
const askOf = (known: Answer): Ask =>
  async function* ({ text }) {
    yield { kind: 'delta', text: 'Run' }
    yield { kind: 'done', answer: text.includes('redis') ? known : abstention }
  }

const parts = (given: Partial<EvalParts> = {}): EvalParts => ({
  set,
  search,
  passagesOf: async () => [failover, old],
  principal: localPrincipal,
  clock: fixedClock('2026-06-01T00:00:00Z'),
  ...given,
})

describe('runEval', () => {
  it('measures retrieval alone when nothing answers', async () => {
    const report = await runEval(parts(), ongoing)
    const all = report.groups[0]?.figures
    expect(report.retrievalOnly).toBe(true)
    expect(all).toMatchObject({ questions: 2, answerable: 1, errors: 0, supersededFirst: 1 })
    expect(all?.section).toMatchObject({ recallAt1: 0, recallAt5: 1, mrrAt10: 0.5 })
    expect(all?.document).toMatchObject({ recallAt1: 1 })
    expect(all?.searchAbstention).toEqual({ precision: 1, recall: 1, falseRate: 0 })
    expect(all?.answerAbstention).toBeUndefined()
    expect(report.groups.map(({ name }) => name)).toEqual([
      'all',
      'kind stale',
      'kind unanswerable',
      'lang en',
      'lang ja',
      'stale en',
      'unanswerable ja',
    ])
  })

  it('measures what is answered', async () => {
    const report = await runEval(parts({ ask: askOf(answer) }), ongoing)
    expect(report.groups[0]?.figures).toMatchObject({
      keyPointCoverage: 1,
      complete: 1,
      mustNotViolations: 0,
      citationValidity: 1,
      promisesKept: 1,
      answerAbstention: { precision: 1, recall: 1, falseRate: 0 },
    })
  })

  it('sees an answer that recommends the old way and misquotes', async () => {
    const wrong = { ...answer, answer: 'Run SLAVEOF NO ONE. [1]', citations: [{ ...citation, quote: 'made up' }] }
    const report = await runEval(parts({ ask: askOf(wrong) }), ongoing)
    expect(report.groups[0]?.figures).toMatchObject({ keyPointCoverage: 0, mustNotViolations: 1, citationValidity: 0 })
    expect(report.cases[0]?.answer?.citationFaults).toEqual(['The quote of [1] is not in its document.'])
  })

  it('counts a question that fails as one that found nothing, and goes on', async () => {
    const failing: Search = async (query, signal) => {
      if (query.text.includes('redis')) throw new Error('the index is gone')
      return search(query, signal)
    }
    const report = await runEval(parts({ search: failing }), ongoing)
    expect(report.cases.map(({ error }) => error)).toEqual(['the index is gone', undefined])
    expect(report.groups[0]?.figures).toMatchObject({ errors: 1, section: { recallAt5: 0 } })
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const progress: number[] = []
    const run = runEval(
      parts({
        onProgress: (done) => {
          progress.push(done)
          stop.abort(new Error('enough'))
        },
        search: async (query, signal) => {
          signal.throwIfAborted()
          return search(query, signal)
        },
      }),
      stop.signal,
    )
    await expect(run).rejects.toThrow('enough')
    expect(progress).toEqual([1])
  })

  it('can be printed as a table and written as JSON', async () => {
    const report = await runEval(parts({ ask: askOf(answer) }), ongoing)
    expect(evalTable(report)).toMatch(/^all +2 +0\.000 +1\.000/m)
    expect(evalJson(report)).toMatchObject({
      set: 'ours.jsonl',
      retrieval_only: false,
      groups: [{ name: 'all', figures: { section: { recall_at5: 1 }, key_point_coverage: 1 } }, {}, {}, {}, {}, {}, {}],
      cases: [{ question: { id: 'known' } }, {}],
    })
  })
})
