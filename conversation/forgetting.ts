import type { ConversationParts } from './parts.ts'
import { loadPosition } from './position.ts'
import { withoutTurn } from './summary.ts'
import type { Talk } from './talk.ts'

/** Takes a turn out of all that later turns are understood by. What can't be reached now keeps it. */
export async function forgetTurn(
  parts: ConversationParts,
  { conversationId, principal, summaries }: Talk,
  traceId: string,
  signal: AbortSignal,
): Promise<void> {
  const { conversations, clock, log } = parts
  const whose = { conversationId, principal: principal.name }
  try {
    const turn = await conversations.turn(traceId, signal)
    if (turn?.conversationId !== conversationId || turn.principal !== principal.name) return
    await conversations.forgetTurn(traceId, signal)
    const position = await loadPosition(parts, whose, signal)
    const without = withoutTurn(position, turn)
    if (without === position) return
    summaries?.forget()
    await conversations.savePosition({ ...whose, position: JSON.stringify(without), at: clock.now() }, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, traceId }, 'a turn was not forgotten')
  }
}
