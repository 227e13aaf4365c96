import type { CutShort } from './parts.ts'
import type { TakenTurn } from './taken-turn.ts'
import { storedTraceOf } from './turn-memory.ts'

/** Nobody asks again for what was interrupted longer ago. */
const mostTurns = 4

/** The last turns that were interrupted. */
export class CutShortTurns {
  readonly #byTrace = new Map<string, ReturnType<CutShort>>()

  add({ made }: Pick<TakenTurn, 'made'>): void {
    if (made === undefined) return
    this.#byTrace.set(storedTraceOf(made), { answer: made.answer })
    const [oldest] = this.#byTrace.keys()
    if (oldest !== undefined && this.#byTrace.size > mostTurns) this.#byTrace.delete(oldest)
  }

  of(traceId: string): ReturnType<CutShort> {
    return this.#byTrace.get(traceId)
  }
}
