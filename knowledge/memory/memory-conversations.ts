import type { ConversationPosition, ConversationStore, Feedback, Turn } from '#knowledge/conversation-store.ts'

/** Turns and feedback in maps. */
export class MemoryConversations implements ConversationStore {
  readonly #turns = new Map<string, Turn>()
  readonly #feedback: Feedback[] = []
  readonly #positions = new Map<string, ConversationPosition>()

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

  async reviseAnswer(traceId: string, answer: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const turn = this.#turns.get(traceId)
    if (turn !== undefined) this.#turns.set(traceId, { ...turn, answer })
  }

  async savePosition(position: ConversationPosition, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#positions.set(keyOf(position.conversationId, position.principal), position)
  }

  async position(conversationId: string, principal: string, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted()
    return this.#positions.get(keyOf(conversationId, principal))?.position
  }

  async forgetTurn(traceId: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#remove((turn) => turn.traceId === traceId)
  }

  async forget(conversationId: string, principal: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#remove((turn) => turn.conversationId === conversationId && turn.principal === principal)
    this.#positions.delete(keyOf(conversationId, principal))
  }

  async forgetBefore(time: Date, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#remove(({ at }) => at < time)
    for (const [key, { at }] of this.#positions) if (at < time) this.#positions.delete(key)
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #remove(which: (turn: Turn) => boolean): void {
    const gone = new Set([...this.#turns.values()].filter(which).map(({ traceId }) => traceId))
    for (const traceId of gone) this.#turns.delete(traceId)
    const kept = this.#feedback.filter(({ traceId }) => !gone.has(traceId))
    this.#feedback.splice(0, this.#feedback.length, ...kept)
  }
}

function keyOf(conversationId: string, principal: string): string {
  return JSON.stringify([conversationId, principal])
}
