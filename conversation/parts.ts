import type { Vocabulary } from '#graph/vocabulary.ts'
import type {
  Answer,
  AnswerWarning,
  Ask,
  Citation,
  Exchange,
  RankedPassage,
  Search,
  ShownOn,
} from '#knowledge/answer.ts'
import type { ConversationStore, Turn } from '#knowledge/conversation-store.ts'
import type { Document, Lang } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Telemetry } from '#runtime/telemetry/telemetry.ts'
import type { HeardNames } from './heard-names.ts'
import type { IncidentMemory, KnownIncident } from './incidents/incident-memory.ts'
import type { Pager } from './outlets/pager.ts'
import type { Poster } from './outlets/poster.ts'
import type { Position } from './position.ts'
import type { Lexicon } from './speech/lexicon.ts'
import type { AnsweringTurn, TurnReads } from './turn-reads.ts'
import type { TurnReport } from './turn-report.ts'

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
  /** The names that a principal may say and hear; absent: what is recognised is taken as it is. */
  vocabulary?: ((principal: Principal) => Vocabulary) | undefined
  /** What is known of the incident that a conversation belongs to; absent: nothing is. */
  incidents?: Pick<IncidentMemory, 'knownTo'> | undefined
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
  /** Absent: no part of a turn is told to belong to anything. */
  telemetry?: Telemetry | undefined
  /** Told of each turn that is over. */
  onTurn?: ((turn: TurnReport) => void) | undefined
}

/**
 * Of a turn that was interrupted, its whole answer; undefined there where it had not been written yet. Undefined for turns
 * that were heard to their end, and for those of long ago.
 */
export type CutShort = (traceId: string) => { answer: Answer | undefined } | undefined

/** What the client can do, and whether one of it has to be done before anything is said. */
export interface ToolsOffered {
  tools: readonly Tool[]
  mustCall?: boolean | undefined
}

/** Everything that a turn is taken in. */
export interface Scene {
  parts: ConversationParts
  principal: Principal
  conversationId: string
  /** Of the turn and of its answer. */
  traceId: string
  mode: 'text' | 'spoken'
  /** Where a listener finds what is too long to say; absent: on the page. */
  shownOn?: ShownOn | undefined
  /** Of the answer. */
  lang: Lang
  /** What was said, secrets masked. */
  said: string
  /** Which names in it were put right, or may be others. */
  names?: HeardNames | undefined
  /** The same without orders to us. */
  meant: string
  /** Earlier turns where the client keeps the conversation. */
  history?: readonly Exchange[] | undefined
  /** The last turns, oldest first. */
  earlier: readonly Turn[]
  position: Position
  /** Of an earlier turn by its trace, what would have been heard. */
  cutShort?: CutShort | undefined
  reads: TurnReads
  /** Where calls go on that take too long for their turn; absent: the turn waits. */
  background?: Background | undefined
  /** Older turns in short, as a model sums them up; absent: as the position has them. */
  summary?: string | undefined
  /** The incident that the conversation belongs to, as everybody who works on it may know it. */
  incident?: KnownIncident | undefined
  /** What the client can do, beside our own tools. */
  clientTools?: ToolsOffered | undefined
}

export interface OwnWords {
  /** Markdown; what states a fact ends with its citations. */
  text: string
  /** How it sounds; absent: as it reads. */
  spoken?: string | undefined
  citations?: readonly Citation[] | undefined
  warnings?: readonly AnswerWarning[] | undefined
  abstained?: boolean | undefined
  /** Who put it into words; absent: nobody but us. */
  provider?: string | undefined
}

/** What came of a call. */
export type ToolOutcome =
  | {
      kind: 'done'
      /** For the listener. */
      say: OwnWords
      /** For a model that goes on from here: short, and nothing that the principal may not see. */
      result: string
      /** Where the conversation stands afterwards, if elsewhere. */
      position?: Position | undefined
    }
  | { kind: 'failed'; say: OwnWords }

/** A call whose arguments were looked at. */
export type PreparedCall =
  | { kind: 'ready'; run: (signal: AbortSignal) => Promise<ToolOutcome> }
  | { kind: 'refused'; reason: string }

/** Something that the conversation can do besides answering. */
export interface Tool {
  name: string
  /** For a model: what it does, and when to call it. */
  description: string
  /** JSON Schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
  /** It changes something outside of the conversation: called once at most in a turn, and never begun early. */
  acts: boolean
  /** The client runs it: its turn waits for it, and a model puts into words what came of it. */
  atClient?: boolean | undefined
  /** Its arguments are checked by themselves, and against what was said and found. */
  prepare: (given: unknown, scene: Scene, callId: string) => PreparedCall
}

/** A call that goes on after its turn. */
export interface BackgroundCall {
  callId: string
  tool: string
  /** Never rejects. */
  outcome: Promise<ToolOutcome>
  stop: () => void
}

/** Takes over calls that take too long for their turn. */
export interface Background {
  add(call: BackgroundCall): void
}
