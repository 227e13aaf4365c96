import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import type { Principal } from './principal.ts'
import type { WorkLedger } from './work-ledger.ts'

/** Whoever has the ticket may talk in this conversation, as this principal. */
export interface CallTicket {
  principal: Principal
  conversationId: string
}

const Note = z.object({
  principal: z.object({ name: z.string(), audiences: z.union([z.literal('all'), z.array(z.string())]) }),
  conversationId: z.string(),
  /** Milliseconds since 1970. */
  until: z.number(),
})

/**
 * Tickets for one call, by which somebody who is known in one place, in Slack say, comes to another without a token:
 * good for a while, and once, in whatever process. Kept in the ledger by their hash.
 */
export class CallTickets {
  readonly #ledger: WorkLedger
  readonly #clock: Clock

  constructor(ledger: WorkLedger, clock: Clock) {
    this.#ledger = ledger
    this.#clock = clock
  }

  async issue({ principal, conversationId }: CallTicket, lastsMs: number, signal: AbortSignal): Promise<string> {
    const ticket = randomBytes(24).toString('base64url')
    const until = this.#clock.now().getTime() + lastsMs
    const { name, audiences } = principal
    await this.#write(keyOf(ticket), JSON.stringify({ principal: { name, audiences }, conversationId, until }), signal)
    return ticket
  }

  /** @returns undefined: it is none of ours, too old, or was used before. */
  async redeem(ticket: string, signal: AbortSignal): Promise<CallTicket | undefined> {
    const key = keyOf(ticket)
    const note = await this.#ledger.note(key, signal)
    if (note === undefined) return undefined
    const { principal, conversationId, until } = Note.parse(JSON.parse(note))
    if (this.#clock.now().getTime() >= until) return undefined
    return (await this.#write(`${key}/used`, '', signal)) ? { principal, conversationId } : undefined
  }

  /** Nobody is ever at it, so that it is forgotten as what is finished is. */
  async #write(id: string, note: string, signal: AbortSignal): Promise<boolean> {
    const at = this.#clock.now()
    const isFirst = await this.#ledger.begin({ id, note, at, leaseUntil: new Date(at.getTime() + leaseMs) }, signal)
    if (isFirst) await this.#ledger.finish(id, note, signal)
    return isFirst
  }
}

const leaseMs = 60_000

function keyOf(ticket: string): string {
  return `call-ticket/${createHash('sha256').update(ticket).digest('hex')}`
}
