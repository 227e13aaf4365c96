import type { Board } from './board.ts'

/** For a single process; what is on it goes with the process. */
export class MemoryBoard implements Board {
  readonly #topics: Map<string, Map<string, string>>

  /** @param topics What several share. */
  constructor(topics = new Map<string, Map<string, string>>()) {
    this.#topics = topics
  }

  async add(topic: string, amounts: ReadonlyMap<string, number>, _: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const known = this.#topic(topic)
    for (const [name, amount] of amounts) known.set(name, String(Number(known.get(name) ?? 0) + amount))
  }

  async put(topic: string, name: string, value: string | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (value === undefined) this.#topic(topic).delete(name)
    else this.#topic(topic).set(name, value)
  }

  async read(topic: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted()
    return new Map(this.#topic(topic))
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #topic(topic: string): Map<string, string> {
    const known = this.#topics.get(topic) ?? new Map<string, string>()
    this.#topics.set(topic, known)
    return known
  }
}
