import { LlmError } from './errors.ts'
import type { Llm, LlmPiece } from './llm.ts'

export interface LlmDeadlines {
  /** From the request to the first piece. */
  firstPieceMs: number
  /** From one piece to the next; absent: as long as the whole may take. */
  betweenPiecesMs?: number | undefined
  /** From the request to the end. */
  totalMs: number
}

/** The same model, hung up on with a `too-slow` error when it misses a deadline. */
export function withDeadlines(llm: Llm, { firstPieceMs, betweenPiecesMs, totalMs }: LlmDeadlines): Llm {
  return {
    id: llm.id,
    async *reply(messages, options, signal): AsyncGenerator<LlmPiece> {
      const late = new AbortController()
      const give = (): void => late.abort(new LlmError('too-slow', llm.id))
      const first = setTimeout(give, firstPieceMs)
      const total = setTimeout(give, totalMs)
      let between: NodeJS.Timeout | undefined
      try {
        for await (const piece of llm.reply(messages, options, AbortSignal.any([signal, late.signal]))) {
          clearTimeout(first)
          clearTimeout(between)
          yield piece
          if (betweenPiecesMs !== undefined) between = setTimeout(give, betweenPiecesMs)
        }
      } catch (error) {
        signal.throwIfAborted()
        late.signal.throwIfAborted()
        throw error
      } finally {
        clearTimeout(first)
        clearTimeout(between)
        clearTimeout(total)
      }
    },
  }
}
