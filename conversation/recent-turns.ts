import type { Call } from '#providers/gateway/call.ts'
import type { TurnReport } from './turn-report.ts'

/** A turn as it can be looked at afterwards: how long each stage took, who was asked, and what it cost. */
export interface RecentTurn extends Omit<TurnReport, 'timingsMs'> {
  /** In the order in which they come; they add up to `totalMs`. */
  stages: readonly { stage: TurnStage; ms: number }[]
  totalMs: number
  /** Calls to providers, in the order in which they ended. */
  calls: readonly Pick<Call, 'kind' | 'provider' | 'outcome' | 'firstMs' | 'totalMs' | 'costUsd'>[]
  /** Calls that another had to take over. */
  fallbacks: number
}

/**
 * `hear`: from the end of speech until its words were known; `model`: until a model's first words; `check`: the rest of the
 * writing, of which each sentence is checked before it is shown; `speak`: until the first sound; `other`: all else.
 */
export type TurnStage = 'hear' | 'understand' | 'retrieve' | 'read' | 'model' | 'check' | 'speak' | 'other'

/** Of a spoken turn, in milliseconds that follow one another. */
export interface SoundTimes {
  /** From the end of speech until its words were known. */
  hear?: number | undefined
  /** From then to the first words of the answer. */
  answer?: number | undefined
  /** From those to their first sound. */
  speak?: number | undefined
}

/** What each stage is called where it is measured. */
const measured: Readonly<Record<TurnStage, readonly string[]>> = {
  hear: ['hear'],
  understand: ['understand'],
  retrieve: ['search'],
  read: ['read'],
  model: ['first_token'],
  check: ['write'],
  speak: ['speak'],
  other: [],
}
const stagesInOrder = Object.keys(measured).filter(isStage)

const usualKept = 100
/** Calls that never belong to a turn that ends must not fill the memory. */
const mostOpen = 500
const withoutFault = new Set(['good', 'stopped'])

/** The last turns of this process, in memory alone. */
export class RecentTurns {
  readonly #most: number
  readonly #turns: RecentTurn[] = []
  readonly #calls = new Map<string, Call[]>()
  readonly #sounds = new Map<string, SoundTimes>()

  constructor(most = usualKept) {
    this.#most = most
  }

  /** A call to a provider is over. */
  called(call: Call): void {
    if (call.traceId === undefined || call.traceId === '') return
    const late = this.#turns.findIndex(({ traceId }) => traceId === call.traceId)
    const known = this.#turns[late]
    if (known !== undefined) {
      this.#turns[late] = withCalls(known, [...known.calls, call])
      return
    }
    keep(this.#calls, call.traceId, [...(this.#calls.get(call.traceId) ?? []), call])
  }

  /** How long it took until a spoken turn was heard to be answered: all else is of no matter to who listens. */
  sounded(traceId: string, ms: SoundTimes): void {
    const at = this.#turns.findIndex((turn) => turn.traceId === traceId)
    const known = this.#turns[at]
    if (known === undefined) keep(this.#sounds, traceId, { ...this.#sounds.get(traceId), ...ms })
    else this.#turns[at] = withSounds(known, ms)
  }

  /** A turn is over. */
  took({ timingsMs, ...report }: TurnReport): void {
    const calls = this.#calls.get(report.traceId) ?? []
    const sounds = this.#sounds.get(report.traceId) ?? {}
    this.#calls.delete(report.traceId)
    this.#sounds.delete(report.traceId)
    const { total = 0 } = timingsMs
    const named = stagesInOrder.flatMap((stage) => {
      const ms = measured[stage].reduce((sum, name) => sum + (timingsMs[name] ?? 0), 0)
      return ms > 0 ? [{ stage, ms }] : []
    })
    const other = total - named.reduce((sum, { ms }) => sum + ms, 0)
    const turn: RecentTurn = {
      ...report,
      stages: [...named, ...(other > 0.05 ? [{ stage: 'other' as const, ms: other }] : [])],
      totalMs: total,
      calls: [],
      fallbacks: 0,
    }
    this.#turns.unshift(withSounds(withCalls(turn, calls), sounds))
    this.#turns.splice(this.#most)
  }

  /** The newest first. */
  list(): readonly RecentTurn[] {
    return [...this.#turns]
  }
}

function withCalls(turn: RecentTurn, calls: readonly RecentTurn['calls'][number][]): RecentTurn {
  const paid = calls.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0)
  return {
    ...turn,
    calls: calls.map(({ kind, provider, outcome, firstMs, totalMs, costUsd }) => ({
      kind,
      provider,
      outcome,
      firstMs,
      totalMs,
      costUsd,
    })),
    costUsd: Math.max(turn.costUsd, paid),
    fallbacks: calls.filter(({ outcome }) => !withoutFault.has(outcome)).length,
  }
}

/** Hearing comes before all else and speaking after it; what lies between is cut to what was waited for. */
function withSounds(turn: RecentTurn, { hear, answer, speak }: SoundTimes): RecentTurn {
  const between = answer === undefined ? turn.stages : waitedFor(turn.stages, answer)
  const sounds: Partial<Record<TurnStage, number>> = { hear, speak }
  const stages = stagesInOrder.flatMap((stage) => {
    const ms = sounds[stage] ?? between.find((each) => each.stage === stage)?.ms ?? 0
    return ms > 0 ? [{ stage, ms }] : []
  })
  return { ...turn, stages, totalMs: stages.reduce((sum, { ms }) => sum + ms, 0) }
}

/**
 * Until the first words, the stages before the writing were waited for, and of the writing what is left; of an answer that
 * was begun while its question was still being spoken, the end alone.
 */
function waitedFor(stages: RecentTurn['stages'], answerMs: number): RecentTurn['stages'] {
  let left = answerMs
  const waited = stages
    .filter(({ stage }) => !['hear', 'check', 'speak', 'other'].includes(stage))
    .toReversed()
    .map(({ stage, ms }) => {
      const part = Math.min(ms, left)
      left -= part
      return { stage, ms: part }
    })
    .toReversed()
  const checked = Math.min(left, stages.find(({ stage }) => stage === 'check')?.ms ?? 0)
  return [...waited, { stage: 'check', ms: checked }, { stage: 'other', ms: left - checked }]
}

function keep<Value>(among: Map<string, Value>, key: string, value: Value): void {
  among.set(key, value)
  const [oldest] = among.keys()
  if (among.size > mostOpen && oldest !== undefined) among.delete(oldest)
}

function isStage(name: string): name is TurnStage {
  return name in measured
}
