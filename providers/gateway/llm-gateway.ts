import { failureFields } from '#runtime/errors.ts'
import { LlmError } from '../llm/errors.ts'
import type { Llm, LlmMessage, LlmPiece, LlmReplyOptions, LlmUsage } from '../llm/llm.ts'
import { Attempt, type AttemptEnd, type StageDeadlines } from './attempt.ts'
import type { Call } from './call.ts'
import { Continuation, continuedFrom } from './continuing.ts'
import { messagesAttribute, type ObservedCall, observed } from './observed.ts'
import { type GatewayParts, ProviderPool } from './provider-pool.ts'
import type { ProviderState } from './provider-state.ts'
import { firstToBegin } from './race.ts'
import { checkedReply } from './reply-check.ts'

export interface LlmGatewayOptions {
  deadlines?: Partial<StageDeadlines> | undefined
  /** How long the first piece may take before another provider is asked beside it, until enough replies are known. */
  hedgeAfterMs?: number | undefined
  /** Undefined: the price isn't known. */
  priceOf?: ((model: string, usage: LlmUsage) => number | undefined) | undefined
}

export interface LlmGateway extends Llm {
  readonly pool: ProviderPool<Llm>
}

const usualDeadlines: StageDeadlines = { firstPieceMs: 6_000, betweenPiecesMs: 4_000, totalMs: 60_000 }
const usualHedgeAfterMs = 1_200
/** A quicker provider isn't asked twice for a hiccup that nobody notices. */
const soonestHedgeMs = 100
/** Of a probe nothing good is expected, so that nobody is to wait for it. */
const probeHedgeMs = 0
/** A reply that breaks off more often ends there. */
const mostResumes = 3
/** Roughly, where a provider that broke off didn't tell; the page of prices counts in tokens. */
const charactersPerToken = 4

/**
 * Models in order of preference as one. The next is asked when one fails or is left alone, beside one whose first piece
 * is later than that provider's slowest in twenty, and in place of one that breaks off, if whoever asks tells what it
 * has `used`: what was used is never said again.
 * @param llms At least one.
 */
export function createLlmGateway(
  llms: readonly Llm[],
  parts: GatewayParts,
  options: LlmGatewayOptions = {},
): LlmGateway {
  const pool = new ProviderPool('llm', llms, parts)
  return {
    id: llms[0]?.id ?? 'none',
    pool,
    reply: (messages, asked, signal) => new GatewayReply(pool, parts, options, messages, asked).pieces(signal),
  }
}

/** One reply, whoever gives it. */
class GatewayReply {
  readonly #pool: ProviderPool<Llm>
  readonly #parts: GatewayParts
  readonly #options: LlmGatewayOptions
  readonly #deadlines: StageDeadlines
  readonly #messages: readonly LlmMessage[]
  readonly #asked: LlmReplyOptions
  /** Calls that ended before the one that is passed on, in dollars. */
  #spentUsd = 0
  #waiting: { state: ProviderState; adapter: Llm }[] = []
  readonly #breaks = new Map<ProviderState, number>()
  readonly #sources = new WeakMap<Attempt<LlmPiece>, ProviderState>()

  constructor(
    pool: ProviderPool<Llm>,
    parts: GatewayParts,
    options: LlmGatewayOptions,
    messages: readonly LlmMessage[],
    asked: LlmReplyOptions,
  ) {
    this.#pool = pool
    this.#parts = parts
    this.#options = options
    this.#deadlines = { ...usualDeadlines, ...options.deadlines }
    this.#messages = messages
    this.#asked = asked
  }

