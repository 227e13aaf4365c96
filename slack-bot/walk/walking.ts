import { z } from 'zod'
import type { CommandName } from '#conversation/commands.ts'
import { stepsOf } from '#conversation/walkthrough/runbook-steps.ts'
import type { Answer } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { Principal } from '#knowledge/principal.ts'
import { userMessageOf } from '#runtime/errors.ts'
import type { ActingParts } from '../acting-parts.ts'
import { AnswerTooSlowError, SlackRefusedError } from '../errors.ts'
import { citationsOf, isTheirs } from '../given-answers.ts'
import type { Pressed } from '../incoming.ts'
import { escaped, message, type SlackMessage } from '../layout/message.ts'
import { mentionOf } from '../owners.ts'
import { tellPresser } from '../telling.ts'
import { jsonOf, type ThreadPlace } from '../threads.ts'
import { words } from '../words.ts'
import { walkingWords } from '../words-walk.ts'
import {
  becameWords,
  finishedMessages,
  pastStepMessages,
  stepMessages,
  walkActions,
  walkedLine,
} from './walk-layout.ts'
import { newlyWalked, type WalkSeen, walkSeen } from './walk-standing.ts'

export type WalkingParts = Pick<
  ActingParts,
  | 'ask'
  | 'calls'
  | 'people'
  | 'threads'
  | 'conversations'
  | 'documents'
  | 'passages'
  | 'freshnessOf'
  | 'principals'
  | 'ledger'
  | 'inTurn'
  | 'incidents'
  | 'clock'
  | 'log'
>

/** Where a walk is shown, and to whom. */
interface WalkPlace extends ThreadPlace {
  principal: Principal
}

const fewestSteps = 2

/** Whether somebody can be led through that document. */
export async function hasSteps(
  { documents }: Pick<ActingParts, 'documents'>,
  documentId: string | undefined,
  principal: Principal,
  signal: AbortSignal,
): Promise<boolean> {
  if (documentId === undefined) return false
  return stepsOf(await documents.passagesOf(documentId, principal, signal)).length >= fewestSteps
}

const commands: Readonly<Record<string, CommandName>> = {
  [walkActions.done]: 'done',
  [walkActions.skip]: 'skip',
  [walkActions.problem]: 'problem',
  [walkActions.yes]: 'yes',
  [walkActions.back]: 'back',
  [walkActions.stop]: 'stop',
  [walkActions.next]: 'next',
}
const Step = z.object({ c: z.string().max(200), s: z.string().max(40) })
/** Of two processes that hear of the same step at once, one goes on. */
const claimedForMs = 15_000
const deadlineMs = 30_000

/** A button below a step. */
export async function pressedInWalk(parts: ActingParts, press: Pressed, signal: AbortSignal): Promise<void> {
  const value = Step.safeParse(jsonOf(press.value))
  const name = commands[press.action]
  const standing = await parts.people.standing(press.user, press.team, signal)
  const thread = press.thread ?? press.ts
  const { channel } = press
  if (!value.success || name === undefined || standing.kind !== 'sees') return
  if (channel === undefined || thread === undefined) return
  const { c: conversationId, s: key } = value.data
  const said = walkingWords(await parts.people.langOf(press.user, signal))
  const principal = channel.startsWith('D')
    ? standing.principal
    : await parts.people.everybodyIn(channel, press.team, signal)
  if (principal === undefined) return await tellPresser(parts, press, message(said.notHere), signal)
  const place: WalkPlace = { team: press.team, channel, thread, principal }
  await parts.inTurn.run(`walk/${conversationId}`, async () => {
    const before = await walkSeen(parts, { conversationId, principal: principal.name }, signal)
    if (before.standing === undefined && before.walked.length === 0)
      return await tellPresser(parts, press, message(said.notHere), signal)
    const now = parts.clock.now()
    const bucket = Math.floor(now.getTime() / claimedForMs)
    const work = { id: `slack/walk/${conversationId}/${key}/${name}/${bucket}`, note: '', at: now, leaseUntil: now }
    if (before.standing?.key !== key || !(await parts.ledger.begin(work, signal))) {
      const last = before.walked.at(-1)
      const mention = mentionOf(parts.principals)
      const became = last === undefined ? '' : becameWords(last, await parts.people.langOf(press.user, signal), mention)
      return await tellPresser(parts, press, message(said.movedOn(became)), signal)
    }
    await parts.ledger.finish(work.id, '', signal)
    try {
      await goOn(parts, place, { conversationId, name, by: standing.principal.name }, before, signal)
    } catch (error) {
      signal.throwIfAborted()
      parts.log.warn({ err: error, conversationId }, 'a step of a runbook could not be gone on from')
      await tellPresser(parts, press, message(escaped(`${userMessageOf(error)} ${said.failed}`)), signal)
    }
  })
}

