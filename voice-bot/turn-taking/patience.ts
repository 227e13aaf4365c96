import type { Cadence } from './prosody.ts'
import type { SentenceJudgement, SentenceState } from './sentence-judgement.ts'
import type { Eagerness } from './turn-taking.ts'

/** What there is to say about a pause. */
export interface Pause {
  sentence: SentenceJudgement
  cadence: Cadence
  /** What the recogniser itself believes, if it said so since the speech ended. */
  recogniser: 'end' | 'likely-end' | undefined
  eagerness: Eagerness
  /** Of this speaker and of whoever set it up; times each wait. */
  tempo: number
}

/** Silence after which a turn is over, in milliseconds, at medium eagerness; from the tuning set of `bench turn-taking`. */
const waits: Readonly<Record<SentenceState, number>> = {
  complete: 350,
  unclear: 680,
  topic: 950,
  open: 1750,
  dictating: 1750,
  filler: 2200,
}
/** Where the words leave it open whether more follows; a sentence that wants more waits whatever its melody. */
const cadences: Readonly<Record<Cadence, number>> = { falling: 0.9, level: 1.15, rising: 1, held: 1.5, unknown: 1 }
const eagernesses: Readonly<Record<Eagerness, number>> = { high: 0.7, medium: 1, auto: 1, low: 1.7 }
/** No pause is shorter, and none is waited out longer, times the eagerness. */
const shortestMs = 200
const longestMs = 3000

export function neededSilence({ sentence, cadence, recogniser, eagerness, tempo }: Pause): number {
  const finished = sentence.state === 'complete' || sentence.state === 'unclear'
  const believed = recogniser === undefined ? 1 : finished ? (recogniser === 'end' ? 0.5 : 0.7) : 0.85
  const melody = finished || cadence === 'held' ? cadences[cadence] : 1
  const ms = waits[sentence.state] * melody * believed * eagernesses[eagerness] * tempo
  return Math.min(longestMs * eagernesses[eagerness], Math.max(shortestMs, ms))
}
