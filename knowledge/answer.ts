import type { Document, Lang } from './document.ts'
import type { Freshness } from './freshness.ts'
import type { Passage } from './passage.ts'
import type { Principal } from './principal.ts'

/** A passage found for a query, best first. */
export interface RankedPassage {
  rank: number
  /** 0..1, calibrated: about the chance that the passage answers the query. */
  score: number
  /** Neighbouring passages of one section are merged into the best of them: its id, the text of all. */
  passage: Passage
  document: Document
  freshness: Freshness
  /** Duplicates and older versions of it that were found too; it stands for them, and answering says where they differ. */
  copies?: readonly { passage: Passage; document: Document }[] | undefined
}

export interface Citation {
  /** From 1; the answer refers to it as [n]. */
  n: number
  /** Stands letter for letter in the cited document. */
  quote: string
  passageId: string
  heading: readonly string[]
  document: Document
  freshness: Freshness
  /** As the passage's: what leads to it behind the document's address. */
  anchor?: string | undefined
}

export type WarningCode =
  | 'outdated_source'
  | 'sources_disagree'
  | 'suspicious_source'
  | 'unsupported_dropped'
  | 'llm_failed'
  | 'destructive_command'
  | 'embedder_failed'
  | 'index_failed'
  | 'client_tool'
  /** It comes from the timeline of an incident, not from documents. */
  | 'incident'

export interface AnswerWarning {
  code: WarningCode
  message: string
}

export interface Answer {
  /** Markdown; every sentence that states a fact ends with its citations, [1]. */
  answer: string
  /** The same in one or two short sentences without Markdown, age first where it matters. */
  spoken: string
  abstained: boolean
  /** 0..1 */
  confidence: number
  lang: Lang
  citations: readonly Citation[]
  warnings: readonly AnswerWarning[]
  conversationId: string
  traceId: string
  /** `extractive`, or the model that wrote it. */
  provider: string
  /** Milliseconds by stage; `total` is the whole. */
  timingsMs: Readonly<Record<string, number>>
  costUsd: number
}

/** A question and its answer as the client remembers them. */
export interface Exchange {
  question: string
  answer: string
}

/** `nowhere`: on the telephone. */
export type ShownOn = 'page' | 'slack' | 'nowhere'

export interface Question {
  text: string
  /** Language of the answer; absent: that of the question. */
  lang?: Lang | undefined
  /** Continues that conversation; absent or unknown: a new one. */
  conversationId?: string | undefined
  /** Earlier turns, oldest first, where the client keeps the conversation itself (the chat API); comes without a `conversationId`. */
  history?: readonly Exchange[] | undefined
  mode: 'text' | 'spoken'
  /** Of a spoken answer: where the listener finds what is too long to say; absent: on the page. */
  shownOn?: ShownOn | undefined
  principal: Principal
  /** Of the answer: 32 hexadecimal digits; absent: a new one. */
  traceId?: string | undefined
}

/** What happens while an answer is made; `done` is the last event and comes exactly once. */
export type AnswerEvent =
  | { kind: 'status'; stage: 'searching' | 'reading' | 'writing' | 'checking' }
  /** `spoken`: what is said of it where it is said as it comes, '' for nothing; absent: the text. */
  | { kind: 'delta'; text: string; spoken?: string | undefined }
  | { kind: 'citation'; citation: Citation }
  | { kind: 'done'; answer: Answer }

export interface SearchQuery {
  text: string
  /** 1..100 */
  limit: number
  lang?: Lang | undefined
  principal: Principal
}

export interface SearchResult {
  passages: readonly RankedPassage[]
  /** 0..1: how sure we are that anything found is relevant at all; below the threshold nothing is. */
  relevance: number
  relevant: boolean
  /** Milliseconds by stage. */
  timingsMs: Readonly<Record<string, number>>
  /** Parts that failed and were done without. */
  warnings: readonly AnswerWarning[]
}

/** The ways into answering and retrieval that every room in front of them is handed. */
export type Ask = (question: Question, signal: AbortSignal) => AsyncIterable<AnswerEvent>
export type Search = (query: SearchQuery, signal: AbortSignal) => Promise<SearchResult>
