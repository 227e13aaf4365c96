import { expect, it } from 'vitest'
import { BaselineError, parseBaseline } from './baseline.ts'

const short = { r1: 0.1, r5: 0.5, r10: 0.6, mrr10: 0.3, ndcg10: 0.4 }

it("reads a plain run's figures by group", () => {
  const json = JSON.stringify({ dev: { all: { n: 3, chunk: short, doc: { ...short, r5: 0.7 } } } })
  const all = parseBaseline('bm25', json).groups.get('all')
  expect(all?.section).toEqual({ recallAt1: 0.1, recallAt5: 0.5, recallAt10: 0.6, mrrAt10: 0.3, ndcgAt10: 0.4 })
  expect(all?.document?.recallAt5).toBe(0.7)
})

it('reads an earlier report of ours', () => {
  const section = { recall_at1: 0.1, recall_at5: 0.5, recall_at10: 0.6, mrr_at10: 0.3, ndcg_at10: 0.4 }
  const figures = { section, must_not_violations: 0.2, answer_abstention: { recall: 0.9, false_rate: 0 }, questions: 3 }
  const json = JSON.stringify({ set: 'ours', groups: [{ name: 'kind stale', figures }] })
  expect(parseBaseline('before', json).groups.get('kind stale')).toMatchObject({
    section: { recallAt5: 0.5 },
    mustNotViolations: 0.2,
    answerAbstention: { recall: 0.9, falseRate: 0 },
  })
})

it.each(['{', '[]', '{}', '{"groups": 1}'])('refuses what is neither: %s', (json) => {
  expect(() => parseBaseline('x', json)).toThrow(BaselineError)
})
