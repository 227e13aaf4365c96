import { AsyncLocalStorage } from 'node:async_hooks'

/** Names and values as the semantic conventions of OpenTelemetry have them; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** On whose account something is done. */
export interface Asker {
  principal: string
  /** The conversation. */
  session: string | undefined
}

export interface SpanOptions {
  /** `client`: a call to somebody else. Absent: work of our own. */
  kind?: 'client' | 'internal' | undefined
  attributes?: Attributes | undefined
  /** Begins a trace of this id (32 hexadecimal digits) instead of going on with what is being done. */
  traceId?: string | undefined
  /** Absent: whoever asked for what is being done. */
  asker?: Asker | undefined
  /** Milliseconds since 1970; absent: now. */
  startedAt?: number | undefined
}

/** Something that is being done, and how long it takes. */
export interface Span {
  readonly traceId: string
  readonly asker: Asker | undefined
  /** For whoever is called (W3C Trace Context); undefined: nobody looks at it. */
  readonly traceparent: string | undefined
  set(attributes: Attributes): void
  /** Once; later words are ignored. @param error What it failed of. @param endedAt Milliseconds since 1970; absent: now. */
  end(error?: unknown, endedAt?: number): void
}

/** A figure of which many are to be compared. */
export interface Measurement {
  name: string
  unit: 's' | '{token}' | 'USD'
  value: number
  attributes: Attributes
}

/** Where spans and figures go. */
export interface TelemetrySink {
  begin(name: string, options: SpanOptions, parent: Span | undefined): Span
  measure(measurement: Measurement): void
}

export interface TelemetryOptions {
  /** Absent: nothing leaves the process. */
  sink?: TelemetrySink | undefined
  /** What people asked and were answered may go along. */
  content?: boolean | undefined
}

/**
 * Knows what is being done on whose account, through everything that is waited for. Without a sink it costs no more than
 * that.
 */
export class Telemetry {
  readonly content: boolean
  readonly #sink: TelemetrySink | undefined
  readonly #doing = new AsyncLocalStorage<Span>()

  constructor({ sink, content = false }: TelemetryOptions = {}) {
    this.#sink = sink
    this.content = sink !== undefined && content
  }

  /** Whether anybody looks at it. */
  get isOn(): boolean {
    return this.#sink !== undefined
  }

  /** What is being done. */
  get current(): Span | undefined {
    return this.#doing.getStore()
  }

  /** Begins a part of what is being done, or with a `traceId` something new. */
  start(name: string, options: SpanOptions = {}): Span {
    const parent = options.traceId === undefined ? this.current : undefined
    const asker = options.asker ?? parent?.asker
    if (this.#sink !== undefined) return this.#sink.begin(name, { ...options, asker }, parent)
    return { ...unseen, traceId: options.traceId ?? parent?.traceId ?? '', asker }
  }

  measure(name: string, unit: Measurement['unit'], value: number, attributes: Attributes): void {
    this.#sink?.measure({ name, unit, value, attributes })
  }

  /** Whatever is begun in `work`, and whatever that waits for, is a part of the span. */
  within<Result>(span: Span, work: () => Result): Result {
    return this.#doing.run(span, work)
  }

  /** Whatever is done in `work`, and isn't a part of anything else, is on this account. */
  onAccountOf<Result>(asker: Asker, work: () => Result): Result {
    return this.#doing.run({ ...unseen, traceId: '', asker }, work)
  }

  /** The span is over when the work is. */
  async whole<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
    try {
      const result = await this.within(span, () => work(span))
      span.end()
      return result
    } catch (error) {
      span.end(error)
      throw error
    }
  }

  /** The pieces of a stream whose making is a part of the span; it is over when the stream is, or nobody pulls any more. */
  async *stream<Piece>(span: Span, open: () => AsyncIterable<Piece>): AsyncGenerator<Piece> {
    const iterator = this.within(span, () => open()[Symbol.asyncIterator]())
    const pull = (): Promise<IteratorResult<Piece>> => iterator.next()
    let isOver = false
    try {
      for (let next = await this.within(span, pull); next.done !== true; next = await this.within(span, pull)) {
        yield next.value
      }
      isOver = true
    } catch (error) {
      isOver = true
      span.end(error)
      throw error
    } finally {
      if (!isOver) await this.within(span, async () => iterator.return?.())
      span.end()
    }
  }
}

const unseen: Pick<Span, 'set' | 'end' | 'traceparent'> = {
  traceparent: undefined,
  set: () => undefined,
  end: () => undefined,
}

/** Nothing leaves the process. */
export function localTelemetry(): Telemetry {
  return new Telemetry()
}
