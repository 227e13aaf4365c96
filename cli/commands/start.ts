import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Source } from '#ingest/source.ts'
import { durationMs } from '#runtime/config/duration.ts'
import { reasonOf } from '#runtime/errors.ts'
import { loadAssets } from '#server/assets.ts'
import { createMetrics } from '#server/metrics.ts'
import { createServer } from '#server/server.ts'
import { type Nightdesk, openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'
import { syncSources } from '../sync-sources.ts'
import { version } from '../version.ts'

export interface StartOptions {
  docs?: string[]
  port?: number
}

const drainMs = 10_000
const webFolder = join(import.meta.dirname, '../../web')

export async function startCommand(invocation: Invocation, options: StartOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  await using nightdesk = await openNightdesk(invocation)
  const { sources, samples } = await nightdesk.sources(options.docs ?? [], signal)
  const waiting = new Set(sources.map((source) => source.id))
  const metrics = createMetrics(() => nightdesk.store.documents.counts(AbortSignal.timeout(5000)))
  const server = createServer({
    ask: nightdesk.ask,
    search: nightdesk.search,
    documents: nightdesk.store.documents,
    conversations: nightdesk.store.conversations,
    freshnessOf: nightdesk.freshnessOf,
    principals: config.settings.principals.map(({ name, token_sha256, audiences }) => ({
      name,
      audiences,
      tokenSha256: token_sha256,
    })),
    waitingFor: () => [...waiting],
    samples,
    metrics,
    assets: await loadAssets(webFolder),
    version,
    log,
    publicUrl: config.env.PUBLIC_URL,
  })
  const { url } = await server.listen(config.env.HOST, options.port ?? config.env.PORT, signal)
  try {
    for (const source of sources) await firstSync(invocation, nightdesk, source, waiting)
    if (samples)
      output.err.write(
        'No source is configured, so the shipped sample wiki is loaded. Point --docs at a folder of yours.\n',
      )
    const counts = await nightdesk.store.documents.counts(signal)
    if (output.json) writeJson(output, { url, ...counts })
    else
      writeLine(
        output,
        `Nightdesk is ready at ${url} with ${counts.documents} documents in ${counts.passages} passages.`,
      )
    await syncRegularly(invocation, nightdesk, sources)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await server.drain(AbortSignal.timeout(drainMs))
    log.info({}, 'stopped')
  }
}

/** Ready once the first sync of every source has ended, well or not. */
async function firstSync(
  invocation: Invocation,
  nightdesk: Nightdesk,
  source: Source,
  waiting: Set<string>,
): Promise<void> {
  const [outcome] = await syncSources(invocation, nightdesk, [source], {})
  waiting.delete(source.id)
  if (outcome?.failure !== undefined) invocation.output.err.write(`${source.id}: ${outcome.failure}\n`)
  for (const { entry, reason } of outcome?.report?.failures ?? [])
    invocation.output.err.write(`${source.id}: ${entry}: ${reason}\n`)
}

async function syncRegularly(invocation: Invocation, nightdesk: Nightdesk, sources: readonly Source[]): Promise<void> {
  const { config, log, signal } = invocation
  const everyMs = durationMs(config.settings.sync_every) ?? 600_000
  while (!signal.aborted) {
    await setTimeout(everyMs, undefined, { signal })
    for (const source of sources) {
      try {
        const { added, changed, deleted, failed } = await nightdesk.sync(source, {}, signal)
        log.info({ source: source.id, added, changed, deleted, failed }, 'synced')
      } catch (err) {
        signal.throwIfAborted()
        log.error({ source: source.id, err, reason: reasonOf(err) }, 'sync failed')
      }
    }
  }
}
