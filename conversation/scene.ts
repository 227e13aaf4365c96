import type { Answer, AnswerEvent, AnswerWarning, Citation, Exchange } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ToolPhase } from './events.ts'
import type { ConversationParts } from './parts.ts'
import type { Position } from './position.ts'
import type { Background } from './tools/run-tool.ts'
import type { TurnReads } from './turn-reads.ts'

/** Under this id stand names that our own words may use although nothing is cited. */
export const namesId = 'names'

/** Everything that a turn is taken in. */
export interface Scene {
  parts: ConversationParts
  principal: Principal
  conversationId: string
  mode: 'text' | 'spoken'
  /** Of the answer. */
  lang: Lang
  /** What was said, secrets masked. */
  said: string
  /** The same without orders to us. */
  meant: string
  /** Earlier turns where the client keeps the conversation. */
  history?: readonly Exchange[] | undefined
  /** The last turns, oldest first. */
  earlier: readonly Turn[]
  position: Position
  reads: TurnReads
  /** Where calls go on that take too long for their turn; absent: the turn waits. */
  background?: Background | undefined
}

/** What a reply consists of; its last piece is `done`. */
export type ReplyPiece =
  | AnswerEvent
  | { kind: 'tool'; callId: string; tool: string; phase: ToolPhase; text: string }
  /** Where the conversation stands from now on. */
  | { kind: 'position'; position: Position; step?: { at: number; of: number } | undefined }
  /** Tokens of a prompt of the loop's own, by part. */
  | { kind: 'prompt'; tokens: Readonly<Record<string, number>> }

export type Reply = AsyncIterable<ReplyPiece>

export interface OwnWords {
  /** Markdown; what states a fact ends with its citations. */
  text: string
  /** How it sounds; absent: as it reads. */
  spoken?: string | undefined
  citations?: readonly Citation[] | undefined
  warnings?: readonly AnswerWarning[] | undefined
  abstained?: boolean | undefined
}

/** An answer that the loop makes itself. */
export function* ownReply(
  scene: Scene,
  { text, spoken, citations = [], warnings = [], abstained }: OwnWords,
): Generator<AnswerEvent> {
  for (const citation of citations) yield { kind: 'citation', citation }
  yield { kind: 'delta', text }
  const answer: Answer = {
    answer: text,
    spoken: spoken ?? text,
    abstained: abstained ?? false,
    confidence: 1,
    lang: scene.lang,
    citations,
    warnings,
    conversationId: scene.conversationId,
    traceId: scene.parts.newId(),
    provider: 'extractive',
    timingsMs: {},
    costUsd: 0,
  }
  yield { kind: 'done', answer }
}
