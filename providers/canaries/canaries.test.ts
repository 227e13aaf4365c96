import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { Watching } from '../watching/watching.ts'
import { Canaries, type Canary, type CanaryAnswer, type CanaryOutcome } from './canaries.ts'
import { ModelChanges } from './model-changes.ts'

const ongoing = new AbortController().signal
const right: CanaryAnswer = {
  text: 'Fail over by hand. [1]',
  abstained: false,
  documents: ['redis'],
  hadLies: false,
  provider: 'one',
}
const canary = (question: string): Canary => ({ question, isRight: ({ documents }) => documents.includes('redis') })

function nest(answerTo: (question: string, asked: number) => CanaryAnswer, drawn: readonly string[] = []) {
  const asked: string[] = []
  const told: [string | undefined, CanaryOutcome][] = []
  const canaries = new Canaries(
    {
      ask: async (question) => {
        asked.push(question)
        return answerTo(question, asked.length)
      },
      draw: async (count) => drawn.slice(0, count).map(canary),
      onOutcome: (...outcome) => void told.push(outcome),
      log: silentLog,
    },
    [canary('given')],
    drawn.length === 0 ? 0 : 2,
  )
  return { canaries, asked, told }
}

describe('canaries', () => {
  it('tell what is wrong with an answer, and who wrote it', async () => {
    const answers: CanaryAnswer[] = [
      right,
      { ...right, text: ' ' },
      { ...right, abstained: true },
      { ...right, documents: ['other'] },
      { ...right, hadLies: true },
    ]
    const { canaries, told } = nest((_, at) => answers[at - 1] ?? right)
    for (let round = 0; round < 5; round++) await canaries.round(ongoing)
    expect(told).toEqual([
      ['one', 'right'],
      ['one', 'empty'],
      ['one', 'abstained'],
      ['one', 'wrong'],
      ['one', 'wrong'],
    ])
  })

  it('are drawn once, of those that were answered right', async () => {
    const dead = { ...right, documents: [] }
    const { canaries, asked } = nest((question) => (question === 'dead' ? dead : right), ['dead', 'a', 'b', 'c'])
    await canaries.round(ongoing)
    expect(asked).toEqual(['dead', 'a', 'b', 'given'])
    asked.length = 0
    await canaries.round(ongoing)
    expect(asked).toEqual(['given', 'a', 'b'])
  })

  it('count a question that fails as lost, and go on with the next', async () => {
    const { canaries, told } = nest(
      (question) => {
        if (question === 'given') throw new Error('the model is down')
        return right
      },
      ['a', 'b'],
    )
    expect(await canaries.round(ongoing)).toEqual(['lost'])
    expect(await canaries.round(ongoing)).toEqual(['lost', 'right', 'right'])
    expect(told.filter(([, outcome]) => outcome === 'lost')).toHaveLength(2)
  })

  it('raise an alarm after a few wrong answers, without knowing first what is usual, and end it', () => {
    const clock = fixedClock('2026-06-01T00:00:00Z')
    const watching = new Watching({ clock, log: silentLog })
    const series = { kind: 'llm', provider: 'one', model: 'one', measure: 'canaries' } as const
    const sing = (outcomes: string): void => {
      for (const outcome of outcomes) watching.rated(series, outcome === 'x')
    }
    sing('......x.........x....')
    expect(watching.alarms()).toEqual([])
    sing('x.xx.xx')
    expect(watching.alarms()).toMatchObject([{ series: { provider: 'one', measure: 'canaries' } }])
    sing('.'.repeat(20))
    expect(watching.alarms()).toEqual([])
  })
})

describe('a change of model', () => {
  const call = {
    kind: 'llm',
    provider: 'one',
    outcome: 'good',
    firstMs: 1,
    totalMs: 1,
    inputSize: 1,
    outputSize: 1,
  } as const

  it('is noticed by the name that a provider gives, also behind a proxy', () => {
    const changes = new ModelChanges()
    const seen = ['gpt-1', 'gpt-1', 'gpt-2', 'gpt-2'].map((model) => changes.called({ ...call, model }))
    expect(seen).toEqual([false, false, true, false])
    expect(changes.called({ ...call, model: 'one', outcome: 'unreachable' })).toBe(false)
    expect(changes.called({ ...call, provider: 'two', model: 'gpt-1' })).toBe(false)
  })
})
