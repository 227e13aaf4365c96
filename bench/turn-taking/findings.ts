import { defaultMinimumMs } from '#voice-bot/turn-taking/options.ts'
import { percentiles } from '../search.ts'
import type { Outcome } from './rehearsal.ts'

/** Turns that ended, under one policy or in one room. */
export interface TurnEndsRow {
  name: string
  turns: number
  /** Of those, ended while the speaker had more to say. */
  cutOffShare: number
  /** From the end of the last word to the decision. */
  delay: { p50: number; p95: number }
  /** Never ended before the next began. */
  stuck: number
}

export interface DisturbanceRow {
  what: string
  times: number
  /** Taken for an interruption. */
  interrupted: number
  /** The sound was held for a moment at least. */
  held: number
}

export interface InterruptionsRow {
  times: number
  missed: number
  /** Of talk longer than the minimum: from its beginning to the decision, less the minimum. */
  overMinimum: { p50: number; p95: number }
  /** Of shorter talk, `stop` say: from its beginning to the decision. */
  short: { times: number; p50: number; p95: number }
}

/** The usual one. */
export const minimumMs = defaultMinimumMs

export function turnEnds(name: string, outcomes: readonly Outcome[]): TurnEndsRow {
  const turns = outcomes.filter((outcome) => outcome.kind === 'turn')
  const delays = turns.map(({ delayMs }) => delayMs).filter((ms) => ms !== undefined)
  return {
    name,
    turns: turns.length,
    cutOffShare: turns.filter(({ cutOff }) => cutOff).length / Math.max(1, turns.length),
    delay: middleAndTail(delays),
    stuck: turns.length - delays.length,
  }
}

/** One row a language. */
export function turnEndsByLanguage(outcomes: readonly Outcome[]): TurnEndsRow[] {
  const turns = outcomes.filter((outcome) => outcome.kind === 'turn')
  const names: Readonly<Record<string, string>> = { en: 'English', ja: 'Japanese' }
  return [...Map.groupBy(turns, ({ lang }) => lang)].map(([lang, ofLang]) => turnEnds(names[lang] ?? lang, ofLang))
}

/** One row a room, in the order in which they come. */
export function turnEndsByRoom(outcomes: readonly Outcome[]): TurnEndsRow[] {
  const turns = outcomes.filter((outcome) => outcome.kind === 'turn')
  return [...Map.groupBy(turns, ({ room }) => room)].map(([room, ofRoom]) => turnEnds(room, ofRoom))
}

export function disturbances(outcomes: readonly Outcome[]): DisturbanceRow[] {
  const all = outcomes.filter((outcome) => outcome.kind === 'disturbance')
  return [...Map.groupBy(all, ({ what }) => what)].map(([what, times]) => ({
    what,
    times: times.length,
    interrupted: times.filter(({ interrupted }) => interrupted).length,
    held: times.filter(({ held }) => held).length,
  }))
}

export function interruptions(outcomes: readonly Outcome[]): InterruptionsRow {
  const all = outcomes.filter((outcome) => outcome.kind === 'interruption')
  const noticed = all.flatMap(({ lengthMs, noticedMs }) => (noticedMs === undefined ? [] : [{ lengthMs, noticedMs }]))
  const long = noticed.filter(({ lengthMs }) => lengthMs >= minimumMs + 100)
  const short = noticed.filter(({ lengthMs }) => lengthMs < minimumMs + 100)
  return {
    times: all.length,
    missed: all.length - noticed.length,
    overMinimum: middleAndTail(long.map(({ noticedMs }) => noticedMs - minimumMs)),
    short: { times: short.length, ...middleAndTail(short.map(({ noticedMs }) => noticedMs)) },
  }
}

function middleAndTail(values: number[]): { p50: number; p95: number } {
  if (values.length === 0) return { p50: 0, p95: 0 }
  const { p50, p95 } = percentiles(values)
  return { p50, p95 }
}
