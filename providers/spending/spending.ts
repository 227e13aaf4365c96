import type { Clock } from '#runtime/clock.ts'

/** US dollars; what isn't given isn't limited. */
export interface Budgets {
  perDayUsd?: number | undefined
  perPrincipalDayUsd?: number | undefined
  perSessionUsd?: number | undefined
}

export interface Spent {
  principal: string
  session: string | undefined
  costUsd: number
}

export interface SpendingToday {
  /** In UTC. */
  day: string
  usd: number
  turns: number
  budgetUsd: number | undefined
  /** The dearest first. */
  principals: { name: string; usd: number }[]
}

/** Sessions whose cost is remembered; the longest unused are forgotten first. */
const mostSessions = 10_000

/** What turns cost, by session, principal and day, and whether more may be spent. Days end at midnight UTC. */
export class Spending {
  readonly #clock: Clock
  readonly #budgets: Budgets
  readonly #principals = new Map<string, number>()
  readonly #sessions = new Map<string, number>()
  #day = ''
  #usd = 0
  #turns = 0

  constructor(clock: Clock, budgets: Budgets = {}) {
    this.#clock = clock
    this.#budgets = budgets
  }

  add({ principal, session, costUsd }: Spent): void {
    this.#turnDay()
    this.#usd += costUsd
    this.#turns += 1
    this.#principals.set(principal, (this.#principals.get(principal) ?? 0) + costUsd)
    if (session === undefined) return
    const before = this.#sessions.get(session) ?? 0
    this.#sessions.delete(session)
    this.#sessions.set(session, before + costUsd)
    if (this.#sessions.size <= mostSessions) return
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest)
      break
    }
  }

  /** Which budget is used up, if any. */
  exhausted(principal: string, session: string | undefined): keyof Budgets | undefined {
    this.#turnDay()
    const { perDayUsd, perPrincipalDayUsd, perSessionUsd } = this.#budgets
    if (isReached(this.#usd, perDayUsd)) return 'perDayUsd'
    if (isReached(this.#principals.get(principal), perPrincipalDayUsd)) return 'perPrincipalDayUsd'
    if (session !== undefined && isReached(this.#sessions.get(session), perSessionUsd)) return 'perSessionUsd'
    return undefined
  }

  today(): SpendingToday {
    this.#turnDay()
    return {
      day: this.#day,
      usd: this.#usd,
      turns: this.#turns,
      budgetUsd: this.#budgets.perDayUsd,
      principals: [...this.#principals]
        .map(([name, usd]) => ({ name, usd }))
        .toSorted((one, other) => other.usd - one.usd),
    }
  }

  /** A clock that is set back doesn't give yesterday's money again: only a later day begins anew. */
  #turnDay(): void {
    const day = this.#clock.now().toISOString().slice(0, 10)
    if (day <= this.#day) return
    this.#day = day
    this.#usd = 0
    this.#turns = 0
    this.#principals.clear()
  }
}

function isReached(spent = 0, budget: number | undefined): boolean {
  return budget !== undefined && spent >= budget
}
