import type { Job } from 'bullmq'
import { type EntryClaim, takenOverTooOften } from '../sync-queue.ts'
import { entryOf, foundIn } from './jobs.ts'
import { bury, type HeldJob } from './settling.ts'
import type { SourceQueues } from './source-queues.ts'

/** Jobs that were just fetched, as claims; one that was taken over too often is a dead letter instead. */
export async function claimed(
  queues: SourceQueues,
  { source, token, jobs }: { source: string; token: string; jobs: readonly Job[] },
): Promise<(HeldJob & { claim: EntryClaim })[]> {
  const marks = await queues.notes.marks(jobs.map((job) => entryOf(job).entry))
  const held: (HeldJob & { claim: EntryClaim })[] = []
  for (const [at, job] of jobs.entries()) {
    const data = entryOf(job)
    if (job.deferredFailure !== undefined) {
      await bury(queues, { job, token }, takenOverTooOften)
      continue
    }
    const mark = marks[at] ?? data.mark
    const claim: EntryClaim = {
      kind: 'entry',
      id: `${token}:${job.id}`,
      source,
      entry: data.entry,
      found: mark === data.mark ? foundIn(data) : undefined,
      attempts: job.attemptsMade,
      takeovers: job.stalledCounter,
    }
    // From now on it counts as having seen this mark, and no later one.
    job.data = { ...data, mark }
    held.push({ claim, token, job })
  }
  return held
}
