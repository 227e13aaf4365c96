import type { Pause, SyncQueue } from '#ingest/queue/sync-queue.ts'
import type { Invocation } from './invocation.ts'

/** What a source tells one worker of its limits, the queue tells all. */
export function pausing(
  queue: SyncQueue,
  { log, signal }: Pick<Invocation, 'log' | 'signal'>,
): (source: string, pause: Pause) => void {
  return (source, pause) => {
    queue.pause(source, pause, signal).catch((err: unknown) => log.debug({ err, source }, 'a pause was not passed on'))
  }
}
