import { setTimeout } from 'node:timers/promises'
import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { type Claim, type EntryClaim, mostTakeovers, type Outcome, type SyncQueue } from './queue/sync-queue.ts'
import type { Source } from './source.ts'
import { syncEntries } from './sync-entries.ts'
import { holding } from './sync-holding.ts'
import { failureReason } from './sync-reading.ts'
import { type QueuedSyncReport, syncByQueue } from './sync-source.ts'
import { type PreparingThreads, preparingThreads } from './sync-threads.ts'
import type { OnStored } from './sync-writer.ts'

export interface SyncWorkerParts {
  queue: SyncQueue
  documents: DocumentStore
  /** Absent: passages are stored without vectors. */
  embedder?: Embedder | undefined
  /** The only ones that this worker takes work of. */
  sources: readonly Source[]
  clock: Clock
  log: Log
  /** Entries read side by side by this worker. Default 8. */
  readsAtOnce?: number | undefined
  /** How often each source is synced, and how soon first; absent: only what others plan or request. */
  plan?: { everyMs: number; firstInMs: number } | undefined
  onStored?: OnStored | undefined
  /** Told of every sync that ended well. */
  onSynced?: ((report: QueuedSyncReport) => void) | undefined
}

/** While one batch is embedded and another is stored the next is read. */
const lanes = 3
const mostEntriesAtOnce = 256
/** A batch should take about so long: longer, and what is requested waits; shorter, and storing costs too much. */
const batchMs = 1500
/** How often an idle worker asks for work. Change to answer within 5 s takes in this, a look, a read and a write. */
const idleMs = 200
/** The same of syncs of whole sources, which nobody waits for. */
const syncIdleMs = 500
/** Plans are made again so often, since a queue may have lost them. */
const planEveryMs = 60_000
/** After something that all work needs has failed. */
const firstPauseMs = 1000
const longestPauseMs = 30_000
/** For giving back what runs when we are told to stop. */
const givingBackMs = 5000

/**
 * Works on the queue until it is told to stop, then gives back what it has not finished. As many workers as wanted, in as
 * many processes, may do so; what one leaves unfinished when it is killed, another takes over.
 */
export async function runSyncWorker(parts: SyncWorkerParts, signal: AbortSignal): Promise<void> {
  if (parts.sources.length === 0) return
  await using held = holding(parts.queue, parts.log)
  await using threads = preparingThreads()
  const tell = tellingTroubles(parts.log)
  const syncing = parts.sources.map((source) =>
    repeating({ step: () => nextSync(parts, source, held, signal), idleMs: syncIdleMs, tell }, signal),
  )
  const reading = Array.from({ length: lanes }, (_, lane) =>
    repeating({ step: entriesLane(parts, { held, threads }, signal), idleMs: idleMs * (1 + 2 * lane), tell }, signal),
  )
  const planning = repeating(
    { step: planningOf(parts, signal), idleMs: Math.min(planEveryMs, parts.plan?.everyMs ?? planEveryMs), tell },
    signal,
  )
  await Promise.all([...syncing, ...reading, planning])
}

function planningOf({ queue, plan, sources }: SyncWorkerParts, signal: AbortSignal): () => Promise<boolean> {
  let when = plan
  return async () => {
    if (when === undefined) return false
    for (const source of sources) await queue.plan(source.id, when, signal)
    // What isn't planned any more then was lost, and with it what had been requested.
    when = { ...when, firstInMs: 0 }
    return false
  }
}

type Held = ReturnType<typeof holding>
/** Notes that a loop failed, or goes on. */
type Tell = (loop: object, failure: unknown) => void

/** Many loops fail for one reason (Redis is down): it's said once, and once more when all go on. */
function tellingTroubles(log: Log): Tell {
  const failing = new Set<object>()
  const said = new Set<string>()
  return (loop, failure) => {
    if (failure === undefined) {
      if (failing.delete(loop) && failing.size === 0) {
        log.info({}, 'syncing goes on')
        said.clear()
      }
      return
    }
    failing.add(loop)
    const reason = failureReason(failure)
    log.debug({ err: failure }, 'syncing failed')
    if (!said.has(reason)) log.error({ reason }, 'syncing is held up, and tried again and again')
    said.add(reason)
  }
}

