import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { Call } from '../gateway/call.ts'
import { type Alarm, Watching } from './watching.ts'

/** As many as a busy team asks. */
const callsPerMinute = 6
const week = 7 * 24 * 60

/** Repeatable chance, uniform in 0..1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

interface Traffic {
  minutes: number
  seed: number
  /** Times the usual latency, at a minute. */
  slower?: (minute: number) => number
  /** Share of answers that nothing supports, at a minute. */
  ungrounded?: (minute: number) => number
}

/** Steady but noisy traffic: three sizes, a wide spread, hiccups, and stretches that are slower than others. */
function alarmsOf({
  minutes,
  seed,
  slower = () => 1,
  ungrounded = () => 0.02,
}: Traffic): { minute: number; alarm: Alarm }[] {
  const next = chance(seed)
  const clock = fixedClock('2026-06-01T00:00:00Z')
  const raised: { minute: number; alarm: Alarm }[] = []
  let minute = 0
  const watching = new Watching({
    clock,
    log: silentLog,
    onChange: (alarm, change) => {
      if (change === 'raised') raised.push({ minute, alarm })
    },
  })
  let mood = 0
  while (minute < minutes) {
    const wait = -Math.log(1 - next()) / callsPerMinute
    minute += wait
    clock.advance(wait * 60_000)
    mood = 0.9 * mood + 0.05 * normal(next)
    const noise = Math.exp(0.4 * normal(next) + mood) * (next() < 0.01 ? 5 : 1) * slower(minute)
    const size = next()
    const inputSize = size < 0.6 ? 2000 : size < 0.9 ? 9000 : 30_000
    const outputSize = Math.round(200 + 2000 * next() ** 2)
    const firstMs = (300 + inputSize / 40) * noise
    const call: Call = {
      kind: 'llm',
      provider: 'one',
      model: 'one-2026-05',
      outcome: next() < 0.005 ? 'unreachable' : 'good',
      firstMs,
      totalMs: firstMs + outputSize * 5 * noise,
      inputSize,
      outputSize,
      modality: next() < 0.5 ? 'text' : 'spoken',
    }
    watching.called(call)
    watching.rated(
      { kind: 'llm', provider: 'one', model: 'one-2026-05', measure: 'ungrounded' },
      next() < ungrounded(minute),
    )
  }
  return raised
}

/** What is usual has to be known first: a day. */
const learning = 24 * 60
const since = (from: number, found: { minute: number; alarm: Alarm }[]) => found.filter(({ minute }) => minute >= from)

describe('watching providers, in simulated time', () => {
  it('raises less than one false alarm a week on steady but noisy traffic', () => {
    const weeks = 6
    const falsely = Array.from({ length: weeks }, (_, seed) => alarmsOf({ minutes: week, seed: seed + 1 }).length)
    expect(falsely.reduce((sum, count) => sum + count, 0)).toBeLessThan(weeks / 2)
  })

  it.each([1, 2, 3, 4, 5])(
    'finds a provider that only gets slower, one per cent a minute, within an hour (seed %d)',
    (seed) => {
      const slower = (minute: number): number => 1.01 ** Math.max(0, minute - learning)
      const [first] = since(learning, alarmsOf({ minutes: learning + 90, seed: seed * 100, slower }))
      expect(first?.minute).toBeLessThan(learning + 60)
      expect(first?.alarm.series).toMatchObject({ provider: 'one', model: 'one-2026-05' })
      const behindBy =
        (learning * 60_000 - ((first?.alarm.since.getTime() ?? 0) - Date.parse('2026-06-01T00:00:00Z'))) / 60_000
      expect(Math.abs(behindBy)).toBeLessThan(40)
    },
  )

  it.each([1, 2, 3])('finds a provider that takes three times as long within 8 minutes (seed %d)', (seed) => {
    const slower = (minute: number): number => (minute > learning ? 3 : 1)
    const [first] = since(learning, alarmsOf({ minutes: learning + 30, seed: seed * 100, slower }))
    expect(first?.minute).toBeLessThan(learning + 8)
  })

  it.each([1, 2, 3, 4, 5])(
    'finds answers that lose their ground, from 2 to 10 in a hundred, within 2 hours (seed %d)',
    (seed) => {
      const ungrounded = (minute: number): number => (minute > learning ? 0.1 : 0.02)
      const found = since(learning, alarmsOf({ minutes: learning + 180, seed: seed * 100, ungrounded }))
      const first = found.find(({ alarm }) => alarm.series.measure === 'ungrounded')
      expect(first?.minute).toBeLessThan(learning + 120)
    },
  )

  it('ends an alarm when all is as it was', () => {
    const clock = fixedClock('2026-06-01T00:00:00Z')
    const changes: string[] = []
    const watching = new Watching({ clock, log: silentLog, onChange: (_, change) => void changes.push(change) })
    const next = chance(7)
    const call = (factor: number): void => {
      const firstMs = 400 * factor * Math.exp(0.3 * normal(next))
      watching.called({
        kind: 'llm',
        provider: 'one',
        model: 'm',
        outcome: 'good',
        firstMs,
        totalMs: firstMs,
        inputSize: 10,
        outputSize: 10,
      })
    }
    for (let k = 0; k < 500; k++) call(1)
    expect(changes).toEqual([])
    for (let k = 0; k < 40; k++) call(3)
    expect(watching.alarms()).not.toEqual([])
    for (let k = 0; k < 60; k++) call(1)
    expect(watching.alarms()).toEqual([])
    expect(new Set(changes)).toEqual(new Set(['raised', 'stands', 'cleared']))
  })
})
