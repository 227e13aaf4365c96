import { keepMemoryLean } from '#ingest/lean-memory.ts'
import { runSyncWorker } from '#ingest/sync-worker.ts'
import { systemClock } from '#runtime/clock.ts'
import { ConfigError } from '#runtime/errors.ts'
import { openQueue, placeOfQueue, syncEveryMs, warnOfSplitStores } from '../compose/queue.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'
import { pausing } from '../pausing.ts'
import { configuredSources, folderSources } from '../sources.ts'

export interface WorkerOptions {
  docs?: string[]
  concurrency: number
}

/**
 * Syncs by way of the queue until it is asked to stop: as many as wanted on one Redis, or beside `start` on one data
 * directory. What one leaves unfinished, another takes over.
 */
export async function workerCommand(invocation: Invocation, options: WorkerOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  if (config.settings.sources.length === 0 && (options.docs ?? []).length === 0)
    throw new ConfigError('  sources: none is configured. Name some in nightdesk.yaml, or folders with --docs')
  keepMemoryLean()
  warnOfSplitStores(invocation)
  await using queue = await openQueue(invocation)
  // Before anything is opened or loaded: a queue that can't be reached is said at once.
  await queue.counts(signal)
  const onPause = pausing(queue, invocation)
  await using nightdesk = await openNightdesk(invocation, { onPause })
  const sources = [
    ...configuredSources(nightdesk.sourceParts),
    ...folderSources(options.docs ?? [], nightdesk.sourceParts),
  ]
  const ids = sources.map((source) => source.id)
  if (output.json) writeJson(output, { queue: placeOfQueue(invocation), sources: ids })
  else writeLine(output, `Working on ${ids.join(', ')}; the queue is in ${placeOfQueue(invocation)}.`)
  await runSyncWorker(
    {
      queue,
      documents: nightdesk.store.documents,
      embedder: nightdesk.embedder,
      sources,
      clock: systemClock,
      log,
      readsAtOnce: options.concurrency,
      plan: { everyMs: syncEveryMs(config), firstInMs: 0 },
    },
    signal,
  )
  log.info({}, 'stopped')
}
