import type { ConversationStore, Feedback, Turn } from '#knowledge/conversation-store.ts'

/** Turns and feedback in maps. */
export class MemoryConversations implements ConversationStore {
  readonly #turns = new Map<string, Turn>()
  readonly #feedback: Feedback[] = []

  async addTurn(turn: Turn, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#turns.set(turn.traceId, turn)
  }

  async turns(conversationId: string, principal: string, limit: number, signal: AbortSignal): Promise<Turn[]> {
    signal.throwIfAborted()
    const turns = [...this.#turns.values()]
      .filter((turn) => turn.conversationId === conversationId && turn.principal === principal)
      .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    return turns.slice(Math.max(0, turns.length - limit))
  }

  async turn(traceId: string, signal: AbortSignal): Promise<Turn | undefined> {
    signal.throwIfAborted()
    return this.#turns.get(traceId)
  }

  async addFeedback(feedback: Feedback, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#feedback.push(feedback)
  }

  async feedback(traceId: string, signal: AbortSignal): Promise<Feedback[]> {
    signal.throwIfAborted()
    return this.#feedback.filter((feedback) => feedback.traceId === traceId)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
