import { once } from 'node:events'
import { join } from 'node:path'
import { machinePage } from '#conversation/states/machine-page.ts'
import { onCallMachine } from '#conversation/states/on-call-machine.ts'
import { FreshnessLag } from '#ingest/freshness-lag.ts'
import type { Source } from '#ingest/source.ts'
import type { SyncReport } from '#ingest/sync-report.ts'
import { runSyncWorker } from '#ingest/sync-worker.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { systemClock } from '#runtime/clock.ts'
import { durationMs } from '#runtime/config/duration.ts'
import { type Assets, loadAssets } from '#server/assets.ts'
import { createMetrics, type Metrics } from '#server/metrics.ts'
import { addProviderMetrics } from '#server/provider-metrics.ts'
import { createServer, refuseStrangers } from '#server/server.ts'
import { addVoiceMetrics } from '#server/voice-metrics.ts'
import { alertmanagerWebhook } from '../compose/alertmanager.ts'
import { watchCanaries } from '../compose/canaries.ts'
import { openLimits } from '../compose/limits.ts'
import { operationsOver } from '../compose/operations.ts'
import { providersDesk, watchedOf } from '../compose/providers-desk.ts'
import { openQueueOrMemory, syncEveryMs, unplanOthers } from '../compose/queue.ts'
import { openSlackBot } from '../compose/slack.ts'
import { openSpeech } from '../compose/speech.ts'
import { openVoice } from '../compose/voice.ts'
import { webhooksOf } from '../compose/webhooks.ts'
import { type Nightdesk, openNightdesk } from '../compose.ts'
import { forgetOldConversations } from '../forgetting.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine, writeNotice } from '../output.ts'
import { pausing } from '../pausing.ts'
import { configuredPrincipals } from '../principals.ts'
import { addInstallRoutes, addSlackRoute, answeringInSlack } from '../slack.ts'
import { syncSources } from '../sync-sources.ts'
import { version } from '../version.ts'

export interface StartOptions {
  docs?: string[]
  port?: number
}

const webFolder = join(import.meta.dirname, '../../web')

