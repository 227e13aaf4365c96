/** As many as may work side by side; the others wait their turn. */
export class Places {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves with a place, which is to be given back. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#busy < this.#most) {
      this.#busy += 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const next = () => resolve()
    const stop = () => {
      const at = this.#waiting.indexOf(next)
      if (at >= 0) {
        this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
    }
    this.#waiting.push(next)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Hands the place on, or gives it back. */
  giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy -= 1
    else next()
  }
}
