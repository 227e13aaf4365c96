import type { RepairReport, Truth } from '#knowledge/candidate-index.ts'
import { reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { QdrantIndex } from './qdrant-index.ts'

/** Commands that only ask something have ended by then. */
const firstMs = 5000
/** A difference may be a write that is under way; one that is still the same after so long isn't. */
const confirmMs = 30_000
const everyMs = 600_000

export interface UpkeepParts {
  index: Pick<QdrantIndex, 'status'>
  truth: Pick<Truth, 'documents'>
  repair: (signal: AbortSignal) => Promise<RepairReport>
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
}

interface Looked {
  isServing: boolean
  held: number
  stored: number
}

/**
 * Looks now and then whether the index holds as many passages as there are, and repairs it where it doesn't, or where
 * another collection than ours serves as yet. Several processes may do so at once. Where ours did serve and no longer
 * does, a process of another version or embedding model took over: to take it back would only have them rebuild it in
 * turns, so the last one that was started wins. Runs until the signal aborts.
 */
export async function keepRepaired(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  let waitMs = firstMs
  let suspected: Looked | undefined
  let hasServed = false
  for (;;) {
    await parts.pause(waitMs, signal)
    waitMs = everyMs
    try {
      const looked = await look(parts, signal)
      if (hasServed && !looked.isServing) {
        parts.log.warn({}, 'a Nightdesk of another version or embedding model has taken over the passage index')
        continue
      }
      hasServed ||= looked.isServing
      if (looked.isServing && looked.held === looked.stored) {
        suspected = undefined
      } else if (looked.isServing && !isSame(looked, suspected)) {
        suspected = looked
        waitMs = confirmMs
      } else {
        parts.log.info({ held: looked.held, stored: looked.stored }, 'repairing the passage index')
        const { added, dropped } = await parts.repair(signal)
        parts.log.info({ added, dropped }, 'the passage index was repaired')
        suspected = undefined
        hasServed = true
      }
    } catch (err) {
      signal.throwIfAborted()
      parts.log.warn({ reason: reasonOf(err) }, 'the passage index could not be looked after')
    }
  }
}

async function look({ index, truth }: UpkeepParts, signal: AbortSignal): Promise<Looked> {
  const [{ isServing, passages: held }, { passages: stored }] = await Promise.all([
    index.status(signal),
    truth.documents.counts(signal),
  ])
  return { isServing, held, stored }
}

function isSame(looked: Looked, suspected: Looked | undefined): boolean {
  return looked.held === suspected?.held && looked.stored === suspected.stored
}
