import type { QueueCounts } from '../sync-queue.ts'
import type { SourceQueues } from './source-queues.ts'

/** How much of a source waits, is under way, and was given up. */
export async function countsOf(source: string, queues: SourceQueues): Promise<QueueCounts> {
  const entries = await queues.entries.getJobCounts('wait', 'prioritized', 'active', 'delayed')
  const syncs = await queues.syncs.getJobCounts('wait', 'active')
  const dueAt = await queues.syncDueAt()
  const failures = await queues.notes.failures()
  const { failure } = await queues.notes.sync()
  const pause = await queues.notes.pause()
  const isDue = (syncs.wait ?? 0) > 0 || (dueAt !== undefined && dueAt <= Date.now())
  return {
    source,
    waiting: (entries.wait ?? 0) + (entries.prioritized ?? 0),
    running: entries.active ?? 0,
    delayed: entries.delayed ?? 0,
    dead: [...failures.values()].filter(({ state }) => state === 'dead').length,
    sync: (syncs.active ?? 0) > 0 ? 'running' : isDue ? 'waiting' : 'idle',
    ...(dueAt === undefined ? {} : { syncDueAt: new Date(dueAt) }),
    ...(failure === undefined ? {} : { syncFailure: failure }),
    ...(pause === undefined ? {} : { pause }),
  }
}
