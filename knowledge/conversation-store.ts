import type { Citation } from './answer.ts'
import type { Lang } from './document.ts'

/** One question and its answer, as far as later turns and feedback need them. */
export interface Turn {
  traceId: string
  conversationId: string
  principal: string
  /** Secrets masked. */
  question: string
  /** The question as it was understood in its conversation, standing on its own. */
  standalone: string
  lang: Lang
  answer: string
  abstained: boolean
  cited: readonly Pick<Citation, 'passageId' | 'quote'>[]
  at: Date
}

export interface Feedback {
  traceId: string
  principal: string
  verdict: 'good' | 'bad' | 'stale'
  comment?: string | undefined
  at: Date
}

/** Where a conversation stands beside what was said: opaque to the store. */
export interface ConversationPosition {
  conversationId: string
  principal: string
  position: string
  at: Date
}

/** What was asked and answered. */
export interface ConversationStore extends AsyncDisposable {
  addTurn(turn: Turn, signal: AbortSignal): Promise<void>
  /** Oldest first, the last `limit` of that conversation; only those of this principal. */
  turns(conversationId: string, principal: string, limit: number, signal: AbortSignal): Promise<Turn[]>
  turn(traceId: string, signal: AbortSignal): Promise<Turn | undefined>
  addFeedback(feedback: Feedback, signal: AbortSignal): Promise<void>
  feedback(traceId: string, signal: AbortSignal): Promise<Feedback[]>
  /** What was heard of an answer turned out to be less than was stored. Unknown turn: nothing happens. */
  reviseAnswer(traceId: string, answer: string, signal: AbortSignal): Promise<void>
  /** Takes the place of what was saved before for that conversation and principal. */
  savePosition(position: ConversationPosition, signal: AbortSignal): Promise<void>
  position(conversationId: string, principal: string, signal: AbortSignal): Promise<string | undefined>
  /** Afterwards nothing of that turn is kept: neither it nor what was said of it. Unknown turn: nothing happens. */
  forgetTurn(traceId: string, signal: AbortSignal): Promise<void>
  /** Afterwards nothing of this principal's conversation is kept: turns, what was said of them, its position. */
  forget(conversationId: string, principal: string, signal: AbortSignal): Promise<void>
  /** Afterwards nothing is kept that was said or saved before that time. */
  forgetBefore(time: Date, signal: AbortSignal): Promise<void>
}
