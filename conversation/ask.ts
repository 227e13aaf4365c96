import type { AnswerEvent, Question } from '#knowledge/answer.ts'
import type { Command } from './commands.ts'
import type { ConversationParts } from './parts.ts'
import { openTalk } from './talk.ts'
import { takeTurn } from './turn.ts'

/**
 * `command`: what was chosen on a screen, so that `text` need not be understood. `newConversationId`: of a conversation
 * that begins, where it has to be known beforehand.
 */
export type AskLoop = (
  question: Question & { command?: Command | undefined; newConversationId?: string | undefined },
  signal: AbortSignal,
) => AsyncIterable<AnswerEvent>

/** The loop as a way to ask one question: a text turn, whose failure is thrown to whoever asks. */
export function askByLoop(parts: ConversationParts): AskLoop {
  return async function* (
    { text, lang, history, conversationId, newConversationId, mode, principal, command },
    signal,
  ) {
    signal.throwIfAborted()
    const talk = await openTalk(parts, { conversationId, newConversationId, principal, mode }, signal)
    for await (const event of takeTurn(
      parts,
      talk,
      { text, lang, history, command },
      { onMade: () => undefined },
      signal,
    )) {
      if (event.kind === 'status' || event.kind === 'delta' || event.kind === 'citation' || event.kind === 'done')
        yield event
    }
  }
}
