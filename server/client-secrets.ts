import { createHash, randomBytes } from 'node:crypto'
import type { Principal } from '#knowledge/principal.ts'
import type { Clock } from '#runtime/clock.ts'

/** What a client secret stands for. */
export interface SecretHolder {
  principal: Principal
  /** Of the sessions that are begun with it, as the voice room checked it. */
  settings: unknown
  /** Good for this conversation alone; absent: for any of theirs. */
  conversationId?: string | undefined
  expiresAt: Date
}

/** More than anybody needs at once; the oldest go first. */
const mostSecrets = 10_000
const prefix = 'ek_'

/**
 * Short-lived keys that a server asks for and a browser uses, so that its own token never gets there. They are good for
 * voice alone, and only in the process that gave them.
 */
export class ClientSecrets {
  readonly #clock: Clock
  /** By the hash of the key. */
  readonly #holders = new Map<string, SecretHolder>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  create(
    principal: Principal,
    settings: unknown,
    lastsS: number,
    conversationId?: string,
  ): { value: string; expiresAt: Date } {
    const value = prefix + randomBytes(24).toString('hex')
    const now = this.#clock.now()
    const expiresAt = new Date(now.getTime() + lastsS * 1000)
    for (const [hash, holder] of this.#holders)
      if (holder.expiresAt <= now || this.#holders.size >= mostSecrets) this.#holders.delete(hash)
    this.#holders.set(hashOf(value), { principal, settings, conversationId, expiresAt })
    return { value, expiresAt }
  }

  /** @returns undefined when it's none of ours, or too old. */
  holderOf(value: string): SecretHolder | undefined {
    if (!value.startsWith(prefix)) return undefined
    const holder = this.#holders.get(hashOf(value))
    return holder === undefined || holder.expiresAt <= this.#clock.now() ? undefined : holder
  }
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
