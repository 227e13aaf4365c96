/** A controller that aborts with its parent too, and lets go of it when disposed of. */
export function childOf(parent: AbortSignal): AbortController & Disposable {
  const child = new AbortController()
  const stop = (): void => child.abort(parent.reason)
  if (parent.aborted) stop()
  else parent.addEventListener('abort', stop, { once: true })
  return Object.assign(child, { [Symbol.dispose]: () => parent.removeEventListener('abort', stop) })
}

/**
 * The next value, or the signal's reason as soon as it aborts, whatever the source is doing. Nothing is left behind on a
 * signal that lives longer.
 */
export async function nextOrAborted<T>(source: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T>>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    source.next().then(resolve, reject)
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/**
 * The same values, given up on as soon as the signal aborts, and the source let go of. For one reader, who asks for one value
 * after the other; it is told of the signal's end once, not with each value.
 */
export function untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterableIterator<T> {
  return new UntilAborted(source, signal)
}

class UntilAborted<T> {
  readonly #source: AsyncIterable<T>
  readonly #signal: AbortSignal
  #iterator: AsyncIterator<T> | undefined
  #asked: PromiseWithResolvers<IteratorResult<T>> | undefined
  #isOver = false

  constructor(source: AsyncIterable<T>, signal: AbortSignal) {
    this.#source = source
    this.#signal = signal
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    this.#iterator ??= this.#begin()
    const asked = Promise.withResolvers<IteratorResult<T>>()
    this.#asked = asked
    if (this.#signal.aborted) this.#stop()
    else {
      this.#iterator.next().then(
        (result) => {
          this.#asked = undefined
          if (result.done === true) this.#end()
          asked.resolve(result)
        },
        (error: unknown) => {
          this.#asked = undefined
          this.#end()
          asked.reject(error)
        },
      )
    }
    return asked.promise
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#isOver) this.#letGo()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #begin(): AsyncIterator<T> {
    this.#signal.addEventListener('abort', this.#stop, { once: true })
    return this.#source[Symbol.asyncIterator]()
  }

  /** Whoever asks for nothing hears of it when they ask. */
  readonly #stop = (): void => {
    if (this.#asked === undefined || this.#isOver) return
    this.#asked.reject(this.#signal.reason)
    this.#letGo()
  }

  /** The source's end isn't waited for: it may hang, and a generator ends only once what it awaits has settled. */
  #letGo(): void {
    this.#end()
    this.#iterator?.return?.()?.then(undefined, () => undefined)
  }

  #end(): void {
    this.#isOver = true
    this.#signal.removeEventListener('abort', this.#stop)
  }
}
