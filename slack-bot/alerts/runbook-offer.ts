import { randomUUID } from 'node:crypto'
import type { Answer, Citation } from '#knowledge/answer.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { SlackRefusedError } from '../errors.ts'
import type { AskedInSlack } from '../incoming.ts'
import { answerMessages } from '../layout/answer-layout.ts'
import { escaped, message, type SlackMessage } from '../layout/message.ts'
import { Reply } from '../reply.ts'
import { hasSteps } from '../walk/walking.ts'
import { words } from '../words.ts'
import { incidentWords } from '../words-incident.ts'
import type { AlertAsked } from './alert.ts'
import { runbookFor } from './find-runbook.ts'

/** Offers the runbook of an alert in its thread: what every person there may see, or nothing. */
export async function offerRunbook(
  parts: ActingParts,
  asked: AskedInSlack,
  alert: AlertAsked,
  posted: readonly string[],
  onPosted: (posted: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { team, channel } = asked
  const everybody = await parts.people.everybodyIn(channel, team, signal)
  const found = everybody === undefined ? undefined : await runbookFor(parts, asked.text, alert, everybody, signal)
  const lang = detectLang(alert.title)
  const said = incidentWords(lang)
  const [root] = posted
  const thread = alert.isNew ? (root ?? (await announce(parts, channel, said.alert(alert.title), signal))) : asked.ts
  if (thread === undefined) return
  if (alert.isNew) await onPosted([thread])
  const place = { team, channel, thread: asked.thread ?? thread }
  const cites = found === undefined ? [] : [found]
  if (alert.isIncident !== true)
    await parts.incidents.note(place, { kind: 'alert', by: '', text: alert.title, cited: cites }, signal)
  else if (found !== undefined)
    await parts.incidents.note(place, { kind: 'offered', by: '', text: found.document.title, cited: cites }, signal)
  if (found === undefined || everybody === undefined) return
  const answer = await remembered(parts, alert, found, everybody, signal)
  const canWalk = await hasSteps(parts, found.document.id, everybody, signal)
  const headline = escaped(said.runbookFor(alert.title))
  const owners = found.document.owners.slice(0, 1)
  const messages = answerMessages({
    answer,
    now: parts.clock.now(),
    owners,
    headline,
    canWalk,
    canCall: parts.publicUrl !== undefined,
  })
  const before = alert.isNew ? posted.slice(1) : posted
  const noted = (ts: readonly string[]) => onPosted(alert.isNew ? [thread, ...ts] : ts)
  const replying = { calls: parts.calls, log: parts.log, said: words(lang), onPosted: noted }
  const reply = new Reply(replying, { id: asked.id, ...place, user: asked.user }, before)
  await reply.finish(messages, signal)
  await parts.threads.engage(place, { principal: everybody.name, conversationId: answer.conversationId }, signal)
}

async function announce(
  { calls }: ActingParts,
  channel: string,
  text: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const said: SlackMessage = message(escaped(text))
  await calls.turnIn(channel, signal)
  try {
    const posting = { channel, ...said, unfurl_links: false }
    return (await calls.call('chat.postMessage', (client) => client.chat.postMessage(posting), signal, 'once')).ts
  } catch (error) {
    // A channel that is configured, and that we were not invited to.
    if (error instanceof SlackRefusedError) return undefined
    throw error
  }
}

/** As if somebody had asked: what stands there can be walked through, talked about, and called outdated. */
async function remembered(
  { conversations, clock }: ActingParts,
  { title }: AlertAsked,
  citation: Citation,
  principal: Principal,
  signal: AbortSignal,
): Promise<Answer> {
  const { quote, passageId } = citation
  const lang = detectLang(quote)
  const isOpenFence = (quote.match(/^\s*(?:`{3,}|~{3,})/gm) ?? []).length % 2 === 1
  const answer: Answer = {
    answer: `${quote}${isOpenFence ? '\n```' : ''}\n\n[1]`,
    spoken: quote,
    abstained: false,
    confidence: 1,
    lang,
    citations: [citation],
    warnings: [],
    conversationId: randomUUID(),
    traceId: randomUUID(),
    provider: 'extractive',
    timingsMs: {},
    costUsd: 0,
  }
  const { traceId, conversationId } = answer
  const own = { question: title, standalone: title, lang, answer: answer.answer, abstained: false }
  const turn = {
    traceId,
    conversationId,
    principal: principal.name,
    ...own,
    cited: [{ passageId, quote }],
    at: clock.now(),
  }
  await conversations.addTurn(turn, signal)
  return answer
}
