import { createRoute, z } from '@hono/zod-openapi'
import { RequestProblem } from '../problems.ts'
import { type App, jsonContent, notFoundResponse, problemResponses, security } from '../route-frame.ts'
import type { ProvidersDesk } from './providers-desk.ts'
import { PricesWire, TurnWire } from './turns-wire.ts'

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
