import { type Job, UnrecoverableError } from 'bullmq'
import { backoffMs, type Outcome, type RetryRule } from '../sync-queue.ts'
import { type EntryData, entryOf, neverFails, syncOptions } from './jobs.ts'
import type { Failure } from './source-notes.ts'
import type { SourceQueues } from './source-queues.ts'

/** A job whose lock is ours. */
export interface HeldJob {
  job: Job
  token: string
}

/** Ends what was done of entries, or makes them wait again. */
export async function settleEntries(
  queues: SourceQueues,
  work: readonly (HeldJob & { outcome: Outcome })[],
): Promise<void> {
  if (work.length === 0) return
  const marks = await queues.notes.marks(work.map(({ job }) => entryOf(job).entry))
  const finished: EntryData[] = []
  await Promise.all(
    work.map(async ({ job, token, outcome }, at) => {
      const data = entryOf(job)
      const changed = marks[at] !== null && marks[at] !== data.mark
      const settled = await tolerantly(async () => {
        if (outcome.kind === 'returned') await job.moveToWait(token)
        else if (outcome.kind === 'done' || changed) await job.moveToCompleted(null, token, false)
        else await fail(queues, { job, token }, outcome)
      })
      if (settled && (outcome.kind === 'done' || changed)) finished.push(data)
    }),
  )
  await queues.notes.finished(finished)
}

async function fail(
  queues: SourceQueues,
  { job, token }: HeldJob,
  { reason, retry }: { reason: string; retry: boolean },
): Promise<void> {
  const attempts = job.attemptsMade + 1
  if (!retry || attempts >= (job.opts.attempts ?? 1)) return await bury(queues, { job, token }, reason)
  await job.moveToFailed(new Error(reason), token)
  await noteFailure(queues, job, { state: 'delayed', reason, attempts })
}

/** Makes an entry a dead letter. */
export async function bury(queues: SourceQueues, { job, token }: HeldJob, reason: string): Promise<void> {
  await job.moveToFailed(new UnrecoverableError(reason), token)
  await noteFailure(queues, job, { state: 'dead', reason, attempts: job.attemptsMade })
}

async function noteFailure(queues: SourceQueues, job: Job, failure: Pick<Failure, 'state' | 'reason' | 'attempts'>) {
  const { entry, mark } = entryOf(job)
  await queues.notes.noteFailure(entry, { ...failure, failedAt: Date.now(), mark })
}

/** Ends a sync, and plans the next one. */
export async function settleSync(
  queues: SourceQueues,
  { job, token }: HeldJob,
  outcome: Outcome,
  retries: RetryRule,
): Promise<void> {
  if (outcome.kind === 'returned') {
    await tolerantly(() => job.moveToWait(token))
    return
  }
  const state = await queues.notes.sync()
  const settled = await tolerantly(() => job.moveToCompleted(null, token, false))
  if (!settled) return
  const attempts = outcome.kind === 'failed' ? state.attempts + 1 : 0
  const failure = outcome.kind === 'failed' ? outcome.reason : undefined
  await queues.notes.saveSync({ everyMs: state.everyMs, attempts, failure })
  const everyMs = state.everyMs ?? neverFails
  const inMs = failure === undefined ? everyMs : Math.min(everyMs, backoffMs(retries, attempts))
  // Where it was asked for meanwhile, that one waits already, and this is none.
  if (inMs < neverFails) await queues.syncs.add('sync', {}, { ...syncOptions(false), delay: inMs })
}

/** @returns Whether the job was still ours; whatever is wrong with the connection is thrown. */
export async function tolerantly(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    // BullMQ's numbers for a job that is gone, or whose lock is gone or somebody else's.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return false
    throw error
  }
}
