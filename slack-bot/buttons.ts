import { z } from 'zod'
import type { Citation } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import { detectLang } from '#knowledge/language.ts'
import { maySee, type Principal } from '#knowledge/principal.ts'
import { recordFeedback } from '#knowledge/record-feedback.ts'
import type { ActingParts } from './acting-parts.ts'
import { SlackRefusedError } from './errors.ts'
import { citationsOf, isTheirs } from './given-answers.ts'
import type { Pressed, Submitted } from './incoming.ts'
import { actions, answerMessages } from './layout/answer-layout.ts'
import { escaped, message, plain, type SlackMessage } from './layout/message.ts'
import { link, richText } from './layout/rich-text.ts'
import { bare, ownerInSlack } from './owners.ts'
import { tellAlone, tellDirectly, tellPresser } from './telling.ts'
import { jsonOf } from './threads.ts'
import { callMe } from './voice-calls/call-me.ts'
import { startedWalk } from './walk/walking.ts'
import { words } from './words.ts'

const Value = z.object({ t: z.string().max(200), o: z.string().max(300).optional() })
const Metadata = z.object({ t: z.string(), c: z.string().optional(), th: z.string().optional() })
const longestComment = 2000

export const staleForm = 'outdated'

/** A button below an answer. */
export async function pressed(parts: ActingParts, press: Pressed, signal: AbortSignal): Promise<void> {
  const value = Value.safeParse(jsonOf(press.value))
  if (!value.success) return
  const { t: traceId, o: owner } = value.data
  const standing = await parts.people.standing(press.user, press.team, signal)
  if (standing.kind !== 'sees') return
  const { principal } = standing
  const turn = await parts.conversations.turn(traceId, signal)
  const said = words(turn?.lang ?? 'en')
  const tell = (told: SlackMessage) => tellPresser(parts, press, told, signal)
  if (turn === undefined) return await tell(message(said.gone))
  if (!isTheirs(turn, principal, press)) return await tell(message(said.notYours))
  if (press.action === actions.walk) return await startedWalk(parts, press, turn, principal, signal)
  if (press.action === actions.call) return await callMe(parts, press, turn, principal, signal)
  if (press.action === actions.stale) return await askWhatIsStale(parts, press, turn, signal)
  if (press.action === actions.share) return await share(parts, press, turn, principal, tell, signal)
  if (press.action.startsWith(actions.owner) && !(await isStillTheirs(parts, press, turn, principal, signal)))
    return await tell(message(said.notYours))
  if (press.action.startsWith(actions.owner) && owner !== undefined)
    return await askOwner(parts, press, turn, owner, tell, signal)
  const verdict = press.action === actions.good ? 'good' : press.action === actions.bad ? 'bad' : undefined
  if (verdict === undefined) return
  await recordFeedback(parts, { traceId, principal: principal.name, verdict }, () => true, signal)
  await tell(message(said.thanks))
}

async function askWhatIsStale(parts: ActingParts, press: Pressed, turn: Turn, signal: AbortSignal): Promise<void> {
  const said = words(turn.lang)
  const view = {
    type: 'modal' as const,
    callback_id: staleForm,
    private_metadata: JSON.stringify({ t: turn.traceId, c: press.channel, th: press.thread }),
    title: { ...plain(said.stale), text: said.stale.slice(0, 24) },
    submit: plain(said.send),
    close: plain(said.cancel),
    blocks: [
      {
        type: 'input' as const,
        block_id: 'what',
        label: plain(said.whatIsWrong),
        hint: plain(said.whatIsWrongHint),
        element: { type: 'plain_text_input' as const, action_id: 'what', multiline: true, max_length: longestComment },
      },
    ],
  }
  const opening = { trigger_id: press.triggerId, view }
  await parts.calls.call('views.open', (client) => client.views.open(opening), signal, 'once')
}

/** What is outdated was said: it is recorded against what was cited, and the owners hear of it. */
export async function saidStale(parts: ActingParts, form: Submitted, signal: AbortSignal): Promise<void> {
  const metadata = Metadata.safeParse(jsonOf(form.metadata))
  const standing = await parts.people.standing(form.user, form.team, signal)
  if (!metadata.success || standing.kind !== 'sees') return
  const { t: traceId, c: channel, th: thread } = metadata.data
  const { principal } = standing
  const comment = (form.values.what ?? '').slice(0, longestComment)
  const turn = await recordFeedback(
    parts,
    { traceId, principal: principal.name, verdict: 'stale', comment },
    (each) => isTheirs(each, principal, { team: form.team, channel }),
    signal,
  )
  if (turn === undefined) return
  // What was for one person alone is no part of what the channel knows.
  if (channel !== undefined && turn.principal !== principal.name) {
    const outdated = { kind: 'outdated' as const, by: principal.name, text: comment, cited: turn.cited }
    await parts.incidents.note({ team: form.team, channel }, outdated, signal)
  }
  for (const citation of await citationsOf(parts, turn, principal, signal))
    await tellOwners(parts, form, citation, comment, signal)
  const told = message(words(turn.lang).thanks)
  const isDirect = channel?.startsWith('D') === true
  if (channel === undefined || isDirect) await tellDirectly(parts.calls, form.user, told, signal)
  else
    await tellAlone(
      parts,
      { channel, user: form.user, thread, responseUrl: undefined, isDirect, ts: undefined, via: 'mention' },
      told,
      signal,
    )
}

