import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { llmCostUsd, loadPrices, voiceMinuteUsd } from './prices.ts'
import { Spending } from './spending.ts'

describe('prices', () => {
  const prices = loadPrices()
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000 }

  it.each(['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'openai/gpt-4o-mini'])('are known for %s', (model) => {
    expect(llmCostUsd(prices, model, usage)).toBeCloseTo(0.21)
  })

  it('are not guessed', () => {
    expect(llmCostUsd(prices, 'toString', usage)).toBeUndefined()
    expect(llmCostUsd(prices, 'gpt-4o-maxi', usage)).toBeUndefined()
  })

  it('make a voice minute', () => {
    expect(voiceMinuteUsd(prices, 'deepgram/nova-3', 'cartesia/sonic')).toBeCloseTo(0.0077 + 0.0225)
    expect(voiceMinuteUsd(prices, 'deepgram/nova-3', 'espeak')).toBeCloseTo(0.0077)
  })
})

describe('spending', () => {
  const alice = { principal: 'alice', session: 'a', costUsd: 0.6 }

  it('is refused once a budget is used up, to whom it is', () => {
    const spending = new Spending(fixedClock('2026-06-01T00:00:00Z'), { perPrincipalDayUsd: 1, perSessionUsd: 0.5 })
    expect(spending.exhausted('alice', 'a')).toBeUndefined()
    spending.add(alice)
    expect(spending.exhausted('alice', 'a')).toBe('perSessionUsd')
    expect(spending.exhausted('alice', 'b')).toBeUndefined()
    spending.add({ ...alice, session: undefined })
    expect(spending.exhausted('alice', 'b')).toBe('perPrincipalDayUsd')
    expect(spending.exhausted('bob', 'c')).toBeUndefined()
  })

  it('begins anew with the day, but not because the clock was set back', () => {
    const clock = fixedClock('2026-06-02T00:30:00Z')
    const spending = new Spending(clock, { perDayUsd: 0.5 })
    spending.add(alice)
    clock.advance(-3_600_000)
    expect(spending.exhausted('bob', undefined)).toBe('perDayUsd')
    clock.advance(25 * 3_600_000)
    expect(spending.exhausted('bob', undefined)).toBeUndefined()
    expect(spending.today()).toMatchObject({ day: '2026-06-03', usd: 0, turns: 0 })
  })
})
