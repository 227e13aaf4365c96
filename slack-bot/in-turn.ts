/** Work on the same thing is done one after the other; on different things side by side. */
export class InTurn {
  readonly #last = new Map<string, Promise<void>>()

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const working = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const settled = working.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(key, settled)
    try {
      return await working
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
  }
}
