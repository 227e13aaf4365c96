import { z } from 'zod'
import type { Answer } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { SlackRefusedError } from '../errors.ts'
import { citationsOf } from '../given-answers.ts'
import { answerMessages } from '../layout/answer-layout.ts'
import { escaped, message, type SlackMessage } from '../layout/message.ts'
import { tellAlone } from '../telling.ts'
import { jsonOf } from '../threads.ts'
import { walkSeen } from '../walk/walk-standing.ts'
import { showWalk } from '../walk/walking.ts'
import { callWords } from '../words-call.ts'

/** A call that goes on with what a thread is about, as it is written down with the work. */
const Tie = z.object({
  kind: z.literal('call'),
  conversationId: z.string(),
  team: z.string(),
  channel: z.string(),
  thread: z.string(),
  user: z.string(),
  /** Whose conversations the caller may have in the browser. */
  callers: z.array(z.string()),
  /** The conversation of the thread, and whose it is. */
  source: z.object({ conversationId: z.string(), principal: z.string() }),
  /** Turns that stand in the thread already. */
  known: z.array(z.string()),
  said: z.number().int(),
  isOver: z.boolean(),
  lang: z.enum(['en', 'ja']),
  /** Milliseconds since 1970: when it was last heard of. */
  at: z.number(),
})
export type Tie = z.infer<typeof Tie>

/** The link is good for so long, unless something is said. */
export const linkForMs = 15 * 60_000
/** A call in which nothing was said for so long is over. */
const quietForMs = 20 * 60_000
const lookEveryMs = 5000
const mostTurns = 40

export function tieKey(conversationId: string): string {
  return `slack/call/${conversationId}`
}

/** A note of the ledger's; undefined: it is of something else. */
export function tieIn(note: string | undefined): Tie | undefined {
  return note === undefined ? undefined : Tie.safeParse(jsonOf(note)).data
}

/** Under which names a caller is known to the page: where nobody is configured, as whoever is at the machine. */
export function callersNamed(name: string, { principals }: Pick<ActingParts, 'principals'>): string[] {
  return principals.length === 0 ? [name, localPrincipal.name] : [name]
}

/** Posts what was said since the last look into the thread, and looks again later; ends what is over. */
export async function lookAtCall(parts: ActingParts, tie: Tie, signal: AbortSignal): Promise<void> {
  const key = tieKey(tie.conversationId)
  await parts.inTurn.run(key, async () => {
    const now = parts.clock.now().getTime()
    let known = tieIn(await parts.ledger.note(key, signal)) ?? tie
    if (known.isOver) return
    for (const turn of await newTurns(parts, known, signal)) {
      await postTurn(parts, known, turn, signal)
      known = { ...known, known: [...known.known, turn.traceId], said: known.said + 1, at: now }
      await keep(parts, known, signal)
    }
    if (now - known.at < (known.said === 0 ? linkForMs : quietForMs)) return await keep(parts, known, signal)
    await parts.ledger.finish(key, JSON.stringify({ ...known, isOver: true }), signal)
    if (known.said === 0) return
    const { channel, thread } = known
    await post(parts, channel, thread, [message(callWords(known.lang).over(`<@${known.user}>`, known.said))], signal)
  })
}

async function keep({ ledger, clock }: ActingParts, tie: Tie, signal: AbortSignal): Promise<void> {
  const leaseUntil = new Date(clock.now().getTime() + lookEveryMs)
  await ledger.keep({ id: tieKey(tie.conversationId), note: JSON.stringify(tie), leaseUntil }, signal)
}

async function newTurns({ conversations }: ActingParts, tie: Tie, signal: AbortSignal): Promise<Turn[]> {
  const all: Turn[] = []
  for (const caller of tie.callers)
    all.push(...(await conversations.turns(tie.conversationId, caller, mostTurns, signal)))
  return all.filter(({ traceId }) => !tie.known.includes(traceId))
}

