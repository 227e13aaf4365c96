/**
 * What comes in once and may have to be handed out again: taken from its source as it comes, kept until it is forgotten,
 * and read from any place by any number of readers.
 */
export class SharedFeed<Item> implements Disposable {
  readonly #iterator: AsyncIterator<Item>
  #items: Item[] = []
  #forgotten = 0
  /** Those who wait for news. None waits on a promise that outlives one item: it would keep what came of each. */
  readonly #readers = new Set<() => void>()
  #outcome: { kind: 'ended' } | { kind: 'failed'; error: unknown } | undefined

  constructor(source: AsyncIterable<Item>) {
    this.#iterator = source[Symbol.asyncIterator]()
    this.#pump().catch(() => undefined)
  }

  /** How many have come, forgotten ones included. */
  get count(): number {
    return this.#forgotten + this.#items.length
  }

  /** Those from there on that have come. */
  since(position: number): readonly Item[] {
    return this.#items.slice(Math.max(0, position - this.#forgotten))
  }

  /** Nothing more will come. */
  get isOver(): boolean {
    return this.#outcome !== undefined
  }

  failedWith(error: unknown): boolean {
    return this.#outcome?.kind === 'failed' && this.#outcome.error === error
  }

  /** Resolves once something has come, or nothing more will. @throws What the source throws. */
  async begun(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    while (this.count === 0 && this.#outcome === undefined) await this.#news(signal)
    if (this.count === 0 && this.#outcome?.kind === 'failed') throw this.#outcome.error
    return this.count > 0
  }

  /** Resolves once something has come, or nothing more will. @throws The signal's reason. */
  async #news(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = (): void => resolve()
    this.#readers.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    await promise
    this.#readers.delete(wake)
    signal.removeEventListener('abort', wake)
    signal.throwIfAborted()
  }

  async *from(position: number, signal: AbortSignal): AsyncGenerator<Item, void, undefined> {
    let at = position
    let news: (() => void) | undefined
    const wake = (): void => news?.()
    this.#readers.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    try {
      for (;;) {
        signal.throwIfAborted()
        at = Math.max(at, this.#forgotten)
        const has = at < this.count
        const item = this.#items[at - this.#forgotten]
        if (has && item !== undefined) {
          at += 1
          yield item
        } else if (this.#outcome?.kind === 'failed') throw this.#outcome.error
        else if (this.#outcome !== undefined) return
        else {
          await new Promise<void>((resolve) => {
            news = resolve
          })
        }
      }
    } finally {
      this.#readers.delete(wake)
      signal.removeEventListener('abort', wake)
    }
  }

  /** Nobody will ask for what came before that any more. */
  forget(before: number): void {
    const gone = Math.min(this.#items.length, Math.max(0, before - this.#forgotten))
    if (gone === 0) return
    this.#items = this.#items.slice(gone)
    this.#forgotten += gone
  }

  async #pump(): Promise<void> {
    try {
      for (let next = await this.#iterator.next(); next.done !== true; next = await this.#iterator.next()) {
        if (this.#outcome !== undefined) return
        this.#items.push(next.value)
        this.#tell()
      }
      this.#outcome ??= { kind: 'ended' }
    } catch (error) {
      this.#outcome ??= { kind: 'failed', error }
    }
    this.#tell()
  }

  #tell(): void {
    for (const wake of this.#readers) wake()
  }

  /** Lets go of the source. */
  [Symbol.dispose](): void {
    this.#outcome ??= { kind: 'ended' }
    this.#tell()
    this.#iterator.return?.().then(undefined, () => undefined)
  }
}
