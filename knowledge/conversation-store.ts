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

/** What was asked and answered. */
export interface ConversationStore extends AsyncDisposable {
  addTurn(turn: Turn, signal: AbortSignal): Promise<void>
  /** Oldest first, the last `limit` of that conversation; only those of this principal. */
  turns(conversationId: string, principal: string, limit: number, signal: AbortSignal): Promise<Turn[]>
  turn(traceId: string, signal: AbortSignal): Promise<Turn | undefined>
  addFeedback(feedback: Feedback, signal: AbortSignal): Promise<void>
  feedback(traceId: string, signal: AbortSignal): Promise<Feedback[]>
}
