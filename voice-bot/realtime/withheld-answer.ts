import type { Replies } from './replies.ts'
import type { SessionScope } from './session-parts.ts'

export interface WithheldAnswerParts extends Pick<SessionScope, 'parts' | 'settings'> {
  replies: Replies
}

/** An answer isn't kept back longer than that for a sound without words. */
const longestMs = 1500

/** The answer under way, kept back for as long as it isn't known whether the speaker has really finished. */
export class WithheldAnswer {
  readonly #parts: WithheldAnswerParts
  #stop: (() => void) | undefined

  constructor(parts: WithheldAnswerParts) {
    this.#parts = parts
  }

  /** Somebody makes a sound: whether they go on with what they were saying, or only cough, will be known by their words. */
  begin(): void {
    const { replies, parts, settings } = this.#parts
    const mayInterrupt = settings().audio.input.turn_detection?.interrupt_response !== false
    if (replies.active === undefined || !mayInterrupt) return
    replies.withhold()
    this.#stop ??= parts.timing.after(longestMs, () => this.release())
  }

  /** They had finished. */
  release(): void {
    this.close()
    this.#parts.replies.release()
  }

  /** It is to half of what they want to say: it is answered together with the rest. */
  drop(): void {
    const { replies } = this.#parts
    const { active } = replies
    this.close()
    if (active === undefined) return
    // What was begun to be heard was an answer; what was not is asked again with the rest.
    active.isHalf = !active.hasBegun
    replies.cancel(active, 'turn_detected')
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }
}
