import { randomBytes } from 'node:crypto'
import type { types } from '@slack/bolt'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import type { Pressed } from '../incoming.ts'
import { message, plain, section } from '../layout/message.ts'
import { tellPresser } from '../telling.ts'
import { callWords } from '../words-call.ts'
import { callersNamed, linkForMs, type Tie, tieKey } from './call-ties.ts'

const mostTurns = 12
const firstLookMs = 5000

/** "Call me": a link for whoever pressed it alone, to a conversation by voice that goes on with the thread. */
export async function callMe(
  parts: ActingParts,
  press: Pressed,
  turn: Turn,
  principal: Principal,
  signal: AbortSignal,
): Promise<void> {
  const said = callWords(turn.lang)
  const { publicUrl } = parts
  const { team, channel, user } = press
  const thread = press.thread ?? press.ts
  if (publicUrl === undefined) return await tellPresser(parts, press, message(said.noAddress), signal)
  if (channel === undefined || thread === undefined) return
  const source = { conversationId: turn.conversationId, principal: turn.principal }
  const callers = callersNamed(principal.name, parts)
  const { conversationId, known } = await copied(parts, source, callers, signal)
  if (known.length === 0) return await tellPresser(parts, press, message(said.nothingYet), signal)
  if (!channel.startsWith('D')) await parts.incidents.tie({ team, channel }, conversationId, signal)
  const at = parts.clock.now()
  const own = { conversationId, team, channel, thread, user, callers, source, known, lang: turn.lang }
  const tie: Tie = { kind: 'call', ...own, said: 0, isOver: false, at: at.getTime() }
  const leaseUntil = new Date(at.getTime() + firstLookMs)
  await parts.ledger.begin({ id: tieKey(conversationId), note: JSON.stringify(tie), at, leaseUntil }, signal)
  await parts.threads.setCall({ team, channel, thread }, { conversationId, callers }, signal)
  const url = new URL('/', publicUrl)
  url.searchParams.set('conversation_id', conversationId)
  // Behind the #, which no server is told of: not those on the way, nor their logs.
  const ticket = await parts.tickets.issue({ principal, conversationId }, linkForMs, signal)
  url.hash = new URLSearchParams({ call: ticket }).toString()
  const text = said.ready(linkForMs / 60_000)
  const button: types.Button = {
    type: 'button',
    action_id: 'call_open',
    text: plain(said.open),
    url: url.href,
    style: 'primary',
  }
  const blocks: types.KnownBlock[] = [section(text), { type: 'actions', elements: [button] }]
  await tellPresser(parts, press, { text, blocks }, signal)
}

/** What was said in the thread, as a conversation of the caller's own: nobody else can go on with it. */
async function copied(
  { conversations, clock }: ActingParts,
  source: Tie['source'],
  callers: readonly string[],
  signal: AbortSignal,
): Promise<{ conversationId: string; known: string[] }> {
  const conversationId = randomBytes(16).toString('hex')
  const turns = await conversations.turns(source.conversationId, source.principal, mostTurns, signal)
  const position = await conversations.position(source.conversationId, source.principal, signal)
  const known: string[] = []
  for (const principal of callers) {
    for (const turn of turns) {
      const traceId = `${conversationId}-${known.length}`
      await conversations.addTurn({ ...turn, traceId, conversationId, principal }, signal)
      known.push(traceId)
    }
    if (position !== undefined)
      await conversations.savePosition({ conversationId, principal, position, at: clock.now() }, signal)
  }
  return { conversationId, known }
}