async function postTurn(parts: ActingParts, tie: Tie, turn: Turn, signal: AbortSignal): Promise<void> {
  const { team, channel, thread, user } = tie
  const place = { team, channel, thread }
  const isDirect = channel.startsWith('D')
  const standing = await parts.people.standing(user, team, signal)
  if (standing.kind !== 'sees') return
  const principal = isDirect ? standing.principal : await parts.people.everybodyIn(channel, team, signal)
  const citations = principal === undefined ? [] : await citationsOf(parts, turn, principal, signal)
  const said = callWords(turn.lang)
  const mention = `<@${user}>`
  const answer = { ...turn, citations, warnings: [] }
  const headline = `${said.onCall(mention)} ${escaped(turn.question.slice(0, 500))}`
  const layout = { answer, now: parts.clock.now(), owners: [], headline, closing: [] }
  const isOpen = principal !== undefined && citations.length === turn.cited.length
  if (!isOpen) {
    await post(parts, channel, thread, [message(said.kept(mention))], signal)
    const own = await citationsOf(parts, turn, standing.principal, signal)
    const alone = answerMessages({ ...layout, answer: { ...answer, citations: own } })
    const asked = { channel, user, thread, responseUrl: undefined, isDirect, ts: thread, via: 'mention' as const }
    for (const each of alone) await tellAlone(parts, asked, each, signal)
    return
  }
  if (!isDirect)
    await parts.incidents.note(
      place,
      { kind: 'voice', by: standing.principal.name, text: `${turn.question} → ${turn.answer}`, cited: turn.cited },
      signal,
    )
  const moved = principal.name === tie.source.principal && (await walkedOn(parts, tie, turn, signal))
  if (moved) return
  await post(parts, channel, thread, answerMessages(layout), signal)
}

/** Where the call came to in a runbook, the thread has come to as well. @returns whether it is another place. */
async function walkedOn(parts: ActingParts, tie: Tie, turn: Turn, signal: AbortSignal): Promise<boolean> {
  const { source, team, channel, thread } = tie
  const before = await walkSeen(parts, source, signal)
  const whose = { conversationId: tie.conversationId, principal: turn.principal }
  const position = await parts.conversations.position(whose.conversationId, whose.principal, signal)
  if (position === undefined) return false
  await parts.conversations.savePosition({ ...source, position, at: parts.clock.now() }, signal)
  const after = await walkSeen(parts, source, signal)
  if (after.standing?.key === before.standing?.key) return false
  const audiences = await principalOf(parts, tie, signal)
  if (audiences === undefined) return false
  const citations = await citationsOf(parts, turn, audiences, signal)
  const said: Answer = {
    ...turn,
    spoken: turn.answer,
    confidence: 1,
    citations,
    warnings: [],
    conversationId: source.conversationId,
    provider: 'extractive',
    timingsMs: {},
    costUsd: 0,
  }
  // The step that is shown in the thread is a turn of the thread's own.
  const traceId = `${turn.traceId}-thread`
  const own = { ...turn, traceId, conversationId: source.conversationId, principal: source.principal }
  await parts.conversations.addTurn(own, signal)
  const place = { team, channel, thread, principal: audiences }
  const posting = (messages: readonly SlackMessage[]) => post(parts, channel, thread, messages, signal)
  await showWalk(parts, place, { ...said, traceId }, before, posting, signal)
  return true
}

async function principalOf(parts: ActingParts, { team, channel, user }: Tie, signal: AbortSignal) {
  if (!channel.startsWith('D')) return await parts.people.everybodyIn(channel, team, signal)
  const standing = await parts.people.standing(user, team, signal)
  return standing.kind === 'sees' ? standing.principal : undefined
}

async function post(
  { calls }: ActingParts,
  channel: string,
  thread: string,
  messages: readonly SlackMessage[],
  signal: AbortSignal,
): Promise<string | undefined> {
  let last: string | undefined
  try {
    for (const { text, blocks } of messages) {
      await calls.turnIn(channel, signal)
      const said = { channel, thread_ts: thread, text, blocks, unfurl_links: false, unfurl_media: false }
      last = (await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')).ts
    }
  } catch (error) {
    // The thread is gone, or we were sent out of the channel.
    if (!(error instanceof SlackRefusedError)) throw error
  }
  return last
}
