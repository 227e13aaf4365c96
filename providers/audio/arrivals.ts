/**
 * What arrives by callbacks, for one reader to pull. After `fail` nothing of what was waiting is handed out any more;
 * after `end` all of it is.
 */
export class Arrivals<T> {
  readonly #waiting: T[] = []
  #reader: PromiseWithResolvers<T | undefined> | undefined
  #outcome: { kind: 'ended' } | { kind: 'failed'; error: unknown } | undefined

  push(item: T): void {
    if (this.#outcome !== undefined) return
    const reader = this.#reader
    this.#reader = undefined
    if (reader === undefined) this.#waiting.push(item)
    else reader.resolve(item)
  }

  end(): void {
    if (this.#outcome !== undefined) return
    this.#outcome = { kind: 'ended' }
    this.#reader?.resolve(undefined)
    this.#reader = undefined
  }

  fail(error: unknown): void {
    if (this.#outcome?.kind === 'failed') return
    this.#outcome = { kind: 'failed', error }
    this.#waiting.length = 0
    this.#reader?.reject(error)
    this.#reader = undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      if (this.#outcome?.kind === 'failed') throw this.#outcome.error
      const next = this.#waiting.shift() ?? (await this.#next())
      if (next === undefined) return
      yield next
    }
  }

  async #next(): Promise<T | undefined> {
    if (this.#outcome !== undefined) return undefined
    this.#reader = Promise.withResolvers<T | undefined>()
    return this.#reader.promise
  }
}
