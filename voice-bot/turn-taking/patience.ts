import type { Cadence } from './prosody.ts'
import type { SentenceJudgement } from './sentence-judgement.ts'
import type { Eagerness } from './turn-taking.ts'

/** What there is to say about a pause. */
export interface Pause {
  sentence: SentenceJudgement
  cadence: Cadence
  /** What the recogniser itself believes, if it said so since the speech ended. */
  recogniser: 'end' | 'likely-end' | undefined
  eagerness: Eagerness
  /** Of this speaker; times each wait that isn't long already. */
  tempo: number
  /** Of whoever set it up; times each wait. */
  patience: number
}

/**
 * Silence after which a turn is over, in milliseconds, at medium eagerness: where its words are surely whole, and where
 * they surely aren't. In between it goes with the odds. Chosen on the tuning set of `bench turn-taking`.
 */
const wholeMs = 380
const openMs = 2100
const surelyWhole = 1.4
const surelyOpen = 0.8
/** The odds say nothing of numbers and names that are being spelled, or of thinking aloud. */
const dictatingMs = 1750
const fillerMs = 2000
/** What the melody and the recogniser add to the log odds of the words. */
const melodies: Readonly<Record<Cadence, number>> = { falling: 0.2, level: -0.2, rising: 0, held: -1.5, unknown: 0 }
const beliefs = { end: 2.5, 'likely-end': 1.2 } as const
/** Where the words want more all the same, its belief is worth less. */
const believed = 0.85
const eagernesses: Readonly<Record<Eagerness, number>> = { high: 0.7, medium: 1, auto: 1, low: 1.7 }
/** Who was cut off is given more time, but not more than this. */
const longEnoughMs = 2200
/** No pause is shorter. */
const shortestMs = 200
/** However patient we are, none is longer: the longest waits of the Realtime protocol. */
const endingMs: Readonly<Record<Eagerness, number>> = { high: 2000, medium: 4000, auto: 4000, low: 8000 }

export function neededSilence({ eagerness, tempo, patience, ...pause }: Pause): number {
  const usualMs = usualSilence(pause)
  const ms = Math.max(usualMs, Math.min(longEnoughMs, usualMs * tempo)) * patience * eagernesses[eagerness]
  return Math.min(endingMs[eagerness], Math.max(shortestMs, ms))
}

function usualSilence({ sentence, cadence, recogniser }: Pick<Pause, 'sentence' | 'cadence' | 'recogniser'>): number {
  const trust = recogniser === undefined ? 1 : believed
  if (sentence.state === 'filler') return fillerMs * trust
  if (sentence.state === 'dictating') return dictatingMs * trust
  if (sentence.isCertain === true) return wholeMs
  const odds = sentence.odds + melodies[cadence] + (recogniser === undefined ? 0 : beliefs[recogniser])
  const openness = Math.min(1, Math.max(0, (surelyWhole - odds) / (surelyWhole - surelyOpen)))
  return wholeMs * (openMs / wholeMs) ** openness
}
