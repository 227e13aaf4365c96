import type { Log } from '#runtime/log.ts'
import type { ConversationStore, Turn } from './conversation-store.ts'
import type { Principal } from './principal.ts'

/** The last turns of a conversation, oldest first; none of one without a name, nor where they can't be read now. */
export async function earlierTurns(
  { conversations, log }: { conversations: Pick<ConversationStore, 'turns'>; log: Log },
  { conversationId, principal }: { conversationId?: string | undefined; principal: Principal },
  limit: number,
  signal: AbortSignal,
): Promise<readonly Turn[]> {
  if (conversationId === undefined) return []
  try {
    return await conversations.turns(conversationId, principal.name, limit, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, conversationId }, 'earlier turns could not be read')
    return []
  }
}