interface Move {
  conversationId: string
  name: CommandName
  by: string
}

async function goOn(
  parts: WalkingParts,
  place: WalkPlace,
  { conversationId, name, by }: Move,
  before: WalkSeen,
  signal: AbortSignal,
): Promise<void> {
  const { principal } = place
  const [last] = await parts.conversations.turns(conversationId, principal.name, 1, signal)
  const question = { text: name, lang: last?.lang, conversationId, mode: 'text' as const, principal }
  const answer = await whole(parts, { ...question, command: { name, about: '', by } }, signal)
  await showWalk(parts, place, answer, before, (messages) => post(parts, place, messages, signal), signal)
}

/** "Walk me through", below an answer: in its thread where all may see the runbook, else where they alone do. */
export async function startedWalk(
  parts: ActingParts,
  press: Pressed,
  turn: Turn,
  principal: Principal,
  signal: AbortSignal,
): Promise<void> {
  const said = walkingWords(turn.lang)
  if (!isTheirs(turn, principal, press))
    return await tellPresser(parts, press, message(words(turn.lang).notYours), signal)
  const place = await placeFor(parts, press, turn, principal, signal)
  const [citation] = place === undefined ? [] : await citationsOf(parts, turn, place.principal, signal)
  if (place === undefined || citation === undefined)
    return await tellPresser(parts, press, message(said.noSteps), signal)
  const { title, id: documentId } = citation.document
  const opened = place.thread === '' ? await openedAlone(parts, place, said.here(escaped(title)), signal) : place
  await parts.inTurn.run(`walk/${opened.team}/${opened.channel}/${opened.thread}`, async () => {
    const known = await parts.threads.conversationOf(opened, opened.principal.name, signal)
    const whose = { conversationId: known ?? turn.conversationId, principal: opened.principal.name }
    const before = await walkSeen(parts, whose, signal)
    const about = [title, ...citation.heading].join(' ')
    const command = { name: 'walk' as const, about, documentId, by: principal.name }
    const question = { text: about, lang: turn.lang, mode: 'text' as const, principal: opened.principal }
    const answer = await whole(parts, { ...question, conversationId: whose.conversationId, command }, signal)
    await showWalk(parts, opened, answer, before, (messages) => post(parts, opened, messages, signal), signal)
  })
}

/** An empty thread: a conversation of two has to be opened. */
async function placeFor(
  { people }: ActingParts,
  press: Pressed,
  turn: Turn,
  principal: Principal,
  signal: AbortSignal,
): Promise<WalkPlace | undefined> {
  const { team, channel = '', user } = press
  const thread = press.thread ?? press.ts
  if (channel.startsWith('D') && thread !== undefined) return { team, channel, thread, principal }
  const isShown = !press.isEphemeral && turn.principal.startsWith(`slack:${team}/${channel}:`)
  if (!isShown || thread === undefined) return { team, channel: user, thread: '', principal }
  const everybody = await people.everybodyIn(channel, team, signal)
  return everybody === undefined
    ? { team, channel: user, thread: '', principal }
    : { team, channel, thread, principal: everybody }
}

async function openedAlone(
  { calls }: WalkingParts,
  place: WalkPlace,
  text: string,
  signal: AbortSignal,
): Promise<WalkPlace> {
  const opening = { users: place.channel }
  const opened = await calls.call('conversations.open', (client) => client.conversations.open(opening), signal)
  const channel = opened.channel?.id
  if (channel === undefined) throw new SlackRefusedError('conversations.open', 'no_channel')
  const said = { channel, ...message(text) }
  const posted = await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
  if (posted.ts === undefined) throw new SlackRefusedError('chat.postMessage', 'no_ts')
  return { ...place, channel, thread: posted.ts }
}

