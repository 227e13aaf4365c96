import type { Answer } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { answerAloud } from '../clips/hear-clip.ts'
import { answerMessages } from '../layout/answer-layout.ts'
import type { SlackMessage } from '../layout/message.ts'
import type { Reply } from '../reply.ts'
import { tellAlone, tellDirectly } from '../telling.ts'
import { walkSeen } from '../walk/walk-standing.ts'
import { hasSteps, showWalk } from '../walk/walking.ts'
import { type Answered, type Asking, placeOf } from './make-answer.ts'

/** Slack takes five posts at such an address; one is left for what else there may be to say. */
const postsByResponse = 4

/** Where those see it who see the question. */
export async function show(
  parts: ActingParts,
  { asked, text, by }: Asking,
  principal: Principal,
  { answer, before }: Answered,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const { conversationId } = answer
  const place = placeOf(asked)
  const after = await walkSeen(parts, { conversationId, principal: principal.name }, signal)
  if (place !== undefined && after.standing?.key !== before.standing?.key) {
    const finish = async (messages: readonly SlackMessage[]) => (await reply.finish(messages, signal)).at(-1)
    return await showWalk(parts, { ...place, principal }, answer, before, finish, signal)
  }
  const cited = answer.citations.map(({ passageId, quote }) => ({ passageId, quote }))
  const noted = { kind: answer.abstained ? ('unanswered' as const) : ('question' as const), by, text, cited }
  // What is told of the timeline is no part of it.
  const isRecap = answer.warnings.some(({ code }) => code === 'incident')
  if (!asked.isDirect && !isRecap) await parts.incidents.note(asked, noted, signal)
  if (asked.via === 'unasked' && place !== undefined)
    await parts.threads.engage(place, { principal: principal.name, conversationId }, signal)
  if (answer.abstained) await parts.unanswered.note({ ...asked, text }, signal)
  const owners = await likelyOwners(parts, answer, text, principal, signal)
  const canWalk = await hasSteps(parts, answer.citations[0]?.document.id, principal, signal)
  await reply.finish(
    answerMessages({ answer, now: parts.clock.now(), owners, canWalk, canCall: parts.publicUrl !== undefined }),
    signal,
  )
  if (asked.clip !== undefined && place !== undefined) await answerAloud(parts, place, answer, signal)
}

/** To the asker alone. */
export async function showAlone(
  parts: ActingParts,
  { asked, text, principal }: Asking,
  answer: Answer,
  onlyYou: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (answer.abstained) await parts.unanswered.note({ ...asked, text, isDirect: true }, signal)
  const owners = await likelyOwners(parts, answer, text, principal, signal)
  const canShare = !asked.isDirect && !answer.abstained
  const canWalk = await hasSteps(parts, answer.citations[0]?.document.id, principal, signal)
  const messages = answerMessages({ answer, now: parts.clock.now(), owners, onlyYou, canShare, canWalk })
  for (const [at, each] of messages.entries()) {
    if (asked.responseUrl !== undefined && at >= postsByResponse)
      await tellDirectly(parts.calls, asked.user, each, signal)
    else await tellAlone(parts, asked, each, signal)
  }
}

/** Of what was cited; where nothing was found, of what comes nearest. */
async function likelyOwners(
  { search, log }: ActingParts,
  { abstained, citations }: Answer,
  text: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<string[]> {
  if (!abstained) return [...new Set(citations.flatMap(({ document }) => document.owners))].slice(0, 1)
  try {
    const { passages } = await search({ text, limit: 5, principal }, signal)
    const trusted = passages.filter(({ passage }) => !passage.suspicious)
    return [...new Set(trusted.flatMap(({ document }) => document.owners))].slice(0, 3)
  } catch (err) {
    signal.throwIfAborted()
    log.debug({ err }, 'nobody is named who may know')
    return []
  }
}
