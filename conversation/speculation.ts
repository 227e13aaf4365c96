import type { AnswerEvent, Ask, Question } from '#knowledge/answer.ts'
import type { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { Channel } from './channel.ts'
import type { TurnReads } from './turn-reads.ts'

/** How far an answer may be made before its turn has ended. */
export type SpeculationDepth = 'retrieval' | 'answer'

export interface SpeculationParts {
  question: Question
  ask: Ask
  reads: TurnReads
  depth: SpeculationDepth
  /** Absent: nobody looks. */
  telemetry?: Telemetry | undefined
}

/**
 * An answer begun before the turn has ended. It goes as far as it is allowed to and keeps what it has; whoever adopts it
 * gets all from the beginning, and whoever discards it hangs up on what it was waiting for. It has no effect on anything.
 */
export class SpeculativeAnswer {
  readonly text: string
  /** Of the answer. */
  readonly lang: Question['lang']
  readonly reads: TurnReads
  /** Of the turn that adopts it. */
  readonly traceId: string | undefined
  readonly #abort = new AbortController()
  readonly #kept = new Channel<AnswerEvent>(Number.POSITIVE_INFINITY)
  readonly #allowed = Promise.withResolvers<void>()
  readonly #running: Promise<void>
  #depth: SpeculationDepth
  #depthBefore: SpeculationDepth | undefined

  constructor({ question, ask, reads, depth, telemetry }: SpeculationParts) {
    this.traceId = question.traceId
    this.text = question.text
    this.lang = question.lang
    this.reads = reads
    this.#depth = depth
    if (depth === 'answer') this.#allowed.resolve()
    const events = (): AsyncIterable<AnswerEvent> => ask(question, this.#abort.signal)
    const { traceId, principal, conversationId: session } = question
    this.#running = this.#run(
      telemetry === undefined || traceId === undefined
        ? events()
        : telemetry.stream(
            telemetry.start('answer begun early', { traceId, asker: { principal: principal.name, session } }),
            events,
          ),
    )
  }

  /** How far it was allowed to go before somebody adopted it. */
  get depthBefore(): SpeculationDepth {
    return this.#depthBefore ?? this.#depth
  }

  /** Goes on from the retrieval to the answer. */
  deepen(): void {
    this.#depth = 'answer'
    this.#allowed.resolve()
  }

  /** All of the answer, as it comes; from now on it lives as long as `signal` and its reader. */
  async *adopt(signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    const stop = (): void => {
      this.#abort.abort(signal.reason)
      this.#kept.fail(signal.reason)
    }
    this.#depthBefore ??= this.#depth
    this.deepen()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      yield* this.#kept
    } finally {
      signal.removeEventListener('abort', stop)
      this.discard()
    }
  }

  discard(): void {
    this.#abort.abort(new Error('the speaker went on'))
    this.#allowed.resolve()
  }

  /** Resolves when nothing of it is under way any more. */
  get ended(): Promise<void> {
    return this.#running
  }

  async #run(events: AsyncIterable<AnswerEvent>): Promise<void> {
    try {
      for await (const event of events) {
        await this.#kept.send(event)
        // Answering says that it writes once it has found and read what it needs, and before anything that costs more.
        if (event.kind === 'status' && event.stage === 'writing') await this.#allowed.promise
        if (this.#abort.signal.aborted) break
      }
      this.#kept.close()
    } catch (error) {
      this.#kept.fail(error)
    }
  }
}
