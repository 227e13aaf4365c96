import { createRoute, z } from '@hono/zod-openapi'
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
import type { PricesWire, TurnWire } from './turns.ts'

const date = z.iso.datetime()
const providerKind = z.enum(['llm', 'speech-to-text', 'text-to-speech', 'embedder'])

const ProviderWire = z
  .object({
    id: z.string(),
    kind: providerKind,
    state: z.enum(['closed', 'open', 'probing']).openapi({
      description: 'Of its circuit breaker. `open`: it is left alone since it failed; `probing`: one call finds out.',
    }),
    since: date.optional().openapi({ description: 'Since when it is in this state.' }),
    drained: z.boolean().openapi({ description: 'Not asked, because somebody said so.' }),
    pinned: z.boolean().openapi({ description: 'Asked first, because somebody said so.' }),
    demoted: z.boolean().openapi({ description: 'Asked last, because it became slower or worse.' }),
    calls: z.int(),
    failures: z.int(),
    fallbacks: z.int().openapi({ description: 'How often another began or went on in its place.' }),
    first_piece_ms: z.object({ p50: z.number(), p95: z.number() }).optional(),
    last_fault: z.object({ code: z.string(), message: z.string(), at: date }).optional(),
  })
  .openapi('Provider')

const ProviderAlarmWire = z
  .object({
    provider: z.string(),
    model: z.string(),
    measure: z.string(),
    since: date.openapi({ description: 'When the change began, as far as can be told.' }),
    raised_at: date,
  })
  .openapi('ProviderAlarm')

const ProvidersWire = z
  .object({
    providers: z.array(ProviderWire),
    alarms: z.array(ProviderAlarmWire).openapi({ description: 'What became slower or worse without failing.' }),
    spending: z
      .object({
        day: z.string().openapi({ description: 'UTC.' }),
        usd: z.number(),
        turns: z.int(),
        budget_usd: z.number().optional(),
        kinds: z
          .array(z.object({ kind: providerKind, usd: z.number() }))
          .openapi({ description: 'By kind of provider.' }),
        principals: z.array(z.object({ name: z.string(), usd: z.number() })),
      })
      .optional()
      .openapi({ description: 'Only told to who may see everything.' }),
  })
  .openapi('Providers')

type ProvidersWire = z.infer<typeof ProvidersWire>

const providerCommand = z.enum(['pin', 'drain', 'release'])

/** What people can see of the providers, and do about them. */
export interface ProvidersDesk {
  read: () => ProvidersWire
  /** @returns false when there is no such provider. */
  command: (
    kind: z.infer<typeof providerKind>,
    id: string,
    command: z.infer<typeof providerCommand>,
    signal: AbortSignal,
  ) => Promise<boolean>
  /** The last turns of this process, the newest first, and whose they were. */
  turns: () => readonly { principal: string; wire: Omit<TurnWire, 'principal'> }[]
  prices: () => PricesWire
}

const listRoute = createRoute({
  method: 'get',
  path: '/v1/providers',
  operationId: 'listProviders',
  summary: 'Every provider: whether it is asked, since when, how quick it is, and what the day has cost',
  security,
  responses: { 200: jsonContent(ProvidersWire, 'The providers'), ...problemResponses },
})

const commandRoute = createRoute({
  method: 'post',
  path: '/v1/providers/command',
  operationId: 'commandProvider',
  summary:
    'Pins a provider (asked first), drains it (not asked), or releases it, in all processes, until somebody says otherwise',
  security,
  request: jsonBody(
    z
      .object({ kind: providerKind, id: z.string().min(1).max(400), command: providerCommand })
      .openapi('ProviderCommand'),
  ),
  responses: {
    200: jsonContent(ProvidersWire, 'The providers as they are now'),
    ...bodyProblemResponses,
    ...notFoundResponse,
  },
})

const nothing: ProvidersWire = { providers: [], alarms: [] }

export function addProviderRoutes(app: App, desk: ProvidersDesk | undefined): void {
  app.openapi(listRoute, async (c) => {
    const { spending, ...read } = desk?.read() ?? nothing
    const seesAll = c.get('principal').audiences === 'all'
    return c.json(seesAll && spending !== undefined ? { ...read, spending } : read, 200)
  })
  app.openapi(commandRoute, async (c) => {
    const { kind: which, id, command: what } = c.req.valid('json')
    if (desk === undefined || !(await desk.command(which, id, what, c.get('signal')))) {
      throw new RequestProblem('provider_not_found', 'No provider has this name. GET /v1/providers lists them.')
    }
    const { spending: _, ...read } = desk.read()
    return c.json(read, 200)
  })
}
