import { createRoute, z } from '@hono/zod-openapi'
import { maySee, type Principal } from '#knowledge/principal.ts'
import { RequestProblem } from '../problems.ts'
import {
  type App,
  bodyProblemResponses,
  jsonBody,
  jsonContent,
  notFoundResponse,
  problemResponses,
  security,
} from '../route-frame.ts'

const date = z.iso.datetime()
/** A page shows no more of them; the command line lists all. */
const mostFailures = 200

/** How a source is doing, wherever its workers are. */
export interface SourceStatus {
  id: string
  kind: 'files' | 'github' | 'notion'
  /** Who may see its documents, and therefore its failures; empty: everybody. */
  audience: readonly string[]
  /** Files, pages and issues that are stored of it. */
  entries: number
  /** `failed`: the last sync of it could not be done. `never`: none has ended yet. */
  state: 'idle' | 'waiting' | 'syncing' | 'paused' | 'failed' | 'never'
  lastSync?: { startedAt: Date; finishedAt: Date } | undefined
  nextSyncAt?: Date | undefined
  /** Entries by what they wait for. */
  queue: { waiting: number; running: number; delayed: number; dead: number }
  /** Its API wants no calls until then. */
  pause?: { until: Date; reason: string } | undefined
  /** Why the last sync of the whole failed. */
  failure?: string | undefined
  /** Newest first. */
  failures: readonly EntryTrouble[]
  /** What its API lets us call before it makes us wait, as far as this process has been told. */
  apiBudget?: { left: number; limit: number; resetsAt: Date } | undefined
  /** From a change at the source to when answers use it, over the last changes; absent: none has been seen. */
  lag?: { lastMs: number; p50Ms: number; p95Ms: number; changes: number } | undefined
}

export interface EntryTrouble {
  entry: string
  /** `waiting`: tried again by itself. `dead`: not before it changes or somebody says so. */
  state: 'waiting' | 'dead'
  reason: string
  failedAt: Date
}

/** What people can see of the syncs, and do about them. */
export interface Operations {
  sources(signal: AbortSignal): Promise<SourceStatus[]>
  /** Looks again at all of a source, or at these entries, as soon as a worker is free; dead ones live again. */
  sync(source: string, entries: readonly string[] | 'all', signal: AbortSignal): Promise<void>
}

const SourceWire = z
  .object({
    id: z.string(),
    kind: z.enum(['files', 'github', 'notion']),
    entries: z.int().openapi({ description: 'Files, pages and issues that are stored of it.' }),
    state: z.enum(['idle', 'waiting', 'syncing', 'paused', 'failed', 'never']),
    last_sync: z.object({ started_at: date, finished_at: date, seconds: z.number() }).optional(),
    next_sync_at: date.optional(),
    queue: z
      .object({ waiting: z.int(), running: z.int(), delayed: z.int(), dead: z.int() })
      .openapi({ description: 'Entries by what they wait for.' }),
    pause: z.object({ until: date, reason: z.string() }).optional(),
    failure: z.string().optional().openapi({ description: 'Why the last sync of the whole failed.' }),
    failed_entries: z.int(),
    failures: z
      .array(z.object({ entry: z.string(), state: z.enum(['waiting', 'dead']), reason: z.string(), failed_at: date }))
      .openapi({ description: `Newest first, at most ${mostFailures}.` }),
    api_budget: z.object({ left: z.int(), limit: z.int(), resets_at: date }).optional(),
    lag_seconds: z
      .object({ last: z.number(), p50: z.number(), p95: z.number(), changes: z.int() })
      .optional()
      .openapi({ description: 'From a change at the source to when answers use it.' }),
  })
  .openapi('Source')
export type SourceWire = z.infer<typeof SourceWire>

const listRoute = createRoute({
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  summary: 'Every source: its last sync, its lag, what failed and why',
  security,
  responses: {
    200: jsonContent(z.object({ sources: z.array(SourceWire) }).openapi('Sources'), 'The sources that you may see'),
    ...problemResponses,
  },
})

const syncRoute = createRoute({
  method: 'post',
  path: '/v1/sources/{id}/sync',
  operationId: 'syncSource',
  summary: 'Looks again at a source, or at some of its entries',
  security,
  request: {
    params: z.object({ id: z.string() }),
    ...jsonBody(
      z
        .object({
          entries: z
            .array(z.string().min(1).max(4000))
            .min(1, 'name an entry, or leave `entries` out for all of the source')
            .max(1000)
            .optional()
            .openapi({ description: 'Paths or page ids; without it all of the source.' }),
        })
        .openapi('SyncBody'),
    ),
  },
  responses: {
    202: jsonContent(
      z.object({ source: z.string(), requested: z.int().optional() }).openapi('SyncRequested'),
      'It is noted',
    ),
    ...bodyProblemResponses,
    ...notFoundResponse,
  },
})

export function addSourceRoutes(app: App, operations: Operations): void {
  const visible = async (principal: Principal, signal: AbortSignal) =>
    (await operations.sources(signal)).filter(({ audience }) => maySee(principal, audience))

  app.openapi(listRoute, async (c) => {
    const sources = await visible(c.get('principal'), c.get('signal'))
    return c.json({ sources: sources.map(sourceToWire) }, 200)
  })
  app.openapi(syncRoute, async (c) => {
    const { id } = c.req.valid('param')
    const { entries } = c.req.valid('json')
    const signal = c.get('signal')
    const sources = await visible(c.get('principal'), signal)
    if (!sources.some((source) => source.id === id)) {
      throw new RequestProblem('source_not_found', 'No source of yours has this id. GET /v1/sources lists them.')
    }
    await operations.sync(id, entries ?? 'all', signal)
    return c.json({ source: id, ...(entries && { requested: entries.length }) }, 202)
  })
}

function sourceToWire(source: SourceStatus): SourceWire {
  const { id, kind, entries, state, lastSync, nextSyncAt, queue, pause, failure, failures, apiBudget, lag } = source
  return {
    id,
    kind,
    entries,
    state,
    ...(lastSync && {
      last_sync: {
        started_at: lastSync.startedAt.toISOString(),
        finished_at: lastSync.finishedAt.toISOString(),
        seconds: seconds(lastSync.finishedAt.getTime() - lastSync.startedAt.getTime()),
      },
    }),
    ...(nextSyncAt && { next_sync_at: nextSyncAt.toISOString() }),
    queue,
    ...(pause && { pause: { until: pause.until.toISOString(), reason: pause.reason } }),
    ...(failure !== undefined && { failure }),
    failed_entries: failures.length,
    failures: failures.slice(0, mostFailures).map((each) => ({
      entry: each.entry,
      state: each.state,
      reason: each.reason,
      failed_at: each.failedAt.toISOString(),
    })),
    ...(apiBudget && {
      api_budget: { left: apiBudget.left, limit: apiBudget.limit, resets_at: apiBudget.resetsAt.toISOString() },
    }),
    ...(lag && {
      lag_seconds: {
        last: seconds(lag.lastMs),
        p50: seconds(lag.p50Ms),
        p95: seconds(lag.p95Ms),
        changes: lag.changes,
      },
    }),
  }
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000
}
