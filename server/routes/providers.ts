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
import type { ProvidersDesk } from './providers-desk.ts'
import { ProvidersWire, providerCommand, providerKind } from './providers-wire.ts'

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
