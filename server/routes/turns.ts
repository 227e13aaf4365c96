import { createRoute, z } from '@hono/zod-openapi'
import { RequestProblem } from '../problems.ts'
import { type App, jsonContent, notFoundResponse, problemResponses, security } from '../route-frame.ts'
import type { ProvidersDesk } from './providers.ts'

const TurnWire = z
  .object({
    trace_id: z.string(),
    at: z.iso.datetime(),
    mode: z.enum(['text', 'spoken']),
    lang: z.enum(['en', 'ja']).optional(),
    outcome: z.enum(['answered', 'abstained', 'failed', 'cut-off']),
    provider: z.string().optional().openapi({ description: 'Who wrote the answer; absent: there is none.' }),
    total_ms: z.number(),
    stages: z
      .array(
        z.object({
          stage: z.enum(['hear', 'understand', 'retrieve', 'read', 'model', 'check', 'speak', 'other']),
          ms: z.number(),
        }),
      )
      .openapi({ description: 'In order; they add up to `total_ms`.' }),
    cost_usd: z.number(),
    fallbacks: z.int().openapi({ description: 'Calls to providers that another had to take over.' }),
    warnings: z.array(z.string()),
    principal: z.string().optional().openapi({ description: 'Only told to who may see everything.' }),
  })
  .openapi('RecentTurn')
export type TurnWire = z.infer<typeof TurnWire>

const PricesWire = z
  .object({
    asOf: z.string(),
    note: z.string(),
    sources: z.array(z.object({ of: z.string(), url: z.string(), readOn: z.string() })),
    llm: z.record(z.string(), z.object({ inputPerMillionTokens: z.number(), outputPerMillionTokens: z.number() })),
    speechToText: z.record(z.string(), z.object({ perMinute: z.number() })),
    textToSpeech: z.record(z.string(), z.object({ perThousandCharacters: z.number() })),
  })
  .openapi('Prices', { description: 'List prices of providers in US dollars.' })
export type PricesWire = z.infer<typeof PricesWire>

const turnsRoute = createRoute({
  method: 'get',
  path: '/v1/operations/turns',
  operationId: 'listRecentTurns',
  summary:
    'The last turns of this process by stage, without a word of what was said; your own, or all if you may see everything',
  security,
  responses: {
    200: jsonContent(z.object({ turns: z.array(TurnWire) }).openapi('RecentTurns'), 'The turns, the newest first'),
    ...problemResponses,
  },
})

const pricesRoute = createRoute({
  method: 'get',
  path: '/v1/operations/prices',
  operationId: 'listPrices',
  summary: 'What providers charge, and when that was read',
  security,
  responses: { 200: jsonContent(PricesWire, 'The prices'), ...problemResponses, ...notFoundResponse },
})

export function addTurnRoutes(app: App, desk: ProvidersDesk | undefined): void {
  app.openapi(turnsRoute, (c) => {
    const { name, audiences } = c.get('principal')
    const seesAll = audiences === 'all'
    const turns = (desk?.turns() ?? [])
      .filter(({ principal }) => seesAll || principal === name)
      .map(({ principal, wire }) => (seesAll ? { ...wire, principal } : wire))
    return c.json({ turns }, 200)
  })
  app.openapi(pricesRoute, (c) => {
    if (desk === undefined) throw new RequestProblem('not_found', 'No providers are looked after here.')
    return c.json(desk.prices(), 200)
  })
}
