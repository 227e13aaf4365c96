import { failureFields } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { Llm, LlmPiece } from './llm.ts'

/**
 * Models in order of preference as one: the next is asked when one fails before its first piece. Afterwards a failure is
 * the caller's to handle, since half a reply has been passed on.
 * @param llms At least one.
 */
export function firstThatReplies(llms: readonly Llm[], log: Log): Llm {
  return {
    id: llms[0]?.id ?? 'none',
    async *reply(messages, options, signal): AsyncGenerator<LlmPiece> {
      for (const [at, llm] of llms.entries()) {
        let begun = false
        try {
          for await (const piece of llm.reply(messages, options, signal)) {
            begun = true
            yield piece
          }
          return
        } catch (error) {
          signal.throwIfAborted()
          if (begun || at === llms.length - 1) throw error
          log.warn(
            { ...failureFields(error), model: llm.id, next: llms[at + 1]?.id },
            'model failed, asking the next one',
          )
        }
      }
    },
  }
}
