import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StoreCounts } from '#knowledge/document-store.ts'

/** Seconds; answers take milliseconds without a model and many seconds with one. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export type Metrics = ReturnType<typeof createMetrics>

/** Entries of a source that wait to be synced, by what they wait for. */
export interface QueuedEntries {
  source: string
  waiting: number
  running: number
  delayed: number
  dead: number
}

/** What Prometheus can scrape of this process. */
export function createMetrics(
  counts: () => Promise<StoreCounts>,
  queued: () => Promise<QueuedEntries[]> = async () => [],
) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const up = new Gauge({
    name: 'nightdesk_engine_up',
    help: 'Whether the store and the queue answered just now; what they would have told is left out while they do not.',
    labelNames: ['engine'] as const,
    registers: [],
    async collect() {
      await Promise.all(asked.splice(0))
    },
  })
  const asked: Promise<unknown>[] = []
  /** One engine that is away must not take all other figures along, least of all those that tell of it. */
  const told = <Told>(engine: 'store' | 'queue', ask: () => Promise<Told>): Promise<Told | undefined> => {
    const answer = ask().catch(() => undefined)
    asked.push(answer.then((given) => up.set({ engine }, given === undefined ? 0 : 1)))
    return answer
  }
  const setCount = async (gauge: Gauge, count: keyof StoreCounts) => {
    const found = await told('store', counts)
    if (found === undefined) gauge.remove()
    else gauge.set(found[count])
  }
  new Gauge({
    name: 'nightdesk_index_documents',
    help: 'Documents in the store.',
    registers,
    async collect() {
      await setCount(this, 'documents')
    },
  })
  new Gauge({
    name: 'nightdesk_index_passages',
    help: 'Passages in the index.',
    registers,
    async collect() {
      await setCount(this, 'passages')
    },
  })
  new Gauge({
    name: 'nightdesk_queue_entries',
    help: 'Entries to be synced, by source and state (waiting, running, delayed, dead), over all workers.',
    labelNames: ['source', 'state'] as const,
    registers,
    async collect() {
      this.reset()
      for (const { source, ...states } of (await told('queue', queued)) ?? [])
        for (const state of ['waiting', 'running', 'delayed', 'dead'] as const)
          this.set({ source, state }, states[state])
    },
  })
  // The last one, since it waits for what those before it have begun.
  registry.registerMetric(up)
  return {
    registry,
    requests: new Counter({
      name: 'nightdesk_http_requests_total',
      help: 'HTTP requests by route and status.',
      labelNames: ['method', 'route', 'status'] as const,
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'nightdesk_http_request_duration_seconds',
      help: 'From the first byte of the request to the last of the response.',
      labelNames: ['method', 'route'] as const,
      buckets,
      registers,
    }),
    answers: new Counter({
      name: 'nightdesk_answers_total',
      help: 'Answers by outcome (answered, abstained, failed, cancelled) and by who wrote them.',
      labelNames: ['outcome', 'provider'] as const,
      registers,
    }),
    answerSeconds: new Histogram({
      name: 'nightdesk_answer_duration_seconds',
      help: 'Time of an answer by stage; `total` is the whole.',
      labelNames: ['stage'] as const,
      buckets,
      registers,
    }),
    searchSeconds: new Histogram({
      name: 'nightdesk_search_duration_seconds',
      help: 'Time of a search.',
      buckets,
      registers,
    }),
    syncDocuments: new Counter({
      name: 'nightdesk_sync_documents_total',
      help: 'Documents seen by syncs, by source and outcome (added, changed, unchanged, deleted, failed).',
      labelNames: ['source', 'outcome'] as const,
      registers,
    }),
    freshnessLagSeconds: new Histogram({
      name: 'nightdesk_freshness_lag_seconds',
      help: 'From a change at a source to when answers use it.',
      labelNames: ['source'] as const,
      buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    }),
    syncFinishedAt: new Gauge({
      name: 'nightdesk_sync_finished_timestamp_seconds',
      help: 'When the last sync of a source ended, in Unix time.',
      labelNames: ['source'] as const,
      registers,
    }),
  }
}
