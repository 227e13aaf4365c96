import type { Answer, AnswerEvent } from '#knowledge/answer.ts'
import type { ToolPhase } from './events.ts'
import type { OwnWords, Scene } from './parts.ts'
import type { Position } from './position.ts'

/** Under this id stand names that our own words may use although nothing is cited. */
export const namesId = 'names'

/** Under this id stand whole sentences of our own, which say nothing of what documents say: nothing in them is checked. */
export const oursId = 'ours'

/** What a reply consists of; its last piece is `done`. */
export type ReplyPiece =
  | AnswerEvent
  | { kind: 'tool'; callId: string; tool: string; phase: ToolPhase; text: string; atClient?: boolean | undefined }
  /** Where the conversation stands from now on. */
  | { kind: 'position'; position: Position; step?: { at: number; of: number } | undefined }
  /** From here on a model writes the answer piece by piece. */
  | { kind: 'streaming' }
  /** Tokens of a prompt of the loop's own, by part. */
  | { kind: 'prompt'; tokens: Readonly<Record<string, number>> }

export type Reply = AsyncIterable<ReplyPiece>

/** An answer that the loop makes itself. */
export function* ownReply(
  scene: Scene,
  { text, spoken, citations = [], warnings = [], abstained, provider = 'extractive' }: OwnWords,
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
    traceId: scene.traceId,
    provider,
    timingsMs: {},
    costUsd: 0,
  }
  yield { kind: 'done', answer }
}
