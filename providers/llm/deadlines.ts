import { LlmError } from './errors.ts'
import type { Llm, LlmPiece } from './llm.ts'

export interface LlmDeadlines {
  /** From the request to the first piece. */
  firstPieceMs: number
  /** From the request to the end. */
  totalMs: number
}

/** The same model, hung up on with a `too-slow` error when it misses a deadline. */
export function withDeadlines(llm: Llm, { firstPieceMs, totalMs }: LlmDeadlines): Llm {
  return {
    id: llm.id,
    async *reply(messages, options, signal): AsyncGenerator<LlmPiece> {
      const late = new AbortController()
      const give = (): void => late.abort(new LlmError('too-slow', llm.id))
      const first = setTimeout(give, firstPieceMs)
      const total = setTimeout(give, totalMs)
      try {
        for await (const piece of llm.reply(messages, options, AbortSignal.any([signal, late.signal]))) {
          clearTimeout(first)
          yield piece
        }
      } catch (error) {
        signal.throwIfAborted()
        late.signal.throwIfAborted()
        throw error
      } finally {
        clearTimeout(first)
        clearTimeout(total)
      }
    },
  }
}
