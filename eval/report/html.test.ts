import { expect, it } from 'vitest'
import type { EvalCase, EvalReport } from '../eval-report.ts'
import { figureGroups } from '../figures.ts'
import { parseQuestionSet } from '../question-set.ts'
import { rankingFigures } from '../ranking-metrics.ts'
import { parseBaseline } from './baseline.ts'
import { evalHtml } from './html.ts'
import { html, Markup } from './markup.ts'

const [question] = parseQuestionSet(
  'set',
  JSON.stringify({
    id: 'q1',
    lang: 'en',
    kind: 'single',
    question: 'What does <script>alert(1)</script> & "co" do?',
    answer_key_points: ['maxPods'],
    gold: [{ path: 'limits.md', heading: 'Limits' }],
  }),
).questions

function report(section = rankingFigures([], 1)): EvalReport {
  if (question === undefined) throw new Error('no question')
  const cases: EvalCase[] = [
    {
      question,
      retrieval: {
        ms: 3,
        relevance: 0.4,
        relevant: true,
        found: [],
        section,
        document: section,
        supersededFirst: false,
      },
    },
  ]
  return {
    set: 'ours.jsonl',
    at: new Date('2026-01-01T00:00:00Z'),
    retrievalOnly: true,
    groups: figureGroups(cases),
    cases,
  }
}

it('escapes what comes from outside, and nothing of its own', () => {
  expect(html`<p>${'<b>'} ${[1, html`<i>${"'"}</i>`]} ${undefined}${new Markup('<hr>')}</p>`.text).toBe(
    '<p>&lt;b&gt; 1<i>&#39;</i> <hr></p>',
  )
  const page = evalHtml(report())
  expect(page).toContain('What does &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot; do?')
  expect(page).not.toContain('<script>alert')
})

it('asks nothing of any other server', () => {
  const page = evalHtml(report())
  expect(page).toContain("default-src 'none'")
  expect(page).not.toMatch(/(?:src|href)="(?!#)|url\(|@import/)
})

it('marks what went wrong', () => {
  expect(evalHtml(report())).toContain('data-fault="section not found"')
  expect(evalHtml(report())).toContain('no gold section in the first 5')
})

it('shows how far it is from what it is compared with', () => {
  const short = { r1: 0.5, r5: 0.5, r10: 0.5, mrr10: 0.5, ndcg10: 0.5 }
  const baseline = parseBaseline('plain words', JSON.stringify({ dev: { all: { chunk: short, doc: short } } }))
  expect(evalHtml(report(), baseline)).toMatch(/worse[^<]*>−0\.500/)
  expect(evalHtml(report(rankingFigures([[0]], 1)), baseline)).toMatch(/better[^<]*>\+0\.500/)
})