/** Shows where the walk has come to, and closes the step before, whoever said so by whatever channel. */
export async function showWalk(
  parts: WalkingParts,
  place: WalkPlace,
  answer: Answer,
  before: WalkSeen,
  post: (messages: readonly SlackMessage[]) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<void> {
  const { principal } = place
  const { conversationId, lang } = answer
  const after = await walkSeen(parts, { conversationId, principal: principal.name }, signal)
  const mention = mentionOf(parts.principals)
  const now = parts.clock.now()
  const became = newlyWalked(before, after)
  if (became !== undefined && !place.channel.startsWith('D')) {
    const [last] = await parts.conversations.turns(conversationId, principal.name, 1, signal)
    const what = `${walkingWords(lang).line(became.section, became.step, became.of)}: ${walkingWords(lang).outcomes[became.outcome]}`
    await parts.incidents.note(place, { kind: 'step', by: became.by, text: what, cited: last?.cited }, signal)
  }
  const old = await parts.threads.walkOf(place, signal)
  const standing = after.standing
  const hasMoved = standing?.key !== before.standing?.key
  const begun = before.standing ?? standing
  const messages = !hasMoved
    ? pastStepMessages(answer, undefined, now)
    : standing !== undefined
      ? stepMessages(answer, standing, now)
      : finishedMessages(
          answer,
          reportOf(after, begun?.documentId).map((each) => walkedLine(each, lang, mention)),
          now,
        )
  const ts = await post(messages)
  await parts.threads.engage(place, { principal: principal.name, conversationId }, signal)
  if (!hasMoved) return
  await tellCall(parts, place, conversationId, signal)
  await parts.threads.setWalk(
    place,
    standing === undefined || ts === undefined ? undefined : { ts, traceId: answer.traceId },
    signal,
  )
  if (old !== undefined) {
    const line = became === undefined ? undefined : becameWords(became, lang, mention)
    await closeStep(parts, place, old, line, signal)
  }
}

/** A call that goes on with this thread stands where the thread does. */
async function tellCall(
  { threads, conversations, clock }: WalkingParts,
  place: WalkPlace,
  conversationId: string,
  signal: AbortSignal,
): Promise<void> {
  const call = await threads.callOf(place, signal)
  const position = await conversations.position(conversationId, place.principal.name, signal)
  if (call === undefined || position === undefined) return
  for (const principal of call.callers) {
    const whose = { conversationId: call.conversationId, principal }
    await conversations.savePosition({ ...whose, position, at: clock.now() }, signal)
  }
}

/** Of this document, since its last walk began: what came more than a day before is of another one. */
function reportOf({ walked }: WalkSeen, documentId: string | undefined) {
  const last = walked.at(-1)?.at.getTime() ?? 0
  return walked.filter((each) => each.documentId === documentId && last - each.at.getTime() < 86_400_000).slice(-40)
}

async function closeStep(
  parts: WalkingParts,
  { channel, principal }: WalkPlace,
  old: { ts: string; traceId: string },
  became: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const turn = await parts.conversations.turn(old.traceId, signal)
  if (turn === undefined || turn.principal !== principal.name) return
  const citations = await citationsOf(parts, turn, principal, signal)
  const [past] = pastStepMessages({ ...turn, citations, warnings: [] }, became, parts.clock.now())
  if (past === undefined) return
  const edited = { channel, ts: old.ts, text: past.text, blocks: past.blocks }
  try {
    await parts.calls.call('chat.update', (client) => client.chat.update(edited), signal)
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error
  }
}

async function post(
  { calls }: WalkingParts,
  { channel, thread }: WalkPlace,
  messages: readonly SlackMessage[],
  signal: AbortSignal,
): Promise<string | undefined> {
  let last: string | undefined
  for (const { text, blocks } of messages) {
    const said = { channel, thread_ts: thread, text, blocks, unfurl_links: false, unfurl_media: false }
    await calls.turnIn(channel, signal)
    const posted = await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
    last = posted.ts
  }
  return last
}

async function whole(
  { ask }: WalkingParts,
  question: Parameters<ActingParts['ask']>[0],
  signal: AbortSignal,
): Promise<Answer> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  for await (const event of ask(question, both)) if (event.kind === 'done') return event.answer
  throw new AnswerTooSlowError('the step ended before it was done')
}