  async *pieces(signal: AbortSignal): AsyncGenerator<LlmPiece> {
    this.#waiting = this.#pool.ordered()
    let messages = this.#messages
    let continuation: Continuation | undefined
    for (let resumes = 0; ; ) {
      let hasSaid = false
      const attempt = await firstToBegin(this.#race(messages, signal), signal)
      try {
        for await (const piece of spoken(attempt.pieces(), continuation)) {
          hasSaid = true
          yield piece.kind === 'end' ? this.#withCost(piece) : piece
        }
        return
      } catch (error) {
        signal.throwIfAborted()
        const { used } = this.#asked
        if (used === undefined && (hasSaid || resumes > 0)) throw error
        if (!hasSaid && this.#waiting.length === 0) throw error
        if (hasSaid) resumes += 1
        if (resumes > mostResumes) throw error
        const from = this.#sources.get(attempt)
        from?.replaced()
        this.#parts.log.warn({ ...failureFields(error), model: from?.id, hasSaid }, 'model broke off, another goes on')
        if (used === undefined) continue
        if (hasSaid) this.#waiting = this.#afterBreak(from, error instanceof LlmError && error.fault === 'too-slow')
        if (hasSaid && this.#waiting.length === 0) throw error
        if (hasSaid) yield { kind: 'resumed' }
        const said = used()
        messages = continuedFrom(this.#messages, said)
        continuation = new Continuation(said)
      }
    }
  }

  /** Whoever broke off may go on itself, but is asked after those that didn't; whoever fell silent has cost time enough. */
  #afterBreak(broken: ProviderState | undefined, fellSilent: boolean): { state: ProviderState; adapter: Llm }[] {
    if (broken !== undefined)
      this.#breaks.set(broken, fellSilent ? Number.POSITIVE_INFINITY : (this.#breaks.get(broken) ?? 0) + 1)
    const breaks = ({ state }: { state: ProviderState }): number => this.#breaks.get(state) ?? 0
    return this.#pool
      .ordered()
      .filter((each) => breaks(each) < Number.POSITIVE_INFINITY)
      .toSorted((one, other) => breaks(one) - breaks(other))
  }

  #race(messages: readonly LlmMessage[], signal: AbortSignal) {
    let before: ProviderState | undefined
    return {
      next: () => {
        const attempt = this.#begin(messages, signal)
        if (attempt !== undefined) before?.replaced()
        before = attempt === undefined ? before : this.#sources.get(attempt)
        return attempt
      },
      hedgeAfterMs: (attempt: Attempt<LlmPiece>) => this.#hedgeAfterMs(attempt),
      nobody: () => new LlmError('left-alone', this.#waiting[0]?.state.id ?? 'none'),
    }
  }

  #hedgeAfterMs(attempt: Attempt<LlmPiece>): number {
    if (attempt.probing) return probeHedgeMs
    const usual = this.#sources.get(attempt)?.firstPieces.quantile(0.95)
    return Math.max(soonestHedgeMs, usual ?? this.#options.hedgeAfterMs ?? usualHedgeAfterMs)
  }

  #begin(messages: readonly LlmMessage[], signal: AbortSignal): Attempt<LlmPiece> | undefined {
    for (;;) {
      const next = this.#waiting.shift()
      if (next === undefined) return undefined
      const pass = next.state.enter()
      if (pass === undefined) continue
      const { adapter, state } = next
      const { tools, mustCall, maxTokens, lang } = this.#asked
      const seen: Seen = { outputSize: 0, said: this.#parts.telemetry?.content === true ? '' : undefined }
      const call = this.#observed(state.id, adapter.id, messages)
      const attempt = new Attempt<LlmPiece>(
        {
          pass,
          open: (stop) =>
            noted(checkedReply(adapter.reply(messages, { tools, mustCall, maxTokens }, stop), lang, adapter.id), seen),
          deadlines: this.#deadlines,
          tooSlow: () => new LlmError('too-slow', adapter.id),
          now: this.#pool.now,
          outcomeOf: (error) => (error instanceof LlmError ? error.fault : 'unexpected'),
          within: call.within,
          onEnd: (end) => this.#ended(state, seen, messages, end, call),
        },
        signal,
      )
      this.#sources.set(attempt, state)
      return attempt
    }
  }

  #observed(provider: string, model: string, messages: readonly LlmMessage[]): ObservedCall {
    const { telemetry } = this.#parts
    return observed(telemetry, {
      kind: 'llm',
      provider,
      model,
      attributes: {
        'gen_ai.request.stream': true,
        'gen_ai.request.max_tokens': this.#asked.maxTokens,
        ...(telemetry?.content === true ? { 'gen_ai.input.messages': messagesAttribute(messages) } : {}),
      },
    })
  }

  #ended(
    state: ProviderState,
    { end, outputSize, said }: Seen,
    messages: readonly LlmMessage[],
    how: AttemptEnd,
    observing: ObservedCall,
  ): void {
    state.ended(how, how.error)
    const { priceOf } = this.#options
    const inputSize = messages.reduce((sum, { text }) => sum + text.length, 0)
    const model = end?.servedBy ?? state.id
    const usage = end?.usage ?? {
      inputTokens: Math.ceil(inputSize / charactersPerToken),
      outputTokens: Math.ceil(outputSize / charactersPerToken),
    }
    // One that never began isn't charged for.
    const isCharged = end !== undefined || how.firstMs !== undefined
    const costUsd = end?.costUsd ?? (isCharged ? (priceOf?.(model, usage) ?? priceOf?.(state.id, usage)) : undefined)
    this.#spentUsd += costUsd ?? 0
    if (costUsd !== undefined) state.paid(costUsd)
    if (end !== undefined) state.told(end)
    const { outcome, firstMs, totalMs } = how
    const call: Call = {
      ...observing.by,
      kind: 'llm',
      provider: state.id,
      model,
      outcome,
      firstMs,
      totalMs,
      inputSize,
      outputSize,
      modality: this.#asked.modality,
      usage,
      costUsd,
    }
    observing.ended(call, how.error, {
      'gen_ai.response.finish_reasons': end === undefined ? undefined : [end.reason],
      ...(said === undefined
        ? {}
        : { 'gen_ai.output.messages': messagesAttribute([{ role: 'assistant', text: said }]) }),
    })
    this.#parts.onCall?.(call)
  }

  /** What the whole reply cost, also what was spent on calls that broke off. */
  #withCost(end: EndPiece): EndPiece {
    const { priceOf } = this.#options
    const own = end.costUsd ?? (end.usage === undefined ? undefined : priceOf?.(end.model, end.usage))
    if (own === undefined && this.#spentUsd === 0) return end
    return { ...end, costUsd: (own ?? 0) + this.#spentUsd }
  }
}

type EndPiece = Extract<LlmPiece, { kind: 'end' }>

interface Seen {
  outputSize: number
  /** Only where content may be told. */
  said: string | undefined
  end?: EndPiece | undefined
}

async function* noted(pieces: AsyncIterable<LlmPiece>, seen: Seen): AsyncGenerator<LlmPiece> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      seen.outputSize += piece.text.length
      if (seen.said !== undefined) seen.said += piece.text
    }
    if (piece.kind === 'end') seen.end = piece
    yield piece
  }
}

async function* spoken(
  pieces: AsyncIterable<LlmPiece>,
  continuation: Continuation | undefined,
): AsyncGenerator<LlmPiece> {
  if (continuation === undefined) {
    yield* pieces
    return
  }
  for await (const piece of pieces) {
    const text = piece.kind === 'text' ? continuation.add(piece.text) : piece.kind === 'end' ? continuation.end() : ''
    if (text !== '') yield { kind: 'text', text }
    if (piece.kind !== 'text') yield piece
  }
}
