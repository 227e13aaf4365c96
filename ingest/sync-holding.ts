import { setTimeout } from 'node:timers/promises'
import type { Log } from '#runtime/log.ts'
import type { Claim, SyncQueue } from './queue/sync-queue.ts'

/** What is held for as long as it isn't disposed of. */
export interface Keeping extends AsyncDisposable {
  /** Aborts when one of the claims is lost. */
  lost: AbortSignal
  isLost(claim: Claim): boolean
}

/** Renews what a worker has taken, three times within its lease, until it is done with it. */
export function holding(queue: SyncQueue, log: Log): AsyncDisposable & { keep(claims: readonly Claim[]): Keeping } {
  const kept = new Map<string, { claim: Claim; lose: () => void }>()
  const ended = new AbortController()
  const everyMs = queue.leaseMs / 3

  const renew = async () => {
    const claims = [...kept.values()].map(({ claim }) => claim)
    if (claims.length === 0) return
    for (const claim of await queue.renew(claims, AbortSignal.timeout(everyMs))) {
      kept.get(claim.id)?.lose()
      kept.delete(claim.id)
      log.warn({ source: claim.source }, 'work was taken over by another worker')
    }
  }
  const renewing = async () => {
    while (!ended.signal.aborted) {
      await setTimeout(everyMs, undefined, { signal: ended.signal }).catch(() => undefined)
      // A queue that can't be reached is said by whoever takes work from it; the lease has room for another try.
      await renew().catch((err: unknown) => log.debug({ err }, 'renewing failed'))
    }
  }
  const running = renewing()

  return {
    keep(claims) {
      const lost = new AbortController()
      const lostIds = new Set<string>()
      for (const claim of claims) {
        const lose = () => {
          lostIds.add(claim.id)
          lost.abort(new Error('the work was taken over'))
        }
        kept.set(claim.id, { claim, lose })
      }
      return {
        lost: lost.signal,
        isLost: (claim) => lostIds.has(claim.id),
        [Symbol.asyncDispose]: async () => {
          for (const claim of claims) kept.delete(claim.id)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      await running
    },
  }
}
