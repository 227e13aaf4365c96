import type { Ask } from '#knowledge/answer.ts'
import { openTalk } from './conversation.ts'
import type { ConversationParts } from './parts.ts'
import { takeTurn } from './turn.ts'

/** The loop as a way to ask one question: a text turn, whose failure is thrown to whoever asks. */
export function askByLoop(parts: ConversationParts): Ask {
  return async function* ({ text, lang, history, conversationId, mode, principal }, signal) {
    signal.throwIfAborted()
    const talk = await openTalk(parts, { conversationId, principal, mode }, signal)
    for await (const event of takeTurn(parts, talk, { text, lang, history }, () => undefined, signal)) {
      if (event.kind === 'status' || event.kind === 'delta' || event.kind === 'citation' || event.kind === 'done')
        yield event
    }
  }
}
