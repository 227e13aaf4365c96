import type { Clock } from '#runtime/clock.ts'
import type { ConversationStore, Feedback, Turn } from './conversation-store.ts'
import { maskSecrets } from './secrets.ts'

/**
 * Records what somebody says of an answer, secrets masked.
 * @param mayJudge Whether that answer was given to them.
 * @returns The turn; undefined: they were given no such answer, and nothing is recorded.
 */
export async function recordFeedback(
  { conversations, clock }: { conversations: ConversationStore; clock: Clock },
  { comment, ...said }: Omit<Feedback, 'at'>,
  mayJudge: (turn: Turn) => boolean,
  signal: AbortSignal,
): Promise<Turn | undefined> {
  const turn = await conversations.turn(said.traceId, signal)
  if (turn === undefined || !mayJudge(turn)) return undefined
  const masked = comment === undefined ? undefined : maskSecrets(comment).text
  await conversations.addFeedback({ ...said, comment: masked, at: clock.now() }, signal)
  return turn
}
