import type { Pass } from './breaker.ts'

export interface StageDeadlines {
  /** From the call to the first piece. */
  firstPieceMs: number
  /** From one piece to the next. */
  betweenPiecesMs: number
  /** From the call to the end. */
  totalMs: number
}

export interface AttemptEnd {
  outcome: string
  firstMs: number | undefined
  totalMs: number
  /** What it failed of. */
  error?: unknown
}

export interface AttemptParts<Piece> {
  pass: Pass
  open: (signal: AbortSignal) => AsyncIterable<Piece>
  deadlines: StageDeadlines
  /** What a missed deadline fails with. */
  tooSlow: () => Error
  now: () => number
  outcomeOf: (error: unknown) => string
  /** It has nothing to do at the moment, so that its silence is no fault. */
  isIdle?: (() => boolean) | undefined
  /** Whether a piece shows that the provider is back, where the call finds that out; absent: any piece does. */
  isSignOfLife?: ((piece: Piece) => boolean) | undefined
  /** An error that isn't the provider's. */
  isOurs?: ((error: unknown) => boolean) | undefined
  /** What the provider does is done in it; absent: as it is. */
  within?: (<Result>(work: () => Result) => Result) | undefined
  onEnd: (end: AttemptEnd) => void
}

/** One call to one provider, held to its deadlines; however it ends, its breaker and its statistics learn of it once. */
export class Attempt<Piece> {
  /** Resolves with the first piece (undefined: it ended without any); rejects when it fails before that. */
  readonly begun: Promise<Piece | undefined>
  readonly #parts: AttemptParts<Piece>
  readonly #hangUp = new AbortController()
  readonly #signal: AbortSignal
  readonly #asker: AbortSignal
  readonly #iterator: AsyncIterator<Piece>
  readonly #startedAt: number
  readonly #timer: NodeJS.Timeout
  readonly #total: NodeJS.Timeout
  #firstMs: number | undefined
  #ended = false
  #isAwaited = false

  constructor(parts: AttemptParts<Piece>, signal: AbortSignal) {
    this.#parts = parts
    this.#asker = signal
    this.#signal = AbortSignal.any([signal, this.#hangUp.signal])
    this.#startedAt = parts.now()
    const late = (): void => this.#hangUp.abort(parts.tooSlow())
    this.#timer = setTimeout(late, parts.deadlines.firstPieceMs)
    this.#total = setTimeout(late, parts.deadlines.totalMs)
    const { within = plainly } = parts
    this.#iterator = within(() => parts.open(this.#signal)[Symbol.asyncIterator]())
    this.begun = this.#begin()
  }

  /** It finds out whether a provider is back. */
  get probing(): boolean {
    return this.#parts.pass.probing
  }

  /** The provider is back: others needn't wait until this call is over, which may last as long as a conversation. */
  vouch(): void {
    if (this.probing && !this.#ended) this.#parts.pass.settle('good')
  }

  async #begin(): Promise<Piece | undefined> {
    const first = await this.#next()
    return first.done === true ? undefined : first.value
  }

  /** All pieces from the first on; leaving early hangs up. */
  async *pieces(): AsyncGenerator<Piece> {
    const between = setTimeout(() => {
      // Time that our own reader takes is none of the provider's.
      if (!this.#isAwaited) return
      if (this.#parts.isIdle?.() === true) between.refresh()
      else this.#hangUp.abort(this.#parts.tooSlow())
    }, this.#parts.deadlines.betweenPiecesMs)
    try {
      const first = await this.begun
      if (first === undefined) return
      yield first
      for (;;) {
        between.refresh()
        const next = await this.#next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      clearTimeout(between)
      this.hangUp('stopped')
    }
  }

  /** Nobody waits for it any more. A probe may go on to its first piece, since that is what it is to find out. */
  hangUp(outcome: 'stopped' | 'outrun'): void {
    if (this.#ended) return
    if (outcome === 'outrun' && this.#parts.pass.probing) {
      this.begun.then(
        () => this.hangUp('stopped'),
        () => undefined,
      )
      return
    }
    this.#end({ outcome })
    this.#hangUp.abort(new Error('hung up on'))
    // Whatever it was waiting for, it is told to close; nobody waits for that.
    this.#iterator.return?.().then(undefined, () => undefined)
  }

  async #next(): Promise<IteratorResult<Piece>> {
    try {
      this.#isAwaited = true
      const { within = plainly } = this.#parts
      const next = await within(() => this.#iterator.next())
      this.#isAwaited = false
      this.#signal.throwIfAborted()
      if (next.done === true) this.#end({ outcome: 'good' })
      else if (this.#firstMs === undefined) {
        this.#firstMs = this.#parts.now() - this.#startedAt
        clearTimeout(this.#timer)
      }
      if (next.done !== true && this.#parts.isSignOfLife?.(next.value) !== false) this.vouch()
      return next
    } catch (thrown) {
      const error: unknown = this.#hangUp.signal.aborted ? this.#hangUp.signal.reason : thrown
      if (this.#asker.aborted || this.#parts.isOurs?.(error) === true) this.#end({ outcome: 'stopped' })
      else this.#end({ outcome: this.#parts.outcomeOf(error), error })
      this.#asker.throwIfAborted()
      throw error
    }
  }

  #end({ outcome, error }: Pick<AttemptEnd, 'outcome' | 'error'>): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    clearTimeout(this.#total)
    if (error !== undefined) this.#parts.pass.settle('bad')
    else this.#parts.pass.settle(outcome === 'good' || this.#firstMs !== undefined ? 'good' : 'undecided')
    this.#parts.onEnd({ outcome, error, firstMs: this.#firstMs, totalMs: this.#parts.now() - this.#startedAt })
  }
}

function plainly<Result>(work: () => Result): Result {
  return work()
}
