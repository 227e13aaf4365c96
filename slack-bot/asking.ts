import type { Answer, AnswerEvent, Ask, Search } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Clock } from '#runtime/clock.ts'
import { userMessageOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { AnswerTooSlowError, SlackRefusedError } from './errors.ts'
import type { AskedInSlack } from './incoming.ts'
import { answerMessages } from './layout/answer-layout.ts'
import { escaped, message, type SlackMessage } from './layout/message.ts'
import { type People, type Standing, seesNoMore } from './people.ts'
import { Reply } from './reply.ts'
import type { SlackCalls } from './slack-calls.ts'
import type { ThreadPlace, Threads } from './threads.ts'
import { words } from './words.ts'

export interface AskingParts {
  ask: Ask
  search: Search
  calls: SlackCalls
  people: People
  threads: Threads
  clock: Clock
  log: Log
  /** Posts to an address that Slack gave us with a command or a button. */
  respond: (url: string, body: Record<string, unknown>, signal: AbortSignal) => Promise<void>
}

/** What became of a question, as far as a crash must not lose it. */
export interface Progress {
  /** Messages of the reply, in order. */
  posted: readonly string[]
  /** How often it was begun. */
  tries: number
}

const deadlineMs = 90_000
const longestQuestion = 8000
const mostTries = 3
/** Slack takes five posts at such an address; one is left for what else there may be to say. */
const postsByResponse = 4

/**
 * Answers one question where it was asked: for all who see it where all may see the sources, else for the asker alone.
 * @param onProgress Told what has to outlive us.
 */
export async function answerInSlack(
  parts: AskingParts,
  botUser: string,
  asked: AskedInSlack,
  progress: Progress,
  onProgress: (posted: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const text = questionIn(asked.text, botUser)
  const lang = detectLang(text)
  const said = words(lang)
  const reply = replyTo(parts, asked, lang, progress, onProgress)
  try {
    const standing = await parts.people.standing(asked.user, asked.team, signal)
    if (standing.kind === 'bot') return
    if (standing.kind !== 'sees')
      return await tellAlone(parts, asked, message(refusal(standing, asked.user, lang)), signal)
    if (text === '') return await tellAlone(parts, asked, message(said.whatToAsk), signal)
    if (text.length > longestQuestion) return await tellAlone(parts, asked, message(said.tooLong), signal)
    if (progress.tries > mostTries) {
      if (reply === undefined) return await tellAlone(parts, asked, message(said.gaveUp), signal)
      return await reply.finish([message(said.gaveUp)], signal)
    }
    if (progress.tries > 1) await reply?.resume(said.interrupted, signal)
    const question: Asking = { asked, text, lang, principal: standing.principal, reply }
    if (asked.isDirect || reply === undefined) await answerAlone(parts, question, signal)
    else await answerAmongOthers(parts, question, reply, signal)
  } catch (error) {
    // Whoever stops us, or takes the question back, has told the asker or will.
    signal.throwIfAborted()
    parts.log.warn({ err: error, question: asked.id }, 'a question of Slack could not be answered')
    const apology = message(escaped(said.failed(userMessageOf(error))))
    if (reply === undefined) await tellAlone(parts, asked, apology, signal)
    else await reply.finish([apology], signal)
  }
}

interface Asking {
  asked: AskedInSlack
  text: string
  lang: Lang
  principal: Principal
  /** Absent: there is no message to reply to, so that the asker alone is told. */
  reply: Reply | undefined
}

function replyTo(
  { calls, log }: AskingParts,
  asked: AskedInSlack,
  lang: Lang,
  progress: Progress,
  onPosted: (posted: readonly string[]) => Promise<void>,
): Reply | undefined {
  if (asked.ts === undefined || asked.via === 'shortcut' || asked.via === 'command') return undefined
  const { id, team, channel, user, thread = asked.ts } = asked
  return new Reply({ calls, log, said: words(lang), onPosted }, { id, team, channel, user, thread }, progress.posted)
}

/** In a conversation of two, or where a command or a shortcut shows the answer to whoever used it. */
async function answerAlone(parts: AskingParts, asking: Asking, signal: AbortSignal): Promise<void> {
  const { reply, principal, asked } = asking
  if (reply !== undefined && asked.isDirect) {
    await reply.begin(signal)
    const answer = await answered(parts, asking, principal, reply, signal)
    return await show(parts, asking, principal, answer, reply, signal)
  }
  const answer = await answered(parts, asking, principal, undefined, signal)
  await showAlone(parts, asking, answer, asked.isDirect ? undefined : words(answer.lang).onlyYouHere, signal)
}

async function answerAmongOthers(parts: AskingParts, asking: Asking, reply: Reply, signal: AbortSignal): Promise<void> {
  const { asked, principal, lang } = asking
  const everybody = await parts.people.everybodyIn(asked.channel, asked.team, signal)
  if (everybody === undefined) {
    const answer = await answered(parts, asking, principal, undefined, signal)
    await reply.withdraw(signal)
    return await showAlone(parts, asking, answer, words(lang).onlyYou, signal)
  }
  const isSettled = seesNoMore(principal, everybody)
  const isShown = isSettled && asked.via !== 'thread'
  if (isShown) await reply.begin(signal)
  const answer = await answered(parts, asking, everybody, isShown ? reply : undefined, signal)
  if (!answer.abstained) return await show(parts, asking, everybody, answer, reply, signal)
  if (!isSettled) {
    const own = await answered(parts, asking, principal, undefined, signal)
    if (!own.abstained) {
      await reply.withdraw(signal)
      return await showAlone(parts, asking, own, words(lang).onlyYou, signal)
    }
  }
  // People go on talking in a thread without meaning us; what isn't even a question needs no "I found nothing".
  if (asked.via === 'thread' && !looksLikeQuestion(asking.text)) return await reply.withdraw(signal)
  await show(parts, asking, everybody, answer, reply, signal)
}

/** @throws {AnswerTooSlowError} */
async function answered(
  { ask, threads }: AskingParts,
  { asked, text }: Asking,
  principal: Principal,
  shown: Reply | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const place = placeOf(asked)
  const conversationId = place === undefined ? undefined : await threads.conversationOf(place, principal.name, signal)
  const deadline = AbortSignal.timeout(deadlineMs)
  const both = AbortSignal.any([signal, deadline])
  let answer: Answer | undefined
  try {
    for await (const event of ask({ text, conversationId, mode: 'text', principal }, both)) {
      if (event.kind === 'done') answer = event.answer
      else await shownOn(shown, event, signal)
    }
  } catch (error) {
    if (deadline.aborted && !signal.aborted) throw new AnswerTooSlowError('no answer in time', { cause: error })
    throw error
  }
  if (answer === undefined) throw new AnswerTooSlowError('the answer ended before it was done')
  if (place !== undefined && asked.via !== 'shortcut')
    await threads.engage(place, { principal: principal.name, conversationId: answer.conversationId }, signal)
  return answer
}

async function shownOn(reply: Reply | undefined, event: AnswerEvent, signal: AbortSignal): Promise<void> {
  if (event.kind === 'status') await reply?.stage(event.stage, signal)
  else if (event.kind === 'delta') await reply?.text(event.text, signal)
}

function placeOf({ team, channel, thread, ts }: AskedInSlack): ThreadPlace | undefined {
  const root = thread ?? ts
  return root === undefined ? undefined : { team, channel, thread: root }
}

async function show(
  parts: AskingParts,
  { text }: Asking,
  principal: Principal,
  answer: Answer,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const owners = await likelyOwners(parts, answer, text, principal, signal)
  await reply.finish(answerMessages({ answer, now: parts.clock.now(), owners }), signal)
}

async function showAlone(
  parts: AskingParts,
  { asked, text, principal }: Asking,
  answer: Answer,
  onlyYou: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const owners = await likelyOwners(parts, answer, text, principal, signal)
  const canShare = !asked.isDirect && !answer.abstained
  const messages = answerMessages({ answer, now: parts.clock.now(), owners, onlyYou, canShare })
  for (const [at, each] of messages.entries()) {
    if (asked.responseUrl !== undefined && at >= postsByResponse)
      await tellDirectly(parts.calls, asked.user, each, signal)
    else await tellAlone(parts, asked, each, signal)
  }
}

/** Of what was cited; where nothing was found, of what comes nearest. */
async function likelyOwners(
  { search, log }: AskingParts,
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

/** By the command's own way back, else by a message that only they see, else directly. */
export async function tellAlone(
  { calls, respond }: Pick<AskingParts, 'calls' | 'respond'>,
  asked: Pick<AskedInSlack, 'channel' | 'user' | 'thread' | 'responseUrl' | 'isDirect' | 'ts' | 'via'>,
  { text, blocks }: SlackMessage,
  signal: AbortSignal,
): Promise<void> {
  const { channel, user, thread, responseUrl } = asked
  if (responseUrl !== undefined)
    return await respond(responseUrl, { response_type: 'ephemeral', replace_original: false, text, blocks }, signal)
  const posting = { text, blocks, unfurl_links: false, unfurl_media: false }
  if (asked.isDirect) {
    const hung = { channel, thread_ts: thread ?? asked.ts, ...posting }
    await calls.call('chat.postMessage', (client) => client.chat.postMessage(hung), signal, 'once')
    return
  }
  try {
    // Outside a thread that is open already, nobody would see it in there.
    const alone = { channel, user, text, blocks, ...(thread !== undefined && { thread_ts: thread }) }
    await calls.call('chat.postEphemeral', (client) => client.chat.postEphemeral(alone), signal)
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error
    await tellDirectly(calls, user, { text, blocks }, signal)
  }
}

export async function tellDirectly(
  calls: SlackCalls,
  user: string,
  { text, blocks }: SlackMessage,
  signal: AbortSignal,
): Promise<void> {
  const opened = await calls.call('conversations.open', (client) => client.conversations.open({ users: user }), signal)
  const channel = opened.channel?.id
  if (channel === undefined) return
  const said = { channel, text, blocks, unfurl_links: false, unfurl_media: false }
  await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
}

function refusal(standing: Standing, user: string, lang: Lang): string {
  return standing.kind === 'guest' ? words(lang).notForGuests : words(lang).notForYou(user)
}

/** What was asked, without our name, and as people read it: Slack sends links and three characters escaped. */
function questionIn(text: string, botUser: string): string {
  return text
    .replaceAll(`<@${botUser}>`, ' ')
    .replace(/<(?:mailto:|https?:)[^|>]*\|([^>]+)>/g, '$1')
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replace(/<[#!@][^|>]*\|([^>]+)>/g, '$1')
    .replace(/<[#!@][^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[ \t]+/g, ' ')
    .trim()
}

const asksEnglish =
  /^(?:and |but |so |ok(?:ay)?,? )?(?:what|how|why|when|where|who|which|whose|is|are|was|were|do|does|did|can|could|should|would|will|may|show|tell|give|explain|find)\b/i
const asksJapanese = /(?:か|かな|の|ですか|ますか|教えて.*|ください|方法は|手順は)[。？?！!]*$/

function looksLikeQuestion(text: string): boolean {
  return /[?？]\s*$/.test(text) || asksEnglish.test(text) || asksJapanese.test(text)
}

const acknowledgement =
  /^(?:thanks?(?: you)?|thx|ty|cheers|ok(?:ay)?|got it|great|nice|perfect|cool|done|will do|lgtm|works?(?: now)?|ありがとう(?:ございま(?:す|した))?|了解(?:です|しました)?|承知(?:しました)?|なるほど|おけ|助かりました)[\s.!。！:)]*\p{Extended_Pictographic}*\s*$/iu

/** In a thread that we take part in: not for somebody else, and more than a word of thanks. */
export function isMeantForUs(text: string, botUser: string): boolean {
  if (/^\s*<@[^>]+>/.test(text)) return text.trimStart().startsWith(`<@${botUser}>`)
  const said = questionIn(text, botUser)
  return said !== '' && !acknowledgement.test(said)
}
