import { isAddressed } from './addressing.ts'
import { isUnlikeOurs, withoutEcho } from './echo.ts'
import type { HeardSound } from './heard-sound.ts'
import { beginsNod, isCommand, isMostOfNod, isNod, isStop, wordsThatCount } from './nods.ts'
import type { BargeInOptions, SettledOptions } from './options.ts'
import { isCrowd, isTone, type Sound } from './sound.ts'
import { wordsOf } from './words.ts'

/** What is known of somebody who talks while we do. */
export interface TalkOver {
  /** Where it began, and the end of its last voice. */
  onsetMs: number
  lastMs: number
  /** Until when time has passed. */
  nowMs: number
  /** A voice is heard in the newest frame. */
  going: boolean
  /** What was recognised since we began to speak, and how much of what is the speaker's own was known before this. */
  words: string
  ownBefore: string
  /** 0..1, where the recogniser says. */
  confidence: number | undefined
  /** What we have been saying. */
  saying: string
  /** How much of it is voice; the rest is pauses. */
  voicedMs: number
  /** Of the frames after the minimum length, how many sounded like the speaker; 0..1. */
  likeSpeaker: number
  /** It began as we did, or we have heard ourselves in this conversation before. */
  maybeEcho: boolean
  /** It is no louder than something that was a noise a while ago. */
  maybeNoise: boolean
  /** It is much softer than the speaker usually is. */
  softer: boolean
  /** The recogniser tells words while they are spoken: no words yet, that is one long word. */
  tellsLive: boolean
  /** After so long the recogniser has usually told. */
  lagMs: number
  /** When it last told something new; undefined where it hasn't yet. */
  toldMs: number | undefined
}

export type TalkVerdict = { kind: 'interruption' | 'dismissed'; because: string } | { kind: 'undecided' }

const undecided: TalkVerdict = { kind: 'undecided' }
/** Where words are needed and don't come, talk that is clearly a voice is believed after so much longer. */
const wordlessMs = 1000
/** A noise without words isn't waited for longer than this. */
const noiseMs = 1200
/** Our own sound in the microphone, or somebody at another desk, is so much quieter than the speaker. */
const quieterDb = 5
const nearDynamicsDb = 25
const nearQuieterDb = 9
/** Within a nod, the next word is told so soon at the latest, or as soon as the recogniser can. */
const nodWordMs = 450
/** "Absolutely" takes 0.7 s to be said and up to 0.3 s to be told: so much longer than the minimum, a live first word may take. */
const firstWordMs = 350
/** Between two words spoken in one go. */
export const wordGapMs = 160
/** The least that closures and vowels of a voice differ by within half a second. */
const voiceDynamicsDb = 14
/** A crowd sounds like one voice for a moment now and then. */
const mostly = 0.6
/** Words that are sure tell a voice, too. */
const withWords = 0.4
/** Words of a recogniser that is less sure are guesses at a noise. */
const sureEnough = 0.5

/** Whether somebody who talks while we do wants the turn. */
export function judgeTalk(talk: TalkOver, options: BargeInOptions, wakePhrases: readonly string[]): TalkVerdict {
  const told = (talk.confidence ?? 1) >= sureEnough ? talk.words : ''
  const withoutOurs = withoutEcho(told, talk.saying, talk.maybeEcho)
  const own = newOf(withoutOurs, talk.ownBefore)
  const byWords = judgeWords(own, talk, options, wakePhrases)
  if (byWords !== undefined) return byWords
  const lengthMs = talk.nowMs - talk.onsetMs
  const quietMs = talk.nowMs - talk.lastMs
  const isEcho = told.trim() !== '' && withoutOurs === ''
  if (isEcho && (quietMs > 250 || lengthMs > noiseMs)) return { kind: 'dismissed', because: 'our own voice' }
  if (wakePhrases.length === 0 && !isEcho && judgeSound(talk, options, lengthMs, { told, own }))
    return { kind: 'interruption', because: 'somebody goes on talking' }
  if (own !== '' && isNod(own) && quietMs >= 200) return { kind: 'dismissed', because: 'a sign of listening' }
  if (quietMs >= Math.max(450, talk.lagMs + 100)) return { kind: 'dismissed', because: whyNot(own, wakePhrases) }
  if (lengthMs >= noiseMs && talk.likeSpeaker < mostly) return { kind: 'dismissed', because: 'a noise' }
  // Talk that is not for us may go on for as long as it likes.
  if (lengthMs >= noiseMs + wordlessMs) return { kind: 'dismissed', because: whyNot(own, wakePhrases) }
  return undecided
}

