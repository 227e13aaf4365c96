import type { Work, WorkBegun, WorkLedger } from '#knowledge/work-ledger.ts'

interface Held extends Work {
  at: number
  /** Undefined: finished. */
  leaseUntil: number | undefined
}

/** A ledger that lasts as long as the process, for tests and small trials. */
export class MemoryLedger implements WorkLedger {
  readonly #works = new Map<string, Held>()

  async begin({ id, note, at, leaseUntil }: WorkBegun): Promise<boolean> {
    if (this.#works.has(id)) return false
    this.#works.set(id, { id, note, takeovers: 0, at: at.getTime(), leaseUntil: leaseUntil.getTime() })
    return true
  }

  async keep({ id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>): Promise<void> {
    const held = this.#works.get(id)
    if (held?.leaseUntil !== undefined) this.#works.set(id, { ...held, note, leaseUntil: leaseUntil.getTime() })
  }

  async finish(id: string, note: string): Promise<void> {
    const held = this.#works.get(id)
    if (held !== undefined) this.#works.set(id, { ...held, note, leaseUntil: undefined })
  }

  async reopen({ id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>): Promise<boolean> {
    const held = this.#works.get(id)
    if (held === undefined || held.leaseUntil !== undefined) return false
    this.#works.set(id, { ...held, note, leaseUntil: leaseUntil.getTime() })
    return true
  }

  async note(id: string): Promise<string | undefined> {
    return this.#works.get(id)?.note
  }

  async takeOver(now: Date, leaseUntil: Date, limit: number): Promise<Work[]> {
    const left = [...this.#works.values()]
      .filter((held) => held.leaseUntil !== undefined && held.leaseUntil <= now.getTime())
      .toSorted((one, other) => one.at - other.at)
      .slice(0, limit)
    return left.map((held) => {
      const taken = { ...held, takeovers: held.takeovers + 1, leaseUntil: leaseUntil.getTime() }
      this.#works.set(held.id, taken)
      return { id: taken.id, note: taken.note, takeovers: taken.takeovers }
    })
  }

  async forgetBefore(time: Date): Promise<void> {
    for (const [id, held] of this.#works)
      if (held.leaseUntil === undefined && held.at < time.getTime()) this.#works.delete(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
