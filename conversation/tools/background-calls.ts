import type { BackgroundCall, ToolOutcome } from '../parts.ts'

/** The calls of one conversation that outlived their turns. */
export class BackgroundCalls {
  readonly #open = new Map<string, BackgroundCall>()
  #ended: { callId: string; tool: string; outcome: ToolOutcome }[] = []

  add(call: BackgroundCall): void {
    const { callId, tool, outcome } = call
    this.#open.set(callId, call)
    void outcome.then((value) => {
      if (this.#open.delete(callId)) this.#ended.push({ callId, tool, outcome: value })
    })
  }

  /** Each is taken once. */
  takeEnded(): readonly { callId: string; tool: string; outcome: ToolOutcome }[] {
    const ended = this.#ended
    this.#ended = []
    return ended
  }

  /** @returns Ids and tools of the calls that were still under way. */
  stop(): [string, string][] {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const { stop } of open) stop()
    return open.map(({ callId, tool }) => [callId, tool])
  }
}
