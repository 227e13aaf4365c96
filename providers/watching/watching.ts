import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Call, ProviderKind } from '../gateway/call.ts'
import { type Bucket, inputBucket, outputBucket } from './buckets.ts'
import { type Change, RisingSum, Slowing } from './slowing.ts'
import { canaryShare, Worsening } from './worsening.ts'

export type Measure = 'first-piece' | 'per-piece' | 'total' | 'failures' | 'ungrounded' | 'canaries'

/** Which calls: of one provider and model, or also of one size and modality. */
export interface Series {
  kind: ProviderKind
  provider: string
  model: string
  measure: Measure
  input?: Bucket | undefined
  output?: Bucket | undefined
  modality?: 'text' | 'spoken' | undefined
}

/** Something that isn't an error has changed for the worse. */
export interface Alarm {
  series: Series
  /** When the change began, as far as can be told afterwards. */
  since: Date
  raisedAt: Date
  /** Before: milliseconds, or a share of 0..1. */
  usual: number
}

export interface WatchingParts {
  clock: Clock
  log: Log
  /** Told when an alarm is raised, at every twentieth call while it stands, and when it is over. */
  onChange?: ((alarm: Alarm, change: Exclude<Change, 'none'>) => void) | undefined
}

/** Providers come and go by configuration, models by name: a proxy that makes up names must not fill the memory. */
const mostSeries = 2000

/** Watches what isn't an error: how long calls take and how often answers are bad, each against what is usual for it. */
export class Watching {
  readonly #clock: Clock
  readonly #log: Log
  readonly #onChange: NonNullable<WatchingParts['onChange']>
  readonly #slowing = new Map<string, Slowing>()
  readonly #pooled = new Map<string, RisingSum>()
  readonly #worsening = new Map<string, Worsening>()
  readonly #alarms = new Map<string, Alarm>()

  constructor({ clock, log, onChange = () => undefined }: WatchingParts) {
    this.#clock = clock
    this.#log = log
    this.#onChange = onChange
  }

  /** Those that stand, the oldest first. */
  alarms(): Alarm[] {
    return [...this.#alarms.values()]
  }

  /** A call is over. */
  called(call: Call): void {
    const { kind, provider, model, outcome, firstMs, totalMs, inputSize, outputSize, modality } = call
    const sized = { kind, provider, model, modality, input: inputBucket(inputSize, kind) }
    if (outcome === 'stopped') return
    if (outcome !== 'outrun') this.rated({ kind, provider, model, measure: 'failures' }, outcome !== 'good')
    // Of one that was outrun it is known that it would have taken longer still.
    const first = firstMs ?? (outcome === 'outrun' ? totalMs : undefined)
    if (first !== undefined) this.#timed({ ...sized, measure: 'first-piece' }, first)
    if (outcome !== 'good' || outputSize === 0 || firstMs === undefined) return
    const whole = { ...sized, output: outputBucket(outputSize, kind) }
    this.#timed({ ...whole, measure: 'total' }, totalMs)
    if (totalMs > firstMs) this.#timed({ ...whole, measure: 'per-piece' }, (totalMs - firstMs) / outputSize)
  }

  /** Something that is either good or bad. */
  rated(series: Series, isBad: boolean): void {
    const watch = made(this.#worsening, keyOf(series), () =>
      series.measure === 'canaries' ? new Worsening(canaryShare) : new Worsening(),
    )
    if (watch === undefined) return
    const { usual } = watch
    this.#note(series, watch.add(isBad, this.#clock.now()), watch.since, usual)
  }

  #timed(series: Series, ms: number): void {
    const watch = made(this.#slowing, keyOf(series), () => new Slowing())
    if (watch === undefined) return
    const at = this.#clock.now()
    const usual = watch.usualMs
    const { score, change } = watch.add(ms, at)
    this.#note(series, change, watch.since, usual)
    if (score === undefined) return
    // Sizes differ, scores don't: together they show sooner what slows down all of them.
    const { kind, provider, model, measure } = series
    const all: Series = { kind, provider, model, measure }
    const sum = made(this.#pooled, keyOf(all), () => new RisingSum())
    if (sum !== undefined) this.#note(all, sum.add(score, at), sum.since, usual)
  }

  #note(series: Series, change: Change, since: Date | undefined, usual: number): void {
    if (change === 'none') return
    const key = keyOf(series)
    const now = this.#clock.now()
    const alarm = this.#alarms.get(key) ?? { series, since: since ?? now, raisedAt: now, usual }
    if (change === 'cleared') this.#alarms.delete(key)
    else this.#alarms.set(key, alarm)
    if (change !== 'stands') this.#log.warn({ ...series, usual, since: alarm.since, change }, 'provider alarm changed')
    this.#onChange(alarm, change)
  }
}

function keyOf({ kind, provider, model, measure, input, output, modality }: Series): string {
  return [kind, provider, model, measure, input, output, modality].join('\n')
}

function made<Value>(among: Map<string, Value>, key: string, make: () => Value): Value | undefined {
  const known = among.get(key)
  if (known !== undefined || among.size >= mostSeries) return known
  const value = make()
  among.set(key, value)
  return value
}
