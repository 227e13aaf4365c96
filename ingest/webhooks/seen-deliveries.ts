import { hash } from 'node:crypto'
import type { Clock } from '#runtime/clock.ts'

/** Longer than any sender goes on trying (Notion: about 24 hours). */
const rememberedMs = 48 * 3_600_000
/** About 100 bytes each. */
const mostRemembered = 50_000

/**
 * Deliveries that were accepted, told apart by their bytes: an id in a header isn't signed, so that whoever replays a
 * body could change it. Lost with the process; a replay after a restart costs one look at what didn't change.
 */
export class SeenDeliveries {
  readonly #clock: Clock
  /** Oldest first. */
  readonly #seenAt = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(body: Uint8Array): boolean {
    const seenAt = this.#seenAt.get(hash('sha256', body))
    return seenAt !== undefined && this.#clock.now().getTime() - seenAt < rememberedMs
  }

  add(body: Uint8Array): void {
    const now = this.#clock.now().getTime()
    for (const [digest, seenAt] of this.#seenAt) {
      if (this.#seenAt.size < mostRemembered && now - seenAt < rememberedMs) break
      this.#seenAt.delete(digest)
    }
    this.#seenAt.set(hash('sha256', body), now)
  }
}
