import { join } from 'node:path'
import type { RedisState } from '#ingest/queue/bullmq/redis-check.ts'
import { QueueUnavailableError } from '#ingest/queue/errors.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import type { SyncQueue } from '#ingest/queue/sync-queue.ts'
import type { Source } from '#ingest/source.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { durationMs } from '#runtime/config/duration.ts'
import type { Log } from '#runtime/log.ts'
import type { Invocation } from '../invocation.ts'

/**
 * What is to be synced: on Redis where REDIS_URL is set, else in the data directory.
 * @throws {OpsError} When the file can't be used. Redis is asked when it is first needed.
 */
export async function openQueue({ config, log }: { config: Config; log: Log }): Promise<SyncQueue> {
  const url = config.env.REDIS_URL
  if (url === undefined) return new SqliteQueue({ path: join(config.dataDir, 'queue.db'), clock: systemClock })
  // Loaded only where it is used: most people never do.
  const { BullmqQueue } = await import('#ingest/queue/bullmq/bullmq-queue.ts')
  return new BullmqQueue({ url, log })
}

/**
 * The same for a process that has more to do than to sync: where the file can't be used (its disk is full, say) the queue
 * is in memory until the next start. It holds no truth, and what is stored can still be searched.
 */
export async function openQueueOrMemory({ config, log }: { config: Config; log: Log }): Promise<SyncQueue> {
  try {
    return await openQueue({ config, log })
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error
    log.error({ reason: error.userMessage }, 'the queue is kept in memory, where no other process sees it')
    return new SqliteQueue({ path: ':memory:', clock: systemClock })
  }
}

/** What is no longer configured is no longer shown to be waiting. A Redis may serve others too, who configure other sources. */
export async function unplanOthers(
  { config, log, signal }: Pick<Invocation, 'config' | 'log' | 'signal'>,
  queue: Pick<SyncQueue, 'counts' | 'unplan'>,
  sources: readonly Pick<Source, 'id'>[],
): Promise<void> {
  if (config.env.REDIS_URL !== undefined) return
  try {
    const known = await queue.counts(signal)
    const others = known.filter((each) => !sources.some(({ id }) => id === each.source))
    for (const { source } of others) await queue.unplan(source, signal)
  } catch (error) {
    signal.throwIfAborted()
    log.debug({ err: error }, 'the queue could not be tidied up')
  }
}

/** Workers that share a queue and not a store each get a part of the documents; on one data directory that is fine. */
export function warnOfSplitStores({ config, log }: { config: Config; log: Log }): void {
  const { REDIS_URL, DATABASE_URL } = config.env
  if (REDIS_URL === undefined || DATABASE_URL !== undefined) return
  log.warn(
    { dataDir: config.dataDir },
    'REDIS_URL is set without DATABASE_URL: all who share this Redis have to run on this data directory',
  )
}

export type { RedisState }

/** @throws {OpsError} When it can't be reached. */
export async function redisState({ url, log }: { url: string; log: Log }): Promise<RedisState> {
  const redis = await import('#ingest/queue/bullmq/redis-check.ts')
  return await redis.redisState(url, log)
}

/** Where the queue is, for people; no password. */
export function placeOfQueue({ config }: { config: Config }): string {
  const url = config.env.REDIS_URL
  return url === undefined ? 'the data directory' : `Redis at ${new URL(url).host}`
}

export function syncEveryMs({ settings }: Config): number {
  return durationMs(settings.sync_every) ?? 600_000
}
