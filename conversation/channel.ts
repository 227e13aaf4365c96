/** Of what needn't wait: the same for all, since a conversation sends hundreds of values a second. */
const sent = Promise.resolve()

/**
 * Hands values from whoever has them to one reader, a few at a time: a sender waits while the reader is behind.
 * Nothing waits on a promise that outlives one value, so that nothing is retained however long it lives.
 */
export class Channel<T> {
  readonly #capacity: number
  readonly #values: { value: T }[] = []
  #reader: PromiseWithResolvers<IteratorResult<T>> | undefined
  #senders: (() => void)[] = []
  #ended = false
  #failure: { error: unknown } | undefined

  /** @param capacity Values kept for a reader who is behind, at least 1. */
  constructor(capacity = 256) {
    this.#capacity = capacity
  }

  /** Resolves when the value was taken or there is room for it; at once when nobody reads any more. */
  send(value: T): Promise<void> {
    if (this.#ended) return sent
    if (this.#reader !== undefined) {
      const reader = this.#reader
      this.#reader = undefined
      reader.resolve({ done: false, value })
      return sent
    }
    this.#values.push({ value })
    if (this.#values.length < this.#capacity) return sent
    return new Promise<void>((resolve) => this.#senders.push(resolve))
  }

  /** What waits to be read and is no longer meant to be. */
  drop(which: (value: T) => boolean): void {
    const kept = this.#values.filter(({ value }) => !which(value))
    this.#values.splice(0, this.#values.length, ...kept)
    while (this.#values.length < this.#capacity && this.#senders.length > 0) this.#senders.shift()?.()
  }

  /** No more values: the reader gets what is left, and then the end. */
  close(): void {
    this.#ended = true
    this.#letGo()
    if (this.#values.length > 0) return
    this.#reader?.resolve({ done: true, value: undefined })
    this.#reader = undefined
  }

  /** The reader gets this error next, whatever is left. */
  fail(error: unknown): void {
    if (this.#ended && this.#values.length === 0) return
    this.#values.length = 0
    this.#ended = true
    this.#letGo()
    if (this.#reader === undefined) this.#failure = { error }
    else this.#reader.reject(error)
    this.#reader = undefined
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#failure !== undefined) {
      const { error } = this.#failure
      this.#failure = undefined
      return Promise.reject(error)
    }
    const first = this.#values.shift()
    if (first !== undefined) {
      if (this.#values.length < this.#capacity) this.#senders.shift()?.()
      return Promise.resolve({ done: false, value: first.value })
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    this.#reader = Promise.withResolvers<IteratorResult<T>>()
    return this.#reader.promise
  }

  async return(): Promise<IteratorResult<T>> {
    this.#values.length = 0
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #letGo(): void {
    for (const sender of this.#senders) sender()
    this.#senders = []
  }
}
