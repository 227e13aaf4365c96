import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { MemoryBoard } from '../board/memory-board.ts'
import { hearingCostUsd, llmCostUsd, loadPrices, speakingCostUsd } from './prices.ts'
import { Spending } from './spending.ts'

const ongoing = new AbortController().signal

describe('prices', () => {
  const prices = loadPrices()
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000 }

  it.each(['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'openai/gpt-4o-mini'])('are known for %s', (model) => {
    expect(llmCostUsd(prices, model, usage)).toBeCloseTo(0.21)
  })

  it('are not guessed', () => {
    expect(llmCostUsd(prices, 'toString', usage)).toBeUndefined()
    expect(llmCostUsd(prices, 'gpt-4o-maxi', usage)).toBeUndefined()
    expect(hearingCostUsd(prices, 'somebody/ear', 1000)).toBeUndefined()
  })

  it('are charged by the minute of audio and by the character, and a voice of our own is free', () => {
    expect(hearingCostUsd(prices, 'deepgram/nova-3', 30_000)).toBeCloseTo(0.0029)
    expect(speakingCostUsd(prices, 'cartesia/sonic-3', 500)).toBeCloseTo(0.025)
    expect(speakingCostUsd(prices, 'espeak-ng', 500)).toBe(0)
    expect(hearingCostUsd(prices, 'sherpa-onnx/zipformer', 30_000)).toBe(0)
  })

  it('say where they were read, and when', () => {
    expect(prices.sources.length).toBeGreaterThan(3)
    expect(prices.sources.every(({ readOn }) => readOn <= prices.asOf)).toBe(true)
  })
})

describe('spending', () => {
  const alice = { kind: 'llm', principal: 'alice', session: 'a', costUsd: 0.6 } as const

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

  it('counts what is heard and said beside what is written', () => {
    const spending = new Spending(fixedClock('2026-06-01T00:00:00Z'))
    spending.add(alice)
    spending.add({ ...alice, kind: 'speech-to-text', costUsd: 0.1 })
    spending.add({ ...alice, kind: 'text-to-speech', costUsd: 0.2, principal: undefined })
    spending.countTurn()
    expect(spending.today()).toMatchObject({
      turns: 1,
      kinds: [
        { kind: 'llm', usd: 0.6 },
        { kind: 'speech-to-text', usd: 0.1 },
        { kind: 'text-to-speech', usd: 0.2 },
      ],
      principals: [{ name: 'alice', usd: 0.7 }],
    })
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

  it('is counted by all processes together, and not forgotten by a restart', async () => {
    const clock = fixedClock('2026-06-01T12:00:00Z')
    const board = new MemoryBoard()
    const [one, other] = [new Spending(clock, { perDayUsd: 1 }), new Spending(clock, { perDayUsd: 1 })]
    one.add(alice)
    other.add({ ...alice, principal: 'bob' })
    expect(other.exhausted('bob', undefined)).toBeUndefined()
    await one.share(board, ongoing)
    await other.share(board, ongoing)
    await one.share(board, ongoing)
    expect([one.exhausted('carol', undefined), other.exhausted('carol', undefined)]).toEqual(['perDayUsd', 'perDayUsd'])
    const restarted = new Spending(clock, { perDayUsd: 1 })
    await restarted.share(board, ongoing)
    expect(restarted.today().usd).toBeCloseTo(1.2)
    expect(one.today().principals).toHaveLength(2)
  })

  it('loses nothing while the board is away', async () => {
    const board = new MemoryBoard()
    const spending = new Spending(fixedClock('2026-06-01T12:00:00Z'))
    spending.add(alice)
    await expect(spending.share(board, AbortSignal.abort(new Error('away')))).rejects.toThrow('away')
    expect(spending.today().usd).toBeCloseTo(0.6)
    await spending.share(board, ongoing)
    expect(spending.today().usd).toBeCloseTo(0.6)
  })
})
