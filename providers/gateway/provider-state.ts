import { OpsError } from '#runtime/errors.ts'
import type { LlmAllowance } from '../llm/llm.ts'
import { Breaker, type BreakerState, type Pass } from './breaker.ts'
import type { Call, ProviderKind } from './call.ts'
import { RecentTimes } from './recent-times.ts'

/** How a provider is doing, for people. */
export interface ProviderHealth {
  kind: ProviderKind
  id: string
  state: BreakerState
  /** It is not asked, because somebody said so. */
  drained: boolean
  /** It is asked first, because somebody said so. */
  pinned: boolean
  /** It is asked after the others, because it is slower or worse than it used to be. */
  demoted: boolean
  /** Of its state: while it isn't well, since the first failure, or since it is late; undefined: it never changed. */
  since: Date | undefined
  lastFault: { code: string; message: string; at: Date } | undefined
  calls: number
  failures: number
  /** How often another provider had to begin or to go on in its place. */
  fallbacks: number
  /** To the first piece. */
  p50Ms: number | undefined
  p95Ms: number | undefined
  /** US dollars since the process began, where a price is known. */
  costUsd: number | undefined
  /** Who answers to its name, and what is left of our account there, as it told last. */
  servedBy: string | undefined
  deployment: string | undefined
  allowance: LlmAllowance | undefined
}

export interface ProviderStateParts {
  kind: ProviderKind
  id: string
  /** Milliseconds that only ever grow. */
  now: () => number
  today: () => Date
  onChange?: ((id: string, state: BreakerState) => void) | undefined
  /** Another has begun in its place again and again, so that it is asked after the others for a while. */
  onLate?: ((id: string) => void) | undefined
}

/** As often in a row another is quicker by chance only once in ten thousand times. */
const mostOutruns = 3
/** Then it is asked after the others for so long, twice as long each time that it is late again. */
const lateForMs = { first: 5_000, most: 60_000 }

/** Each talk needs its recogniser at every moment, and to ask costs no more than a connection: it is tried again and again. */
const longestDeafMs = 2_000
const longestRestMs = 60_000

/** What the gateway knows of one provider, and whether it may be asked. */
export class ProviderState {
  readonly kind: ProviderKind
  readonly id: string
  readonly firstPieces = new RecentTimes()
  readonly #breaker: Breaker
  readonly #today: () => Date
  readonly #now: () => number
  #since: Date | undefined
  /** The first of those that no success has followed. */
  #failingSince: Date | undefined
  readonly #onLate: (id: string) => void
  #outruns = 0
  #lateSince: Date | undefined
  /** The last fault is one that no waiting mends. */
  #isLasting = false
  #toldState: BreakerState = 'closed'
  #lastFault: ProviderHealth['lastFault']
  #calls = 0
  #failures = 0
  #fallbacks = 0
  #told: Pick<ProviderHealth, 'servedBy' | 'deployment' | 'allowance'> = {
    servedBy: undefined,
    deployment: undefined,
    allowance: undefined,
  }
  #costUsd: number | undefined
  drained = false
  pinned = false
  demotedUntil = Number.NEGATIVE_INFINITY

  constructor({ kind, id, now, today, onChange = () => undefined, onLate = () => undefined }: ProviderStateParts) {
    this.#onLate = onLate
    this.kind = kind
    this.id = id
    this.#today = today
    this.#now = now
    this.#breaker = new Breaker({
      now,
      longestRestMs: () => (kind === 'speech-to-text' && !this.#isLasting ? longestDeafMs : longestRestMs),
      onChange: (state) => {
        // A call that finds out whether it is back doesn't end what it finds out about.
        this.#since = state === 'closed' ? today() : (this.#failingSince ?? today())
        if (state === 'closed') this.#failingSince = undefined
        // To find out whether it is back, and that it isn't, is no change.
        if (state === 'probing' || state === this.#toldState) return
        this.#toldState = state
        onChange(id, state)
      },
    })
  }

  get demoted(): boolean {
    return this.#now() < this.demotedUntil
  }

  get admits(): boolean {
    return !this.drained && this.#breaker.admits
  }

  enter(): Pass | undefined {
    return this.drained ? undefined : this.#breaker.enter()
  }

  ended({ outcome, firstMs, totalMs }: Pick<Call, 'outcome' | 'firstMs' | 'totalMs'>, error?: unknown): void {
    this.#calls += 1
    if (outcome === 'outrun') this.#wasOutrun()
    else if (firstMs !== undefined) {
      this.#outruns = 0
      this.#lateSince = undefined
    }
    // One that was outrun took at least so long: left out, a provider that slows down would look as quick as ever.
    if (firstMs !== undefined || outcome === 'outrun') this.firstPieces.add(firstMs ?? totalMs)
    if (error === undefined) {
      if (outcome === 'good' && this.#breaker.state === 'closed') this.#failingSince = undefined
      return
    }
    this.#failingSince ??= this.#today()
    this.#failures += 1
    this.#isLasting = error instanceof OpsError && !error.retryable
    this.#lastFault = {
      code: error instanceof OpsError ? error.code : 'unexpected',
      message: error instanceof OpsError ? error.userMessage : 'It failed in a way that we did not foresee.',
      at: this.#today(),
    }
    const wait = error instanceof OpsError && 'retryAfterMs' in error ? error.retryAfterMs : undefined
    if (typeof wait === 'number') this.#breaker.leaveAloneFor(wait)
  }

  /** One that takes calls and says nothing would else keep everybody waiting for the next, each time. */
  #wasOutrun(): void {
    this.#outruns += 1
    this.#lateSince ??= this.#today()
    if (this.#outruns < mostOutruns) return
    if (this.#outruns === mostOutruns) this.#onLate(this.id)
    const forMs = Math.min(lateForMs.most, lateForMs.first * 2 ** (this.#outruns - mostOutruns))
    this.demotedUntil = Math.max(this.demotedUntil, this.#now() + forMs)
  }

  /** What it said of itself with a reply. */
  told({
    servedBy,
    deployment,
    allowance,
  }: Partial<Pick<ProviderHealth, 'servedBy' | 'deployment' | 'allowance'>>): void {
    this.#told = { servedBy, deployment, allowance: allowance ?? this.#told.allowance }
  }

  /** A call to it cost so much. */
  paid(costUsd: number): void {
    this.#costUsd = (this.#costUsd ?? 0) + costUsd
  }

  replaced(): void {
    this.#fallbacks += 1
  }

  health(): ProviderHealth {
    const { kind, id, drained, pinned } = this
    const isLate = this.demoted || this.#outruns >= mostOutruns
    return {
      kind,
      id,
      state: this.#breaker.state,
      drained,
      pinned,
      // Until it has shown otherwise it is late, also while it may be tried again.
      demoted: isLate,
      since: this.#breaker.state === 'closed' && isLate ? (this.#lateSince ?? this.#since) : this.#since,
      lastFault: this.#lastFault,
      calls: this.#calls,
      failures: this.#failures,
      fallbacks: this.#fallbacks,
      p50Ms: this.firstPieces.quantile(0.5, 1),
      p95Ms: this.firstPieces.quantile(0.95, 1),
      costUsd: this.#costUsd,
      ...this.#told,
    }
  }
}
