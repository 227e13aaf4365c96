import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import { userMessageOf } from '#runtime/errors.ts'
import type { ActingParts } from '../acting-parts.ts'
import { offerRunbook } from '../alerts/runbook-offer.ts'
import type { Clip } from '../clips/clip.ts'
import { hearClip } from '../clips/hear-clip.ts'
import type { AskedInSlack } from '../incoming.ts'
import { escaped, message } from '../layout/message.ts'
import { type Standing, seesNoMore } from '../people.ts'
import { looksLikeQuestion, questionIn } from '../question-text.ts'
import { Reply } from '../reply.ts'
import { tellAlone } from '../telling.ts'
import { words } from '../words.ts'
import { type Asking, answered } from './make-answer.ts'
import { show, showAlone } from './show-answer.ts'

/** What became of a question, as far as a crash must not lose it. */
export interface Progress {
  /** Messages of the reply, in order. */
  posted: readonly string[]
  /** How often it was begun. */
  tries: number
}

const longestQuestion = 8000
const mostTries = 3

/**
 * Answers one question where it was asked: for all who see it where all may see the sources, else for the asker alone.
 * @param onProgress Told what has to outlive us.
 */
export async function answerInSlack(
  parts: ActingParts,
  botUser: string,
  asked: AskedInSlack,
  progress: Progress,
  onProgress: (posted: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (asked.alert !== undefined) {
    if (progress.tries > mostTries) return
    return await offerRunbook(parts, asked, asked.alert, progress.posted, onProgress, signal)
  }
  const written = questionIn(asked.text, botUser)
  const lang =
    written === '' ? await parts.people.langOf(asked.user, signal).catch(() => 'en' as const) : detectLang(written)
  const said = words(lang)
  let reply = replyTo(parts, asked, lang, progress, onProgress)
  try {
    const standing = await parts.people.standing(asked.user, asked.team, signal)
    if (standing.kind === 'bot') return
    if (standing.kind !== 'sees' && asked.via === 'unasked') return
    if (standing.kind !== 'sees')
      return await tellAlone(parts, asked, message(refusal(standing, asked.user, lang)), signal)
    if (progress.tries > mostTries) {
      if (reply === undefined) return await tellAlone(parts, asked, message(said.gaveUp), signal)
      await reply.finish([message(said.gaveUp)], signal)
      return
    }
    const heard =
      asked.clip === undefined
        ? undefined
        : await heardFirst(
            parts,
            asked,
            asked.clip,
            { lang, principal: standing.principal },
            progress,
            onProgress,
            signal,
          )
    if (heard !== undefined) reply = heard.reply
    const text = [written, heard?.text ?? ''].filter((part) => part !== '').join('\n')
    if (text === '' && heard !== undefined) return
    if (text === '') return await tellAlone(parts, asked, message(said.whatToAsk), signal)
    if (text.length > longestQuestion) return await tellAlone(parts, asked, message(said.tooLong), signal)
    if (progress.tries > 1) await reply?.resume(said.interrupted, signal)
    const question: Asking = {
      asked,
      text,
      lang: heard === undefined ? lang : detectLang(text),
      principal: standing.principal,
      by: standing.principal.name,
      reply,
    }
    if (asked.via === 'unasked') await answerUnasked(parts, question, signal)
    else if (asked.isDirect || reply === undefined) await answerAlone(parts, question, signal)
    else await answerAmongOthers(parts, question, reply, signal)
  } catch (error) {
    // Whoever stops us, or takes the question back, has told the asker or will.
    signal.throwIfAborted()
    parts.log.warn({ err: error, question: asked.id }, 'a question of Slack could not be answered')
    // Nobody waits for what nobody asked for.
    if (asked.via === 'unasked') return
    const apology = message(escaped(said.failed(userMessageOf(error))))
    if (reply === undefined) await tellAlone(parts, asked, apology, signal)
    else await reply.finish([apology], signal)
  }
}

/** Listens to a recording, and shows what was heard before anything is done about it. */
async function heardFirst(
  parts: ActingParts,
  asked: AskedInSlack,
  clip: Clip,
  { lang, principal }: { lang: Lang; principal: Principal },
  progress: Progress,
  onProgress: (posted: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<{ text: string; reply: Reply | undefined }> {
  const { channel, ts, thread = ts, team, isDirect } = asked
  // Everybody reads the transcript: no name is put into it that one of them may not know of.
  const everybody = isDirect ? principal : await parts.people.everybodyIn(channel, team, signal)
  const reader = everybody ?? { name: principal.name, audiences: [] }
  const { text, shown } = await hearClip(parts, clip, lang, reader, signal)
  const [before, ...others] = progress.posted
  let posted = before
  if (posted === undefined) {
    const saying = { channel, thread_ts: thread, ...message(shown), unfurl_links: false }
    await parts.calls.turnIn(channel, signal)
    posted = (await parts.calls.call('chat.postMessage', (client) => client.chat.postMessage(saying), signal, 'once'))
      .ts
    if (posted !== undefined) await onProgress([posted])
  }
  const transcript = posted === undefined ? [] : [posted]
  const noted = (now: readonly string[]) => onProgress([...transcript, ...now])
  return { text, reply: replyTo(parts, asked, detectLang(text), { ...progress, posted: others }, noted) }
}

function replyTo(
  { calls, log }: ActingParts,
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
async function answerAlone(parts: ActingParts, asking: Asking, signal: AbortSignal): Promise<void> {
  const { reply, principal, asked } = asking
  if (reply !== undefined && asked.isDirect) {
    await reply.begin(signal)
    const made = await answered(parts, asking, principal, reply, signal)
    return await show(parts, asking, principal, made, reply, signal)
  }
  const { answer } = await answered(parts, asking, principal, undefined, signal)
  await showAlone(parts, asking, answer, asked.isDirect ? undefined : words(answer.lang).onlyYouHere, signal)
}

async function answerAmongOthers(parts: ActingParts, asking: Asking, reply: Reply, signal: AbortSignal): Promise<void> {
  const { asked, principal, lang } = asking
  const everybody = await parts.people.everybodyIn(asked.channel, asked.team, signal)
  if (everybody === undefined) {
    const { answer } = await answered(parts, asking, principal, undefined, signal)
    await reply.withdraw(signal)
    return await showAlone(parts, asking, answer, words(lang).onlyYou, signal)
  }
  const isSettled = seesNoMore(principal, everybody)
  const isShown = isSettled && asked.via !== 'thread'
  if (isShown) await reply.begin(signal)
  const made = await answered(parts, asking, everybody, isShown ? reply : undefined, signal)
  if (!made.answer.abstained) return await show(parts, asking, everybody, made, reply, signal)
  if (!isSettled) {
    const { answer: own } = await answered(parts, asking, principal, undefined, signal)
    if (!own.abstained) {
      await reply.withdraw(signal)
      return await showAlone(parts, asking, own, words(lang).onlyYou, signal)
    }
  }
  // People go on talking in a thread without meaning us; what isn't even a question needs no "I found nothing".
  if (asked.via === 'thread' && !looksLikeQuestion(asking.text)) return await reply.withdraw(signal)
  await show(parts, asking, everybody, made, reply, signal)
}

/** Where we are asked to speak up by ourselves: only when all may see it, and we are sure. */
async function answerUnasked(parts: ActingParts, asking: Asking, signal: AbortSignal): Promise<void> {
  const { asked, reply } = asking
  const least = parts.channels.find(({ channel }) => channel === asked.channel)?.unaskedFrom
  const everybody = await parts.people.everybodyIn(asked.channel, asked.team, signal)
  if (least === undefined || reply === undefined || everybody === undefined) return
  const made = await answered(parts, asking, everybody, undefined, signal)
  const { answer } = made
  const isSure = !answer.abstained && answer.citations.length > 0 && answer.confidence >= least
  if (isSure) await show(parts, asking, everybody, made, reply, signal)
  else await reply.withdraw(signal)
}

function refusal(standing: Standing, user: string, lang: Lang): string {
  return standing.kind === 'guest' ? words(lang).notForGuests : words(lang).notForYou(user)
}
