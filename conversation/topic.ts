import type { Turn } from '#knowledge/conversation-store.ts'
import { termsOf } from '#knowledge/terms/terms.ts'

const turnsCompared = 3

/** Whether a question, as it was understood, shares no word with those of the last turns. */
export function newTopic(standalone: string, earlier: readonly Turn[]): boolean {
  const before = earlier.slice(-turnsCompared)
  if (before.length === 0) return false
  const known = new Set(before.flatMap((turn) => termsOf(turn.standalone)))
  return !termsOf(standalone).some((term) => known.has(term))
}
