import type { Embedder } from '../embedder.ts'
import { unitLength } from '../embedder.ts'
import { EmbedderError } from '../errors.ts'
import { batchesOf, cutTo, estimatedTokens } from './batches.ts'
import { backoffMs, Pace } from './pace.ts'
import { type EmbeddingsRequest, isPassing, RequestError, requestEmbeddings } from './request.ts'

export interface OpenAiCompatibleEmbedderOptions {
  model: string
  apiKey: string
  /** With the version in its path, such as https://api.openai.com/v1; absent: OpenAI's. */
  baseUrl?: string | undefined
  /** Of one request. Default 60 s. */
  requestTimeoutMs?: number | undefined
  /** Times that one batch is sent before it counts as failed. Default 7: about a minute of waiting. */
  attempts?: number | undefined
  /** Default 2 min: whoever asks for more has said no. */
  longestWaitMs?: number | undefined
  /** Most texts in a request. Default 256; OpenAI takes 2048. */
  textsAtOnce?: number | undefined
  /** Requests under way at the same time. Default 4. */
  requestsAtOnce?: number | undefined
}

/** OpenAI's own models read 8,191 tokens; what is said after that much of a passage hardly changes its vector. */
const mostTokensAText = 8000
/** OpenAI allows 300,000 a request; less is lost with smaller ones when a request fails. */
const mostTokensARequest = 60_000
/** A text is cut no further for a server that finds it too long. */
const fewestTokensAText = 128

interface Item {
  /** Where it stands among the texts asked for. */
  at: number
  text: string
}

/** Any model behind OpenAI's embeddings API: OpenAI's own, LiteLLM, vLLM, Ollama, TEI and many others. */
export class OpenAiCompatibleEmbedder implements Embedder {
  readonly id: string
  readonly #request: Omit<EmbeddingsRequest, 'texts'>
  readonly #attempts: number
  readonly #longestWaitMs: number
  readonly #requestsAtOnce: number
  readonly #pace = new Pace()
  /** What the server turned out to take; found out once. */
  #textsAtOnce: number
  #tokensAText = mostTokensAText
  #dimensions: number | undefined

  constructor(options: OpenAiCompatibleEmbedderOptions) {
    const { model, apiKey, baseUrl, requestTimeoutMs = 60_000 } = options
    // Not the address: the same model behind another proxy gives the same vectors.
    this.id = `openai-compatible/${model}`
    this.#request = { model, apiKey, baseUrl, timeoutMs: requestTimeoutMs }
    this.#attempts = options.attempts ?? 7
    this.#longestWaitMs = options.longestWaitMs ?? 120_000
    this.#textsAtOnce = options.textsAtOnce ?? 256
    this.#requestsAtOnce = options.requestsAtOnce ?? 4
  }

  get dimensions(): number | undefined {
    return this.#dimensions
  }

  /** @throws {EmbedderError} */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    signal.throwIfAborted()
    // Such servers refuse empty texts.
    const items = texts.flatMap((text, at) => (text.trim() === '' ? [] : [{ at, text }]))
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined)
    const asked = items.length === 0 && texts.length > 0 && this.#dimensions === undefined
    await this.#all(asked ? [{ at: texts.length, text: 'length of a vector' }] : items, vectors, signal)
    return texts.map((_, at) => vectors[at] ?? new Float32Array(this.#dimensions ?? 0))
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #all(items: readonly Item[], into: (Float32Array | undefined)[], signal: AbortSignal): Promise<void> {
    const batches = this.#batches(items).values()
    const hangUp = new AbortController()
    const either = AbortSignal.any([signal, hangUp.signal])
    const work = async () => {
      for (const batch of batches) await this.#batch(batch, into, either)
    }
    try {
      await Promise.all(Array.from({ length: this.#requestsAtOnce }, work))
    } catch (error) {
      // The others would go on for nothing.
      hangUp.abort(error)
      signal.throwIfAborted()
      throw error
    }
  }

  #batches(items: readonly Item[]): Item[][] {
    const cut = items.map(({ at, text }) => ({ at, text: cutTo(text, this.#tokensAText) }))
    return batchesOf(cut, { texts: this.#textsAtOnce, tokens: mostTokensARequest })
  }

  /** A server may take fewer or shorter texts than OpenAI's: what it refuses is sent again in smaller pieces. */
  async #batch(items: readonly Item[], into: (Float32Array | undefined)[], signal: AbortSignal): Promise<void> {
    try {
      const vectors = await this.#patiently(items, signal)
      for (const [index, { at }] of items.entries()) into[at] = this.#checked(vectors[index] ?? [])
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      const longest = Math.max(...items.map(({ text }) => estimatedTokens(text)))
      if (error.isTooLong && longest > fewestTokensAText) {
        const tokens = Math.ceil(longest / 2)
        const shorter = items.map(({ at, text }) => ({ at, text: cutTo(text, tokens) }))
        await this.#batch(shorter, into, signal)
        // Only now is it known that it was the length.
        this.#tokensAText = Math.min(this.#tokensAText, tokens)
      } else if (error.isTooMuch && items.length > 1) {
        const half = Math.ceil(items.length / 2)
        await this.#batch(items.slice(0, half), into, signal)
        await this.#batch(items.slice(half), into, signal)
        this.#textsAtOnce = Math.min(this.#textsAtOnce, half)
      } else throw new EmbedderError(error.fault, this.#request.model, error)
    }
  }

  async #patiently(items: readonly Item[], signal: AbortSignal): Promise<number[][]> {
    const texts = items.map(({ text }) => text)
    for (let attempt = 1; ; attempt++) {
      await this.#pace.turn(signal)
      try {
        return await requestEmbeddings({ ...this.#request, texts }, signal)
      } catch (error) {
        signal.throwIfAborted()
        const waitMs = this.#waitAfter(error, attempt)
        if (waitMs === undefined) throw error
        this.#pace.hold(waitMs)
      }
    }
  }

  /** @returns Undefined when there is no use in trying again. */
  #waitAfter(error: unknown, attempt: number): number | undefined {
    if (!(error instanceof RequestError) || !isPassing(error.fault) || attempt >= this.#attempts) return undefined
    const wanted = error.retryAfterMs ?? 0
    return wanted > this.#longestWaitMs ? undefined : Math.max(wanted, backoffMs(attempt))
  }

  #checked(vector: readonly number[]): Float32Array {
    this.#dimensions ??= vector.length
    if (vector.length !== this.#dimensions) {
      const said = new RangeError(`${vector.length} dimensions after ${this.#dimensions}`)
      throw new EmbedderError('other-dimensions', this.#request.model, said)
    }
    return unitLength(vector)
  }
}
