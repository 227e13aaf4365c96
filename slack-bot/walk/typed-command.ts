import { z } from 'zod'
import type { Answer } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { citationsOf } from '../given-answers.ts'
import { jsonOf } from '../threads.ts'
import type { WalkSeen } from './walk-standing.ts'

const Seen = z.object({
  standing: z
    .object({
      state: z.enum(['walking', 'confirming-step', 'stopped']),
      documentId: z.string(),
      branch: z.string().optional(),
      key: z.string(),
    })
    .transform((standing) => ({ branch: undefined, ...standing }))
    .optional(),
  walked: z.array(
    z.object({
      documentId: z.string(),
      section: z.string(),
      step: z.number(),
      of: z.number(),
      outcome: z.enum(['done', 'skipped', 'problem']),
      by: z.string(),
      at: z.coerce.date(),
    }),
  ),
})
const leaseMs = 60_000

/**
 * Where a walk stood when a message that is a command was first looked at: whoever goes on with it after a crash can tell
 * by it that the command was obeyed already.
 */
export async function seenAtFirst(
  { ledger, clock }: Pick<ActingParts, 'ledger' | 'clock'>,
  questionId: string,
  seen: WalkSeen,
  signal: AbortSignal,
): Promise<WalkSeen> {
  const id = `slack/typed/${questionId}`
  const at = clock.now()
  const note = JSON.stringify({ standing: seen.standing, walked: seen.walked })
  if (await ledger.begin({ id, note, at, leaseUntil: new Date(at.getTime() + leaseMs) }, signal)) {
    await ledger.finish(id, note, signal)
    return seen
  }
  const first = Seen.safeParse(jsonOf((await ledger.note(id, signal)) ?? '')).data
  return first === undefined ? seen : { standing: first.standing, walked: first.walked }
}

/** What was answered last in a conversation, as it was answered; undefined: that was to something else. */
export async function answerTo(
  parts: Pick<ActingParts, 'conversations' | 'passages' | 'documents' | 'freshnessOf'>,
  { text, conversationId, principal }: { text: string; conversationId: string; principal: Principal },
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const [turn] = await parts.conversations.turns(conversationId, principal.name, 1, signal)
  if (turn?.question !== text) return undefined
  return {
    ...turn,
    spoken: turn.answer,
    confidence: 1,
    citations: await citationsOf(parts, turn, principal, signal),
    warnings: [],
    provider: 'extractive',
    timingsMs: {},
    costUsd: 0,
  }
}
