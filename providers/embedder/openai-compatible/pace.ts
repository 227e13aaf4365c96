import { setTimeout as wait } from 'node:timers/promises'

/** The first wait after a failure nobody gave a time for; each further one is twice as long. */
const firstWaitMs = 500
const longestBackoffMs = 20_000

/** Who is told to wait holds all requests back, since they share one limit. */
export class Pace {
  #resumesAt = 0

  /** Resolves when a request may go out. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (let left = this.#left(); left > 0; left = this.#left()) await wait(left, undefined, { signal })
  }

  hold(ms: number): void {
    this.#resumesAt = Math.max(this.#resumesAt, performance.now() + ms)
  }

  #left(): number {
    return this.#resumesAt - performance.now()
  }
}

/** @param attempt From 1. @returns Between half of the backoff and all of it, so that many don't come back at once. */
export function backoffMs(attempt: number): number {
  return Math.min(longestBackoffMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
}

/** Seconds or a date (RFC 9110, 10.2.3), or OpenAI's `retry-after-ms`. Undefined: not said. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const ms = numberIn(headers.get('retry-after-ms'))
  if (ms !== undefined) return ms
  const after = headers.get('retry-after')
  const seconds = numberIn(after)
  if (seconds !== undefined) return seconds * 1000
  const date = after === null ? Number.NaN : Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}

function numberIn(header: string | null): number | undefined {
  const value = header === null || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