function judgeWords(
  own: string,
  talk: TalkOver,
  options: BargeInOptions,
  wakePhrases: readonly string[],
): TalkVerdict | undefined {
  if (own === '') return undefined
  if (isStop(own) && !maybeOurWord(own, talk)) return { kind: 'interruption', because: 'asked to stop' }
  if (wakePhrases.length > 0)
    return isAddressed(own, wakePhrases) ? { kind: 'interruption', because: 'called by name' } : undefined
  const words = wordsThatCount(own)
  const quietMs = talk.nowMs - talk.lastMs
  if (isCommand(own) && quietMs >= 100) return { kind: 'interruption', because: 'a spoken command' }
  const lastedMs = talk.lastMs - talk.onsetMs
  const enough = Math.max(talk.maybeEcho ? wordsOverEcho(own, talk.saying) : 2, options.minimumWords)
  if (words >= enough && lastedMs >= Math.min(options.minimumMs, 300) && !isNod(own) && !beginsNod(own))
    return { kind: 'interruption', because: 'words' }
  return undefined
}

/** What an echo's misheard words don't reach; of words that are nothing like ours, few tell somebody else. */
function wordsOverEcho(own: string, saying: string): number {
  return isUnlikeOurs(own, saying) ? 3 : 5
}

/** One word that we said, too: ours where the sound may be ours. */
function maybeOurWord(own: string, { saying, maybeEcho, softer }: TalkOver): boolean {
  return (maybeEcho || softer) && wordsOf(own).length < 2 && wordsOf(saying).join(' ').includes(wordsOf(own).join(' '))
}

/** By sound alone, where that is allowed or no words come. */
function judgeSound(
  talk: TalkOver,
  { minimumMs, minimumWords }: BargeInOptions,
  lengthMs: number,
  { told, own }: { told: string; own: string },
): boolean {
  // Between two words it goes on as well, where the one before was no nod.
  const goesOn = talk.going || (wordsThatCount(own) > 0 && talk.nowMs - talk.lastMs <= wordGapMs)
  const enough = wordsThatCount(own) > 0 ? withWords : mostly
  if (!goesOn || lengthMs < minimumMs || talk.likeSpeaker < enough) return false
  if (talk.voicedMs < mostly * lengthMs) return false
  if (own === '' && talk.tellsLive && lengthMs < minimumMs + firstWordMs) return false
  // “That's” may become “that's fine”: the next word tells, and it isn't a nod's where it takes longer than those do.
  const isNodSoFar = own !== '' && (isNod(own) || beginsNod(own))
  if (isNodSoFar && talk.nowMs - (talk.toldMs ?? talk.onsetMs) < Math.max(nodWordMs, talk.lagMs)) return false
  // A nod that was recognised explains what is heard for a while longer.
  if (isNodSoFar && (isNod(own) || isMostOfNod(own))) return lengthMs >= minimumMs + wordlessMs
  // An echo's words tell what it is, and what else there is in it.
  if (talk.maybeEcho && told !== '') return false
  const needsWords = minimumWords > 0 || talk.maybeEcho || talk.maybeNoise
  return !needsWords || lengthMs >= minimumMs + wordlessMs
}

/** Whether what is heard in this moment sounds like the speaker, and not like a crowd, a tone or another desk. */
export function soundsLikeSpeaker(sound: Sound, { gate, knowsPitch, dynamicsDb }: HeardSound): boolean {
  // Near the microphone a voice closes altogether: then it may be softer than it was, and its pitch misread.
  const near = dynamicsDb >= nearDynamicsDb
  if (isTone(sound) || (isCrowd(sound) && !near)) return false
  if (sound.probabilities / sound.frames < 0.7) return false
  if (knowsPitch && sound.pitchedFrames / sound.frames < 0.15) return false
  // As far as the room lets the softest be heard.
  if (knowsPitch && dynamicsDb < Math.min(voiceDynamicsDb, 0.6 * (sound.usualDb - gate.roomDb))) return false
  return !isSofter(sound, gate.speakerDb, near ? nearQuieterDb : quieterDb)
}

export function isSofter({ usualDb }: Sound, speakerDb: number | undefined, byDb = quieterDb): boolean {
  return speakerDb !== undefined && usualDb < speakerDb - byDb
}

/** Words that were there already are no news, but where they are half of a nod: “fair” and “enough”. */
export function newOf(own: string, before: string): string {
  if (!own.startsWith(before)) return own
  return own !== before && (isNod(own) || beginsNod(own)) ? own : own.slice(before.length).trim()
}

function whyNot(own: string, wakePhrases: readonly string[]): string {
  if (own === '') return 'nothing was said'
  return wakePhrases.length > 0 ? 'not said to us' : 'a sign of listening'
}

/**
 * Words alone, of a voice that was too short or too soft to be noticed: enough where they are clear, and more than an
 * echo's misheard ones.
 */
export function wantsTurnByWords(
  own: string,
  { confidence, maybeEcho }: { confidence: number | undefined; maybeEcho: boolean },
  options: SettledOptions,
): boolean {
  if (own === '' || (confidence ?? 1) < sureEnough) return false
  if (isStop(own)) return true
  if (options.wakePhrases.length > 0) return isAddressed(own, options.wakePhrases)
  const enough = Math.max(maybeEcho ? 5 : 2, options.bargeIn.minimumWords)
  return isCommand(own) || (!isNod(own) && !beginsNod(own) && wordsThatCount(own) >= enough)
}
