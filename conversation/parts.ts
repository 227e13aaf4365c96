import type { Ask, RankedPassage, Search } from '#knowledge/answer.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Document } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Pager } from './outlets/pager.ts'
import type { Poster } from './outlets/poster.ts'
import type { Lexicon } from './speech/lexicon.ts'
import type { Tool } from './tools/tool.ts'
import type { AnsweringTurn } from './turn-reads.ts'

/** A document whole, as this principal may see it. */
export interface ReadDocument {
  document: Document
  passages: readonly { passage: Passage; freshness: Freshness }[]
}

/** Reads what is already known by name. Both give only what the principal may see. */
export interface Reading {
  /** In the order asked for; what is unknown, gone or not for this principal is left out. */
  passages(
    ids: readonly string[],
    principal: Principal,
    signal: AbortSignal,
  ): Promise<Pick<RankedPassage, 'passage' | 'document' | 'freshness'>[]>
  document(id: string, principal: Principal, signal: AbortSignal): Promise<ReadDocument | undefined>
}

export interface SpeechParts {
  toText?: SpeechToText | undefined
  toSpeech?: TextToSpeech | undefined
  /** How names and terms are read. */
  lexicon: Lexicon
  /** Names and terms likely to be said, the likeliest first. */
  keyterms?: readonly string[] | undefined
}

/** What a conversation is made of. */
export interface ConversationParts {
  /** Makes what answers the questions of one turn, out of what it's handed. */
  answering: (turn: AnsweringTurn) => Ask
  search: Search
  reading: Reading
  conversations: ConversationStore
  /** Understands what is to be done where rules don't, and keeps summaries; absent: rules alone. */
  llm?: Llm | undefined
  /** How it hears and speaks; absent: it reads and writes. */
  speech?: SpeechParts | undefined
  /** Posts to where people read; absent: it says that it can't. */
  poster?: Poster | undefined
  /** Calls people; absent: it says that it can't. */
  pager?: Pager | undefined
  /** What can be done besides answering; absent: all that ships. */
  tools?: readonly Tool[] | undefined
  clock: Clock
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as that aborts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** A new id for conversations, turns and calls, that nobody can guess. */
  newId: () => string
  log: Log
}
