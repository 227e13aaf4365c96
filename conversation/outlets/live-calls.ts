/** A telephone call that is going on, as Twilio names it. */
export interface LiveCall {
  accountSid: string
  callSid: string
}

/** Which conversations are on the telephone now, in this process. */
export class LiveCalls {
  readonly #calls = new Map<string, LiveCall>()

  /** @returns ends it; a call that has begun since in the same conversation goes on. */
  begin(conversationId: string, call: LiveCall): Disposable {
    this.#calls.set(conversationId, call)
    return {
      [Symbol.dispose]: () => {
        if (this.#calls.get(conversationId) === call) this.#calls.delete(conversationId)
      },
    }
  }

  of(conversationId: string): LiveCall | undefined {
    return this.#calls.get(conversationId)
  }
}
