import type { FreshnessLag } from '#ingest/freshness-lag.ts'
import type { FailedEntry, QueueCounts, SyncQueue } from '#ingest/queue/sync-queue.ts'
import type { Source } from '#ingest/source.ts'
import type { DocumentStore, SourceState } from '#knowledge/document-store.ts'
import type { Clock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import type { EntryTrouble, Operations, SourceStatus } from '#server/routes/sources.ts'

export interface OperationsParts {
  queue: Pick<SyncQueue, 'counts' | 'failures' | 'request'>
  documents: Pick<DocumentStore, 'sourceState' | 'revisions'>
  sources: readonly Pick<Source, 'id' | 'audience' | 'apiBudget'>[]
  kindOf: (source: string) => SourceStatus['kind']
  lag: FreshnessLag
  clock: Clock
}

/** Counting what is stored of a source reads all its names: often enough once in so long. */
const countedForMs = 5000

/** How the sources are doing, from what the queue, the store and the sources themselves know. */
export function operationsOver({ queue, documents, sources, kindOf, lag, clock }: OperationsParts): Operations {
  const counted = new Map<string, { entries: number; at: number }>()
  const entriesOf = async (source: string, signal: AbortSignal) => {
    const known = counted.get(source)
    const now = clock.now().getTime()
    if (known !== undefined && now - known.at < countedForMs) return known.entries
    const entries = (await documents.revisions(source, signal)).size
    counted.set(source, { entries, at: now })
    return entries
  }
  return {
    async sources(signal) {
      const { counts, failed, trouble } = await queuedWork(queue, signal)
      const queued = new Map(counts.map((each) => [each.source, each]))
      return Promise.all(
        sources.map(async (source): Promise<SourceStatus> => {
          const state = await documents.sourceState(source.id, signal)
          const its = queued.get(source.id)
          const pause = its?.pause !== undefined && its.pause.until > clock.now() ? its.pause : undefined
          return {
            id: source.id,
            kind: kindOf(source.id),
            audience: source.audience,
            entries: await entriesOf(source.id, signal),
            state: trouble === undefined ? stateOf(state, its, pause !== undefined) : 'failed',
            lastSync: lastSyncOf(state),
            nextSyncAt: its?.syncDueAt,
            queue: {
              waiting: its?.waiting ?? 0,
              running: its?.running ?? 0,
              delayed: its?.delayed ?? 0,
              dead: its?.dead ?? 0,
            },
            pause,
            failure: trouble ?? its?.syncFailure,
            failures: troublesOf(source.id, state, failed),
            apiBudget: source.apiBudget,
            lag: lag.of(source.id),
          }
        }),
      )
    },
    sync: (source, entries, signal) => queue.request(source, entries, signal),
  }
}

interface QueuedWork {
  counts: QueueCounts[]
  failed: FailedEntry[]
  /** Why nothing is known of the queue. */
  trouble?: string | undefined
}

/** While the queue is away, what is stored is still worth showing, with the reason why nothing moves. */
async function queuedWork(queue: OperationsParts['queue'], signal: AbortSignal): Promise<QueuedWork> {
  try {
    const [counts, failed] = await Promise.all([queue.counts(signal), queue.failures(undefined, signal)])
    return { counts, failed }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof OpsError && error.retryable)) throw error
    return { counts: [], failed: [], trouble: error.userMessage }
  }
}

function stateOf(state: SourceState | undefined, its: QueueCounts | undefined, paused: boolean): SourceStatus['state'] {
  if (its?.syncFailure !== undefined) return 'failed'
  if (paused) return 'paused'
  if (its !== undefined && (its.sync === 'running' || its.running > 0 || its.waiting > 0)) return 'syncing'
  if (its?.sync === 'waiting' && (its.syncDueAt === undefined || its.syncDueAt <= new Date())) return 'waiting'
  return state?.finishedAt === undefined ? 'never' : 'idle'
}

function lastSyncOf(state: SourceState | undefined): SourceStatus['lastSync'] {
  if (state?.startedAt === undefined || state.finishedAt === undefined) return undefined
  return { startedAt: state.startedAt, finishedAt: state.finishedAt }
}

/** What the queue knows of a failure is newer than what the last sync wrote down. */
function troublesOf(source: string, state: SourceState | undefined, failed: readonly FailedEntry[]): EntryTrouble[] {
  const troubles = new Map<string, EntryTrouble>()
  for (const { entry, reason, failedAt } of state?.failures ?? []) {
    troubles.set(entry, { entry, state: 'waiting', reason, failedAt })
  }
  for (const { entry, state: queued, reason, failedAt } of failed.filter((each) => each.source === source)) {
    troubles.set(entry, { entry, state: queued === 'dead' ? 'dead' : 'waiting', reason, failedAt })
  }
  return [...troubles.values()].toSorted((one, other) => other.failedAt.getTime() - one.failedAt.getTime())
}