interface Loop {
  /** @returns Whether there was anything to do. */
  step: () => Promise<boolean>
  idleMs: number
  tell: Tell
}

/** Does it over and over; pauses where there was nothing to do, and longer and longer where it fails. */
async function repeating(loop: Loop, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    let pauseMs = loop.idleMs
    try {
      const didSomething = await loop.step()
      failures = 0
      loop.tell(loop, undefined)
      if (didSomething) continue
    } catch (error) {
      if (signal.aborted) return
      pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures++)
      loop.tell(loop, error)
    }
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

async function nextSync(parts: SyncWorkerParts, source: Source, held: Held, signal: AbortSignal): Promise<boolean> {
  const claim = await parts.queue.takeSync(source.id, signal)
  if (claim === undefined) return false
  const { log } = parts
  await using keeping = held.keep([claim])
  const going = AbortSignal.any([signal, keeping.lost])
  let outcome: Outcome
  try {
    const report = await syncByQueue(parts, source, going)
    outcome = { kind: 'done' }
    const { added, changed, deleted, failed } = report
    log.info({ source: source.id, added, changed, deleted, failed }, 'synced')
    parts.onSynced?.(report)
  } catch (err) {
    const reason = failureReason(err)
    outcome = going.aborted ? { kind: 'returned' } : { kind: 'failed', reason, retry: true }
    if (!going.aborted) log.error({ source: source.id, err, reason }, 'sync failed')
  }
  await giveBack(parts.queue, [[claim, outcome]])
  return true
}

/** Takes batches of one source after the other. */
function entriesLane(parts: SyncWorkerParts, kept: Kept, signal: AbortSignal): () => Promise<boolean> {
  const limits = new Map(parts.sources.map((source) => [source.id, 8]))
  return async () => {
    let didSomething = false
    for (const source of parts.sources) {
      const limit = limits.get(source.id) ?? 8
      const claims = await parts.queue.takeEntries(source.id, limit, signal)
      if (claims.length === 0) continue
      didSomething = true
      const began = performance.now()
      await workOn(parts, { source, claims, ...kept }, signal)
      const ms = performance.now() - began
      const fitting = Math.round((claims.length * batchMs) / Math.max(1, ms))
      limits.set(source.id, Math.min(mostEntriesAtOnce, Math.max(8, Math.min(fitting, limit * 2))))
    }
    return didSomething
  }
}

interface Kept {
  held: Held
  threads: PreparingThreads
}

interface Batch extends Kept {
  source: Source
  claims: readonly EntryClaim[]
}

async function workOn(
  parts: SyncWorkerParts,
  { source, claims, held, threads }: Batch,
  signal: AbortSignal,
): Promise<void> {
  await using keeping = held.keep(claims)
  const outcomes = new Map<EntryClaim, Outcome>()
  const readsAtOnce = Math.max(1, Math.ceil((parts.readsAtOnce ?? 8) / lanes))
  // What has ended workers twice is worked on alone, so that the third time it takes nobody else down with it.
  const unsuspected = claims.filter(({ takeovers }) => takeovers < mostTakeovers - 1)
  const safe = unsuspected.length > 0 ? unsuspected : claims.slice(0, 1)
  try {
    await threads.lend(source, safe.length, (aside) =>
      syncEntries({ ...parts, readsAtOnce }, { source, claims: safe, aside }, outcomes, signal),
    )
  } finally {
    await giveBack(
      parts.queue,
      claims
        .filter((claim) => !keeping.isLost(claim))
        .map((claim) => [claim, outcomes.get(claim) ?? { kind: 'returned' }]),
    )
  }
}

async function giveBack(queue: SyncQueue, outcomes: readonly (readonly [Claim, Outcome])[]): Promise<void> {
  await queue.settle(
    outcomes.map(([claim, outcome]) => ({ claim, outcome })),
    AbortSignal.timeout(givingBackMs),
  )
}
