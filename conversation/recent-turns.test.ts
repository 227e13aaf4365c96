import { expect, it } from 'vitest'
import type { Call } from '#providers/gateway/call.ts'
import { RecentTurns } from './recent-turns.ts'
import type { TurnReport } from './turn-report.ts'

const report: TurnReport = {
  traceId: 'a',
  conversationId: 'c1',
  principal: 'alice',
  mode: 'spoken',
  lang: 'en',
  at: new Date('2026-06-01T00:00:00Z'),
  outcome: 'answered',
  provider: 'backup',
  timingsMs: { understand: 2, search: 30, read: 8, first_token: 400, write: 250, loop: 10, total: 700 },
  costUsd: 0.001,
  warnings: [],
}
const call: Call = {
  kind: 'llm',
  provider: 'primary',
  model: 'primary',
  outcome: 'unreachable',
  firstMs: undefined,
  totalMs: 5,
  inputSize: 10,
  outputSize: 0,
  traceId: 'a',
}

const sum = (parts: readonly { ms: number }[]) => parts.reduce((all, { ms }) => all + ms, 0)

it('shows a turn in stages that add up, heard and spoken ones too', () => {
  const turns = new RecentTurns()
  turns.sounded('a', { hear: 300 })
  turns.took(report)
  turns.sounded('a', { speak: 120 })
  const [turn] = turns.list()
  expect(turn?.stages.map(({ stage }) => stage)).toEqual([
    'hear',
    'understand',
    'retrieve',
    'read',
    'model',
    'check',
    'speak',
    'other',
  ])
  expect(turn?.totalMs).toBeCloseTo(1120)
  expect(sum(turn?.stages ?? [])).toBeCloseTo(turn?.totalMs ?? Number.NaN)
})

it('shows of a spoken turn what was waited for until its first sound, whenever that is told', () => {
  const turns = new RecentTurns()
  turns.took(report)
  turns.sounded('a', { hear: 300, answer: 520, speak: 120 })
  const [turn] = turns.list()
  expect(turn?.stages).toEqual([
    { stage: 'hear', ms: 300 },
    { stage: 'understand', ms: 2 },
    { stage: 'retrieve', ms: 30 },
    { stage: 'read', ms: 8 },
    { stage: 'model', ms: 400 },
    { stage: 'check', ms: 80 },
    { stage: 'speak', ms: 120 },
  ])
  expect(turn?.totalMs).toBe(940)
})

it('shows of an answer that was begun early its end alone', () => {
  const turns = new RecentTurns()
  turns.sounded('a', { hear: 300, answer: 150, speak: 120 })
  turns.took(report)
  const [turn] = turns.list()
  expect(turn?.stages.map(({ stage, ms }) => [stage, ms])).toEqual([
    ['hear', 300],
    ['model', 150],
    ['speak', 120],
  ])
})

it('counts who had to be replaced, and what all calls cost, also those that end after the turn', () => {
  const turns = new RecentTurns()
  turns.called(call)
  turns.called({ ...call, provider: 'backup', outcome: 'good', costUsd: 0.001 })
  turns.took(report)
  turns.called({ ...call, kind: 'text-to-speech', provider: 'voice', outcome: 'good', costUsd: 0.02 })
  turns.called({ ...call, traceId: undefined, outcome: 'good', costUsd: 5 })
  expect(turns.list()[0]).toMatchObject({ fallbacks: 1, provider: 'backup' })
  expect(turns.list()[0]?.costUsd).toBeCloseTo(0.021)
})

it('keeps the last turns alone', () => {
  const turns = new RecentTurns(2)
  for (const traceId of ['a', 'b', 'c']) turns.took({ ...report, traceId })
  expect(turns.list().map(({ traceId }) => traceId)).toEqual(['c', 'b'])
})
