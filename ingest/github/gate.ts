import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'

/** What a person is told while we wait for GitHub. */
export interface Wait {
  until: Date
  /** What for and until when, safe to show. */
  reason: string
}

export interface GateParts {
  clock: Clock
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
  onWait?: ((wait: Wait) => void) | undefined
  /** A longer wait is refused. */
  maxWaitMs: number
}

/** Holds back every call of a source while GitHub wants none, so that one refusal doesn't become ten. */
export class Gate {
  readonly #parts: GateParts
  #opensAt = 0

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /** Closes it and says so, once for each new end. @returns Whether the wait is short enough to be waited out. */
  close(ms: number, reason: string): boolean {
    const { clock, log, onWait, maxWaitMs } = this.#parts
    if (ms > maxWaitMs) return false
    const until = clock.now().getTime() + ms
    // Calls that were under way together are refused together: their ends differ by the time between them.
    const news = until > this.#opensAt + 2000
    this.#opensAt = Math.max(this.#opensAt, until)
    if (news) {
      const wait = { until: new Date(until), reason: `${reason} ${goingOn(new Date(until), ms)}` }
      log.warn(wait, 'waiting for GitHub')
      onWait?.(wait)
    }
    return true
  }

  /** Resolves when it is open, with whether it was closed. */
  async pass(signal: AbortSignal): Promise<boolean> {
    const wasClosed = this.#wait() > 0
    for (let ms = this.#wait(); ms > 0; ms = this.#wait()) {
      const waitedFor = this.#opensAt
      await this.#parts.sleep(ms, signal)
      signal.throwIfAborted()
      // Whoever slept as long as was asked is through, whatever the clock says.
      if (this.#opensAt === waitedFor) this.#opensAt = 0
    }
    return wasClosed
  }

  #wait(): number {
    return this.#opensAt - this.#parts.clock.now().getTime()
  }
}

function goingOn(until: Date, ms: number): string {
  const wait = ms < 120_000 ? `${Math.ceil(ms / 1000)} seconds` : `${Math.ceil(ms / 60_000)} minutes`
  return `Going on at ${until.toTimeString().slice(0, 8)}, in ${wait}.`
}
