import { randomBytes } from 'node:crypto'
import { commandIn } from '#conversation/commands.ts'
import type { Answer, AnswerEvent } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { AnswerTooSlowError } from '../errors.ts'
import type { AskedInSlack } from '../incoming.ts'
import type { Reply } from '../reply.ts'
import type { ThreadPlace } from '../threads.ts'
import { answerTo, seenAtFirst } from '../walk/typed-command.ts'
import { type WalkSeen, walkSeen } from '../walk/walk-standing.ts'

const deadlineMs = 90_000

/** A question that is being answered. */
export interface Asking {
  asked: AskedInSlack
  text: string
  lang: Lang
  principal: Principal
  /** The asker's name, whoever the answer is for. */
  by: string
  /** Absent: there is no message to reply to, so that the asker alone is told. */
  reply: Reply | undefined
}

export interface Answered {
  answer: Answer
  /** Where a walk through a runbook stood before. */
  before: WalkSeen
}

/**
 * Asks the loop, in the conversation that goes on in the thread.
 * @param shown Shows what it is at meanwhile.
 * @throws {AnswerTooSlowError}
 */
export async function answered(
  parts: ActingParts,
  { asked, text, by }: Asking,
  principal: Principal,
  shown: Reply | undefined,
  signal: AbortSignal,
): Promise<Answered> {
  const { ask, threads } = parts
  const place = placeOf(asked)
  const conversationId = place === undefined ? undefined : await threads.conversationOf(place, principal.name, signal)
  const newConversationId = randomBytes(16).toString('hex')
  if (!asked.isDirect) await parts.incidents.tie(asked, conversationId ?? newConversationId, signal)
  const deadline = AbortSignal.timeout(deadlineMs)
  const both = AbortSignal.any([signal, deadline])
  let answer: Answer | undefined
  const whose = conversationId === undefined ? undefined : { conversationId, principal: principal.name }
  const now = whose === undefined ? { standing: undefined, walked: [] } : await walkSeen(parts, whose, signal)
  const typed = commandIn(text)
  const before = typed === undefined || whose === undefined ? now : await seenAtFirst(parts, asked.id, now, signal)
  const isObeyed = before.standing?.key !== now.standing?.key
  if (isObeyed && conversationId !== undefined) {
    const answer = await answerTo(parts, { text, conversationId, principal }, signal)
    if (answer !== undefined) return { answer, before }
  }
  const toObey = isObeyed ? { name: 'repeat' as const, about: '' } : typed
  const command = before.standing === undefined ? undefined : toObey
  const question = { text, conversationId, newConversationId, mode: 'text' as const, principal }
  try {
    for await (const event of ask(
      { ...question, ...(command !== undefined && { command: { ...command, by } }) },
      both,
    )) {
      if (event.kind === 'done') answer = event.answer
      else await shownOn(shown, event, signal)
    }
  } catch (error) {
    if (deadline.aborted && !signal.aborted) throw new AnswerTooSlowError('no answer in time', { cause: error })
    throw error
  }
  if (answer === undefined) throw new AnswerTooSlowError('the answer ended before it was done')
  if (place !== undefined && asked.via !== 'shortcut' && asked.via !== 'unasked')
    await threads.engage(place, { principal: principal.name, conversationId: answer.conversationId }, signal)
  return { answer, before }
}

async function shownOn(reply: Reply | undefined, event: AnswerEvent, signal: AbortSignal): Promise<void> {
  if (event.kind === 'status') await reply?.stage(event.stage, signal)
  else if (event.kind === 'delta') await reply?.text(event.text, signal)
}

/** The thread that a question stands in, or begins. */
export function placeOf({ team, channel, thread, ts }: AskedInSlack): ThreadPlace | undefined {
  const root = thread ?? ts
  return root === undefined ? undefined : { team, channel, thread: root }
}
