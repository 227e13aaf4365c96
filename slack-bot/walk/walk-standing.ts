import { createHash } from 'node:crypto'
import { loadPosition, type Position, type Walked } from '#conversation/position.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Log } from '#runtime/log.ts'

/** Where a walk through a runbook stands, as far as its buttons depend on it. */
export interface WalkStanding {
  /** `stopped`: the place is kept, and "next" goes on from there. */
  state: 'walking' | 'confirming-step' | 'stopped'
  documentId: string
  /** The section that a yes leads to. */
  branch: string | undefined
  /** Another one for each step, and each time that it is come to. */
  key: string
}

export interface WalkSeen {
  /** Absent: nothing is being walked through. */
  standing: WalkStanding | undefined
  walked: readonly Walked[]
}

/** Of the conversation of that principal, by whatever channel it went on last. */
export async function walkSeen(
  parts: { conversations: ConversationStore; log: Log },
  whose: { conversationId: string; principal: string },
  signal: AbortSignal,
): Promise<WalkSeen> {
  const position = await loadPosition(parts, whose, signal)
  return { standing: standingOf(position), walked: position.walked ?? [] }
}

function standingOf({ walk, state, walked }: Position): WalkStanding | undefined {
  if (walk === undefined) return undefined
  const isUnderWay = state === 'walking' || state === 'confirming-step'
  const place = JSON.stringify([state, walk.documentId, walk.trail, walk.agreed, walked?.at(-1)?.at])
  return {
    state: isUnderWay ? state : 'stopped',
    documentId: walk.documentId,
    branch: walk.branch,
    key: createHash('sha256').update(place).digest('hex').slice(0, 16),
  }
}

/** What became of a step between two looks; undefined: nothing did. */
export function newlyWalked(before: WalkSeen, after: WalkSeen): Walked | undefined {
  const last = after.walked.at(-1)
  const known = before.walked.at(-1)
  const isSame = before.walked.length === after.walked.length && last?.at.getTime() === known?.at.getTime()
  return isSame ? undefined : last
}
