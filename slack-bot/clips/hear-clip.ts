import { clipSaying, heardInClip } from '#conversation/clip.ts'
import type { Answer } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import { userMessageOf } from '#runtime/errors.ts'
import type { ActingParts } from '../acting-parts.ts'
import { escaped } from '../layout/message.ts'
import { clipWords } from '../words-clip.ts'
import type { Clip } from './clip.ts'

const longestMs = 5 * 60_000
const mostKeyterms = 60
const hearingMs = 120_000

/** What is known of a recording. */
export interface HeardClip {
  /** '' : nothing that could be answered. */
  text: string
  /** What the asker is shown of it: mrkdwn. */
  shown: string
}

/**
 * Listens to a recording. Where our own recogniser is not there, fails or hears nothing, Slack's preview is taken.
 * @param lang Of whoever recorded it, for what is said about it.
 * @param principal Who reads the transcript: names that they may know of are listened for, and put right where misheard.
 */
export async function hearClip(
  { speech, files, vocabulary, log }: Pick<ActingParts, 'speech' | 'files' | 'vocabulary' | 'log'>,
  clip: Clip,
  lang: Lang,
  principal: Principal,
  signal: AbortSignal,
): Promise<HeardClip> {
  const said = clipWords(lang)
  const preview = clip.preview?.trim() ?? ''
  const withPreview = (otherwise: string): HeardClip =>
    preview === ''
      ? { text: '', shown: otherwise }
      : { text: preview, shown: clipWords(detectLang(preview)).preview(quoted(preview)) }
  const toText = speech?.toText
  if (toText === undefined) return withPreview(said.noEar)
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(hearingMs)])
    const bytes = await files.download(clip.url, both)
    const names = vocabulary?.(principal)
    const keyterms = [...new Set([...keytermsIn(preview), ...(names?.keyterms(mostKeyterms) ?? [])])]
    const hearing = { lang: 'auto' as const, keyterms: keyterms.slice(0, mostKeyterms), longestMs }
    const heard = await heardInClip({ toText }, bytes, hearing, both)
    if (heard === '') return withPreview(said.nothing)
    const text = names?.correct(heard, detectLang(heard)).text ?? heard
    const cut = (clip.ms ?? 0) > longestMs ? `\n${said.tooLong(longestMs / 60_000)}` : ''
    return { text, shown: `${clipWords(detectLang(text)).heard(quoted(text))}${cut}` }
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error, clip: clip.id }, 'a recording could not be listened to')
    return withPreview(`🎙️ ${escaped(userMessageOf(error))}`)
  }
}

function quoted(text: string): string {
  return escaped(text.length > 1500 ? `${text.slice(0, 1500)}…` : text)
}

/** Names and identifiers that Slack heard: a recogniser that is told of them hears them too. */
function keytermsIn(preview: string): string[] {
  const terms = preview.match(/\b(?:[A-Z][\w-]{2,}|[a-z]+[-_][\w-]+|[A-Za-z]+\d[\w-]*)\b/g) ?? []
  return [...new Set(terms)].slice(0, mostKeyterms)
}

/** Reads the answer aloud below itself; where that can't be done, the text has to do. */
export async function answerAloud(
  { speech, files, log }: Pick<ActingParts, 'speech' | 'files' | 'log'>,
  { channel, thread }: { channel: string; thread: string },
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  const toSpeech = speech?.toSpeech
  if (speech === undefined || toSpeech === undefined) return
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(hearingMs)])
    const spoken = await clipSaying({ toSpeech, lexicon: speech.lexicon }, answer.spoken, answer.lang, both)
    if (spoken === undefined) return
    const title = clipWords(answer.lang).title
    await files.upload({ channel, thread, wav: spoken.wav, name: 'answer.wav', title }, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err }, 'an answer was not read aloud')
  }
}
