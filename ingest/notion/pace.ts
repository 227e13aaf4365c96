import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'

/** What a person is told while we wait for Notion. */
export interface Wait {
  until: Date
  /** What for and until when, safe to show. */
  reason: string
}

export interface PaceParts {
  clock: Clock
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
  onWait?: ((wait: Wait) => void) | undefined
  /** A longer wait is refused. */
  maxWaitMs: number
}

/** Calls are never further apart than this, whatever was measured. */
const widestSpacingMs = 2000
/** After so many good calls in a row the spacing is halved. */
const callsToHalve = 70

/**
 * When the next call may go out. Nothing is held back until Notion says 429 or 529; then every call of the source waits as
 * long as it asked, and goes on at the speed that was really reached between this refusal and the one before. Good calls
 * bring the speed back up. So it follows the limit without knowing it, and few calls are spent on being refused.
 */
export class Pace {
  readonly #parts: PaceParts
  #opensAt = 0
  #nextAt = 0
  #spacingMs = 0
  #measuredFrom: number
  #goodCalls = 0

  constructor(parts: PaceParts) {
    this.#parts = parts
    this.#measuredFrom = parts.clock.now().getTime()
  }

  /** Resolves when a call may be made. */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (let slot = this.#takeSlot(); slot.waitMs > 0; slot = this.#takeSlot()) {
      await this.#parts.sleep(slot.waitMs, signal)
      signal.throwIfAborted()
      // Whoever slept until its slot is through, unless another refusal came meanwhile.
      if (this.#opensAt <= slot.at) return
    }
  }

  succeeded(): void {
    this.#goodCalls++
    this.#spacingMs = this.#spacingMs < 1 ? 0 : this.#spacingMs * 0.5 ** (1 / callsToHalve)
  }

  /** Notion refused a call. @returns Whether the wait is short enough to be waited out. */
  refused(ms: number): boolean {
    const { clock, log, onWait, maxWaitMs } = this.#parts
    if (ms > maxWaitMs) return false
    const now = clock.now().getTime()
    const until = now + ms
    // Calls that were under way together are refused together.
    if (now >= this.#opensAt) this.#slowDown(now)
    const isNews = ms >= 1000 && until > this.#opensAt + 2000
    this.#opensAt = Math.max(this.#opensAt, until)
    if (isNews) {
      const seconds = Math.ceil(ms / 1000)
      const time = new Date(until).toTimeString().slice(0, 8)
      const wait = { until: new Date(until), reason: `Notion asked for a pause. Going on at ${time}, in ${seconds} s.` }
      log.warn(wait, 'waiting for Notion')
      onWait?.(wait)
    }
    return true
  }

  #takeSlot(): { at: number; waitMs: number } {
    const now = this.#parts.clock.now().getTime()
    const at = Math.max(now, this.#opensAt, this.#nextAt)
    this.#nextAt = at + this.#spacingMs
    return { at, waitMs: at - now }
  }

  #slowDown(now: number): void {
    const reached = (now - this.#measuredFrom) / Math.max(1, this.#goodCalls)
    this.#spacingMs = Math.min(widestSpacingMs, Math.max(this.#spacingMs, reached))
    this.#measuredFrom = now
    this.#goodCalls = 0
  }
}