/** Owners who may see the document, and are somebody else. */
async function tellOwners(
  parts: ActingParts,
  form: Submitted,
  { document, quote }: Citation,
  comment: string,
  signal: AbortSignal,
): Promise<void> {
  const said = words(detectLang(comment))
  for (const owner of new Set(document.owners.map(bare))) {
    const user = await ownerInSlack(parts, owner, signal)
    if (user === undefined || user === form.user) continue
    const standing = await parts.people.standing(user, form.team, signal)
    if (standing.kind !== 'sees' || !maySee(standing.principal, document.audience)) continue
    const text = said.toldStale(form.user, escaped(document.title))
    const told: SlackMessage = {
      text,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3000) } },
        {
          type: 'rich_text',
          elements: [
            ...quoted(comment),
            { type: 'rich_text_section', elements: link(document.url, document.title) },
            ...quoted(quote),
          ],
        },
      ],
    }
    await tellDirectly(parts.calls, user, told, signal)
  }
}

function quoted(text: string) {
  const shown = text.trim().slice(0, 2000)
  return shown === '' ? [] : [{ type: 'rich_text_quote' as const, elements: [{ type: 'text' as const, text: shown }] }]
}

/** Who came into the channel later sees old messages, and hears nothing more of what stands in them. */
async function isStillTheirs(
  parts: ActingParts,
  { channel, team }: Pressed,
  turn: Turn,
  principal: Principal,
  signal: AbortSignal,
): Promise<boolean> {
  if (turn.principal === principal.name) return true
  const everybody = channel === undefined ? undefined : await parts.people.everybodyIn(channel, team, signal)
  if (everybody?.name === turn.principal) return true
  return turn.cited.length > 0 && (await citationsOf(parts, turn, principal, signal)).length === turn.cited.length
}

async function askOwner(
  parts: ActingParts,
  press: Pressed,
  turn: Turn,
  owner: string,
  tell: (told: SlackMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const said = words(turn.lang)
  const user = await ownerInSlack(parts, owner, signal)
  if (user === undefined) return await tell(message(escaped(said.ownerUnknown(owner))))
  const isPrivate = press.isEphemeral || press.channel === undefined || press.channel.startsWith('D')
  const thread = press.thread ?? press.ts
  if (isPrivate || thread === undefined || press.channel === undefined) {
    const text = said.asksOwnerPrivately(press.user)
    const asked: SlackMessage = {
      text,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text } },
        { type: 'rich_text', elements: richText(turn.question.slice(0, 2000)).slice(0, 20) },
      ],
    }
    await tellDirectly(parts.calls, user, asked, signal)
    return await tell(message(escaped(said.ownerAsked(owner))))
  }
  const asking = { channel: press.channel, thread_ts: thread, ...message(said.asksOwner(user, press.user)) }
  await parts.calls.turnIn(press.channel, signal)
  await parts.calls.call('chat.postMessage', (client) => client.chat.postMessage(asking), signal, 'once')
}

/** What somebody alone was told becomes everybody's, if everybody may see all that it cites. */
async function share(
  parts: ActingParts,
  press: Pressed,
  turn: Turn,
  principal: Principal,
  tell: (told: SlackMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const said = words(turn.lang)
  const { channel } = press
  if (channel === undefined || turn.principal !== principal.name || turn.abstained)
    return await tell(message(said.notYours))
  parts.people.forget(channel)
  const everybody = await parts.people.everybodyIn(channel, press.team, signal)
  if (everybody === undefined) return await tell(message(said.cantShare))
  const citations = await citationsOf(parts, turn, everybody, signal)
  if (citations.length !== turn.cited.length || citations.length === 0) return await tell(message(said.cantShare))
  const answer = { ...turn, citations, warnings: [] }
  const messages = answerMessages({ answer, now: parts.clock.now(), owners: [], headline: said.shared(press.user) })
  try {
    for (const { text, blocks } of messages) {
      await parts.calls.turnIn(channel, signal)
      const posting = {
        channel,
        text,
        blocks,
        ...(press.thread !== undefined && { thread_ts: press.thread }),
        unfurl_links: false,
      }
      await parts.calls.call('chat.postMessage', (client) => client.chat.postMessage(posting), signal, 'once')
    }
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error
    await tell(message(said.cantShareHere))
  }
}
