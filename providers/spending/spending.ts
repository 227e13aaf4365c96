import type { Clock } from '#runtime/clock.ts'
import type { Board } from '../board/board.ts'
import type { ProviderKind } from '../gateway/call.ts'

/** US dollars; what isn't given isn't limited. */
export interface Budgets {
  perDayUsd?: number | undefined
  perPrincipalDayUsd?: number | undefined
  perSessionUsd?: number | undefined
}

export interface Spent {
  kind: ProviderKind
  /** Undefined: nobody's in particular. */
  principal: string | undefined
  session: string | undefined
  costUsd: number
}

export interface SpendingToday {
  /** In UTC. */
  day: string
  usd: number
  turns: number
  budgetUsd: number | undefined
  kinds: { kind: ProviderKind; usd: number }[]
  /** The dearest first. */
  principals: { name: string; usd: number }[]
}

/** Sessions whose cost is remembered; the longest unused are forgotten first. */
const mostSessions = 10_000
/** A day, and some more for clocks that differ. */
const keepMs = 3 * 86_400_000
const kinds: readonly ProviderKind[] = ['llm', 'speech-to-text', 'text-to-speech', 'embedder']
const names = { usd: 'usd', turns: 'turns', kind: 'kind ', principal: 'principal ' } as const

/**
 * What was spent, by session, principal and day, and whether more may be. Days end at midnight UTC. With a board, all
 * processes count together, and a restart gives no money again; sessions are counted by each process.
 */
export class Spending {
  readonly #clock: Clock
  readonly #budgets: Budgets
  readonly #sessions = new Map<string, number>()
  /** Of this day: what all processes told, and what of ours isn't told yet. */
  #shared: ReadonlyMap<string, number> = new Map()
  #own = new Map<string, number>()
  #day = ''

  constructor(clock: Clock, budgets: Budgets = {}) {
    this.#clock = clock
    this.#budgets = budgets
  }

  add({ kind, principal, session, costUsd }: Spent): void {
    this.#turnDay()
    this.#count(names.usd, costUsd)
    this.#count(names.kind + kind, costUsd)
    if (principal !== undefined) this.#count(names.principal + principal, costUsd)
    if (session !== undefined) this.#addToSession(session, costUsd)
  }

  /** A turn was answered. */
  countTurn(): void {
    this.#turnDay()
    this.#count(names.turns, 1)
  }

  /** Which budget is used up, if any. */
  exhausted(principal: string | undefined, session: string | undefined): keyof Budgets | undefined {
    this.#turnDay()
    const { perDayUsd, perPrincipalDayUsd, perSessionUsd } = this.#budgets
    if (isReached(this.#sum(names.usd), perDayUsd)) return 'perDayUsd'
    if (principal !== undefined && isReached(this.#sum(names.principal + principal), perPrincipalDayUsd))
      return 'perPrincipalDayUsd'
    if (session !== undefined && isReached(this.#sessions.get(session), perSessionUsd)) return 'perSessionUsd'
    return undefined
  }

  today(): SpendingToday {
    this.#turnDay()
    const known = new Set([...this.#shared.keys(), ...this.#own.keys()])
    const principals = [...known].filter((name) => name.startsWith(names.principal))
    return {
      day: this.#day,
      usd: this.#sum(names.usd),
      turns: this.#sum(names.turns),
      budgetUsd: this.#budgets.perDayUsd,
      kinds: kinds
        .filter((kind) => known.has(names.kind + kind))
        .map((kind) => ({ kind, usd: this.#sum(names.kind + kind) })),
      principals: principals
        .map((name) => ({ name: name.slice(names.principal.length), usd: this.#sum(name) }))
        .toSorted((one, other) => other.usd - one.usd),
    }
  }

  /** Tells the board what was spent here, and learns what was spent elsewhere. @throws What the board throws; nothing is lost then. */
  async share(board: Board, signal: AbortSignal): Promise<void> {
    this.#turnDay()
    const day = this.#day
    const told = this.#own
    const topic = `spent ${day}`
    if (told.size > 0) {
      await board.add(topic, told, keepMs, signal)
      if (day !== this.#day) return
      // What was spent meanwhile isn't told yet; what was told counts until it is read again.
      this.#own = difference(this.#own, told)
      this.#shared = sums(this.#shared, told)
    }
    const read = await board.read(topic, signal)
    if (day === this.#day) this.#shared = new Map([...read].map(([name, value]) => [name, Number(value)]))
  }

  #count(name: string, amount: number): void {
    // A new map each time: the one that is being told must not change.
    this.#own = new Map(this.#own).set(name, (this.#own.get(name) ?? 0) + amount)
  }

  #sum(name: string): number {
    return (this.#shared.get(name) ?? 0) + (this.#own.get(name) ?? 0)
  }

  #addToSession(session: string, costUsd: number): void {
    const before = this.#sessions.get(session) ?? 0
    this.#sessions.delete(session)
    this.#sessions.set(session, before + costUsd)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }

  /** A clock that is set back doesn't give yesterday's money again: only a later day begins anew. */
  #turnDay(): void {
    const day = this.#clock.now().toISOString().slice(0, 10)
    if (day <= this.#day) return
    this.#day = day
    this.#shared = new Map()
    this.#own = new Map()
  }
}

function sums(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): Map<string, number> {
  const both = new Map(one)
  for (const [name, amount] of other) both.set(name, (both.get(name) ?? 0) + amount)
  return both
}

function difference(from: ReadonlyMap<string, number>, told: ReadonlyMap<string, number>): Map<string, number> {
  const rest = [...from].map(([name, amount]) => [name, amount - (told.get(name) ?? 0)] as const)
  return new Map(rest.filter(([, amount]) => amount > 1e-12))
}

function isReached(spent = 0, budget: number | undefined): boolean {
  return budget !== undefined && spent >= budget
}