/** Runs until it is asked to stop, and then ends well, whatever it was doing. */
export async function startCommand(invocation: Invocation, options: StartOptions): Promise<void> {
  const { config, log, signal } = invocation
  refuseStrangers(config.env.HOST, config.settings.principals)
  try {
    await serve(invocation, options)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  log.info({}, 'stopped')
}

async function serve(invocation: Invocation, options: StartOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  await using queue = await openQueueOrMemory(invocation)
  await using nightdesk = await openNightdesk(invocation, { onPause: pausing(queue, invocation) })
  const { sources, samples } = await nightdesk.sources(options.docs ?? [], signal)
  await unplanOthers(invocation, queue, sources)
  const metrics = createMetrics(
    () => nightdesk.store.documents.counts(AbortSignal.timeout(5000)),
    () => queue.counts(AbortSignal.timeout(5000)),
  )
  await using limits = openLimits(config)
  const { documents } = nightdesk.store
  const { providers } = nightdesk
  const counted = addProviderMetrics(
    metrics.registry,
    () => providers.pools.flatMap((pool) => pool.health()),
    watchedOf(providers),
  )
  providers.listen(counted.called)
  const lag = new FreshnessLag({
    documents,
    clock: systemClock,
    onChange: (source, ms) => metrics.freshnessLagSeconds.observe({ source }, ms / 1000),
  })
  const starting: Starting = {
    nightdesk,
    waiting: new Set(sources.map((source) => source.id)),
    metrics,
  }
  await using speech = await openSpeech(config, providers)
  await using slack = await openSlackBot(invocation, nightdesk, { speech, port: options.port })
  const callLog = slack?.said
  await using voice = await openVoice(invocation, nightdesk, addVoiceMetrics(metrics.registry), {
    speech,
    callLog,
    limits,
  })
  const server = createServer({
    ask: nightdesk.ask,
    search: nightdesk.search,
    documents: nightdesk.store.documents,
    conversations: nightdesk.store.conversations,
    freshnessOf: nightdesk.freshnessOf,
    principals: configuredPrincipals(config.settings),
    waitingFor: () => [...starting.waiting],
    samples,
    metrics,
    webhooks: { ...webhooksOf(invocation, queue), alertmanager: alertmanagerWebhook(invocation, slack) },
    providers: providersDesk(providers),
    limits,
    realtime: voice.desk,
    tickets: slack?.tickets,
    operations: operationsOver({
      queue,
      documents,
      sources,
      kindOf: (id) => config.settings.sources.find((source) => source.id === id)?.type ?? 'files',
      lag,
      clock: systemClock,
    }),
    assets: withStates(await loadAssets(webFolder)),
    version,
    log,
    publicUrl: config.env.PUBLIC_URL,
  })
  if (slack?.receive !== undefined) addSlackRoute(server, slack.receive)
  if (slack?.install !== undefined) addInstallRoutes(server, slack.install)
  let answering: Promise<void> | undefined
  const { url } = await server.listen(config.env.HOST, options.port ?? config.env.PORT, signal)
  try {
    voice.warm()
    const everyMs = syncEveryMs(config)
    const working: Promise<void>[] = []
    const work = (source: Source) => {
      const worker = runSyncWorker(
        {
          queue,
          documents: nightdesk.store.documents,
          embedder: nightdesk.embedder,
          sources: [source],
          clock: systemClock,
          log,
          plan: { everyMs, firstInMs: everyMs },
          onStored: (contents, stop) => lag.stored(contents, stop),
          onSynced: (report) => count(starting.metrics, report.source, report),
        },
        signal,
      )
      // It is awaited below; until then its failure must not count as unhandled.
      worker.catch(() => undefined)
      working.push(worker)
    }
    await firstSyncs(invocation, starting, sources, work)
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
    // Its reading is begun, so that recognisers expect the names from the first talk on.
    if (speech?.toText !== undefined) nightdesk.conversation.vocabulary?.(localPrincipal)
    void watchCanaries({ ...nightdesk, config, log, documents }, signal)
    void forgetOldConversations(invocation, nightdesk.store.conversations, systemClock)
    answering = slack === undefined ? undefined : answeringInSlack(invocation, slack)
    await Promise.all([untilAborted(signal), ...working])
  } finally {
    await answering
    await server.drain(AbortSignal.timeout(durationMs(config.settings.voice.drain_for) ?? 0))
  }
}

interface Starting {
  nightdesk: Nightdesk
  /** Sources whose first sync has not ended; ready when it is empty. */
  waiting: Set<string>
  metrics: Metrics
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/**
 * Ready once the first sync of every source has ended, well or not, and a search would find its caches warm. A source that
 * has to wait for its API holds up no other; on a terminal they take turns, since each has a bar.
 * @param work Goes on with a source after its first sync.
 */
async function firstSyncs(
  invocation: Invocation,
  starting: Starting,
  sources: readonly Source[],
  work: (source: Source) => void,
): Promise<void> {
  const { nightdesk, waiting, metrics } = starting
  const first = async (source: Source) => {
    const [outcome] = await syncSources(invocation, nightdesk, [source], {})
    count(metrics, source.id, outcome?.report)
    for (const { entry, reason } of outcome?.report?.failures ?? [])
      writeNotice(invocation.output, `${source.id}: ${entry}: ${reason}`)
    if (waiting.size === 1) await warmUp(invocation, nightdesk)
    waiting.delete(source.id)
    work(source)
  }
  if (!invocation.output.live) await Promise.all(sources.map(first))
  else for (const source of sources) await first(source)
}

/** The first search starts threads and reads what all later ones find in memory, so that nobody has to wait for it. */
async function warmUp({ log, signal }: Invocation, nightdesk: Nightdesk): Promise<void> {
  try {
    const text = 'how to restart after an outage 障害からの復旧手順'
    await nightdesk.search({ text, limit: 10, principal: localPrincipal }, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err }, 'the first search failed')
  }
}

type Counted = Pick<SyncReport, 'added' | 'changed' | 'unchanged' | 'deleted' | 'failed'>

function count(metrics: Metrics, source: string, report: Counted | undefined): void {
  if (report === undefined) return
  for (const outcome of ['added', 'changed', 'unchanged', 'deleted', 'failed'] as const)
    metrics.syncDocuments.inc({ source, outcome }, report[outcome])
  metrics.syncFinishedAt.set({ source }, Date.now() / 1000)
}

/** With the page that shows how conversations go. */
function withStates(assets: Assets): Assets {
  const page = machinePage(onCallMachine, `/assets/${assets.version}`)
  return { ...assets, pages: new Map([...assets.pages, ['/states', page]]) }
}
