import type { FailedEntry, QueueCounts, SyncQueue } from '#ingest/queue/sync-queue.ts'
import { openQueue } from '../compose/queue.ts'
import type { Invocation } from '../invocation.ts'
import { type Output, styled, writeJson, writeLine } from '../output.ts'

export interface QueueOptions {
  retry?: boolean
  entry?: string[]
}

const shownFailures = 50

/** Shows what waits, runs and failed, of one source or all; with `--retry`, has what failed tried again now. */
export async function queueCommand(
  invocation: Invocation,
  source: string | undefined,
  options: QueueOptions,
): Promise<void> {
  const { output, signal } = invocation
  await using queue = await openQueue(invocation)
  const counts = (await queue.counts(signal)).filter((each) => source === undefined || each.source === source)
  const failures = (await queue.failures(source, signal)).filter(
    ({ entry }) => options.entry === undefined || options.entry.includes(entry),
  )
  const retried = options.retry === true ? await retry(queue, failures, signal) : undefined
  if (output.json) {
    writeJson(output, { sources: counts.map(countsToWire), failures: failures.map(failureToWire), retried })
    return
  }
  if (retried !== undefined) {
    const entries = retried === 1 ? '1 entry is' : `${retried} entries are`
    writeLine(output, retried === 0 ? 'Nothing had failed.' : `${entries} tried again by the next worker.`)
    return
  }
  if (counts.length === 0) writeLine(output, 'Nothing waits, and no sync is planned.')
  for (const each of counts) writeCounts(output, each)
  for (const failure of failures.slice(0, shownFailures)) writeFailure(output, failure)
  if (failures.length > shownFailures)
    writeLine(output, `… and ${failures.length - shownFailures} more (--json lists all)`)
  if (failures.length > 0) writeLine(output, 'Have them tried again with: nightdesk queue --retry')
}

/** @returns How many. */
async function retry(queue: SyncQueue, failures: readonly FailedEntry[], signal: AbortSignal): Promise<number> {
  const bySource = Map.groupBy(failures, (failure) => failure.source)
  for (const [source, failed] of bySource)
    await queue.request(
      source,
      failed.map(({ entry }) => entry),
      signal,
    )
  return failures.length
}

function writeCounts(output: Output, counts: QueueCounts): void {
  const { source, waiting, running, delayed, dead, sync, syncDueAt, syncFailure, pause } = counts
  const due = sync === 'idle' && syncDueAt !== undefined ? `, next sync ${syncDueAt.toISOString()}` : ''
  const now = sync === 'idle' ? '' : `, a sync is ${sync}`
  const entries = `${waiting} waiting, ${running} running, ${delayed} tried again later, ${dead} given up`
  writeLine(output, `${styled(output, 'bold', source)}: ${entries}${now}${due}`)
  if (pause !== undefined) writeLine(output, `  paused until ${pause.until.toISOString()}: ${pause.reason}`)
  if (syncFailure !== undefined) writeLine(output, styled(output, 'red', `  the last sync failed: ${syncFailure}`))
}

function writeFailure(output: Output, { source, entry, state, reason, attempts }: FailedEntry): void {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  const then = state === 'dead' ? 'given up' : 'tried again later'
  writeLine(
    output,
    `${styled(output, state === 'dead' ? 'red' : 'yellow', then)} ${source}: ${entry} (${tries}): ${reason}`,
  )
}

function countsToWire({ syncDueAt, syncFailure, pause, ...counts }: QueueCounts): unknown {
  return { ...counts, sync_due_at: syncDueAt, sync_failure: syncFailure, pause }
}

function failureToWire({ failedAt, ...failure }: FailedEntry): unknown {
  return { ...failure, failed_at: failedAt }
}
