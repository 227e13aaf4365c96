import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
  type IBreaker,
} from 'cockatiel'

/** What a call says of its provider; `undecided`: it was hung up on before it could tell. */
export type Verdict = 'good' | 'bad' | 'undecided'

export type BreakerState = 'closed' | 'open' | 'probing'

/** A call that was let through. */
export interface Pass {
  /** It finds out whether the provider is back. */
  readonly probing: boolean
  /** Once; what went well may still turn out bad. */
  settle(verdict: Verdict): void
}

export interface BreakerOptions {
  /** Milliseconds that only ever grow, whatever happens to the time of day. */
  now: () => number
  /** How long a provider that goes on failing is left alone at most; absent: a minute. */
  longestRestMs?: (() => number) | undefined
  onChange?: ((state: BreakerState) => void) | undefined
}

/** Three in a row, or more than half of the last twenty. */
const mostInARow = 3
const share = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 }
const firstRestMs = 2_000
const longestRestMs = 60_000

class Undecided extends Error {
  override readonly name = 'Undecided'
}

/**
 * Leaves a provider alone that fails, and lets one call at a time find out whether it is back. Cockatiel decides; how
 * long to wait is measured by a clock that no change of the time of day can move.
 */
export class Breaker {
  readonly #now: () => number
  readonly #longestRestMs: () => number
  readonly #onChange: (state: BreakerState) => void
  readonly #policy: CircuitBreakerPolicy
  #restsUntil = Number.NEGATIVE_INFINITY
  #holdsUntil = Number.NEGATIVE_INFINITY

  constructor({ now, longestRestMs: longest = () => longestRestMs, onChange = () => undefined }: BreakerOptions) {
    this.#now = now
    this.#longestRestMs = longest
    this.#onChange = onChange
    this.#policy = circuitBreaker(
      handleWhenResult((verdict) => verdict === 'bad'),
      { breaker: inARowOrShare(), halfOpenAfter: { next: ({ attempt }) => this.#rest(attempt) } },
    )
    this.#policy.onStateChange(() => this.#onChange(this.state))
  }

  get state(): BreakerState {
    if (this.#policy.state === CircuitState.HalfOpen) return 'probing'
    return this.#policy.state === CircuitState.Open || this.#now() < this.#holdsUntil ? 'open' : 'closed'
  }

  /** Whether a call would be let through now. */
  get admits(): boolean {
    if (this.#now() < this.#holdsUntil || this.#policy.state === CircuitState.HalfOpen) return false
    return this.#policy.state === CircuitState.Closed || this.#now() >= this.#restsUntil
  }

  /** @returns undefined when the provider is to be left alone. */
  enter(): Pass | undefined {
    if (!this.admits) return undefined
    const probing = this.#policy.state === CircuitState.Open
    const verdict = Promise.withResolvers<Verdict>()
    // The state changes at once, before anything is waited for.
    this.#policy.execute(() => verdict.promise).catch(() => undefined)
    let wentWell = false
    return {
      probing,
      settle: (said) => {
        if (wentWell && said === 'bad') this.#failed()
        wentWell = said === 'good'
        if (said !== 'undecided') verdict.resolve(said)
        // Of a probe that could not tell we know no better than before.
        else if (probing) verdict.resolve('bad')
        else verdict.reject(new Undecided('hung up on'))
      },
    }
  }

  /** The provider said itself for how long it wants no calls. */
  leaveAloneFor(ms: number): void {
    this.#holdsUntil = Math.max(this.#holdsUntil, this.#now() + Math.min(ms, longestRestMs))
    this.#onChange(this.state)
  }

  /** A call that had begun well. */
  #failed(): void {
    if (this.#policy.state === CircuitState.Closed) this.#policy.execute((): Verdict => 'bad').catch(() => undefined)
  }

  #rest(attempt: number): IBackoff<{ attempt: number }> {
    this.#restsUntil = this.#now() + Math.min(firstRestMs * 2 ** (attempt - 1), this.#longestRestMs())
    const isDue = (): boolean => this.#now() >= this.#restsUntil
    return {
      // Cockatiel compares this with the time of day, which may have jumped either way.
      get duration() {
        return isDue() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
      },
      next: ({ attempt: next }) => this.#rest(next),
    }
  }
}

function inARowOrShare(): IBreaker {
  const inARow = new ConsecutiveBreaker(mostInARow)
  const ofMany = new CountBreaker(share)
  return {
    state: undefined,
    success(state) {
      inARow.success()
      ofMany.success(state)
    },
    failure(state) {
      const [one, other] = [inARow.failure(), ofMany.failure(state)]
      return one || other
    },
  }
}
