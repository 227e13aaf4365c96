import type { ShownOn } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { Background, ConversationParts, CutShort, ToolsOffered } from './parts.ts'
import type { RunningSummary } from './running-summary.ts'

/** Whose conversation it is, and how it is held. */
export interface Talk {
  /** Until the first turn was stored nobody else knows it. */
  conversationId: string
  principal: Principal
  mode: 'text' | 'spoken'
  /** Where a listener finds what is too long to say; absent: on the page. */
  shownOn?: ShownOn | undefined
  /** Where calls go on that take too long for their turn; absent: the turn waits. */
  background?: Background | undefined
  /** What the trace of a turn is marked with. */
  marks?: (() => Readonly<Record<string, string | number | boolean>>) | undefined
  /** Sums up older turns; absent: their first words stand for them. */
  summaries?: RunningSummary | undefined
  /** What the client can do in the turn that begins. */
  clientTools?: (() => ToolsOffered) | undefined
  /** What was interrupted can be said again whole; absent: as far as it was heard. */
  cutShort?: CutShort | undefined
}

/** Goes on with a conversation that the principal has had, or begins a new one. */
export async function openTalk(
  parts: ConversationParts,
  {
    conversationId,
    newConversationId,
    principal,
    mode,
  }: Pick<ConversationOptions, 'conversationId' | 'newConversationId' | 'principal' | 'mode'>,
  signal: AbortSignal,
): Promise<Talk> {
  const known = conversationId !== undefined && (await hasTurns(parts, conversationId, principal, signal))
  return { conversationId: known ? conversationId : (newConversationId ?? parts.newId()), principal, mode }
}

async function hasTurns(
  { conversations, log }: ConversationParts,
  conversationId: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await conversations.turns(conversationId, principal.name, 1, signal)).length > 0
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, conversationId }, 'earlier turns could not be read')
    return false
  }
}
