import { createRoute, z } from '@hono/zod-openapi'
import type { Metrics } from '../metrics.ts'
import { type App, jsonContent, problemResponses, security } from '../route-frame.ts'

const HealthWire = z.object({ status: z.literal('ok'), version: z.string() }).openapi('Health')
const ReadinessWire = z
  .object({
    status: z.enum(['ready', 'starting', 'draining']),
    waiting_for: z.array(z.string()).openapi({ description: 'Sources whose first sync has not ended yet.' }),
  })
  .openapi('Readiness')

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'The process runs',
  responses: { 200: jsonContent(HealthWire, 'It runs') },
})

const readinessRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'The first sync of every source has ended, well or not, and we are not shutting down',
  responses: { 200: jsonContent(ReadinessWire, 'Ready'), 503: jsonContent(ReadinessWire, 'Not ready') },
})

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'For Prometheus',
  security,
  responses: {
    200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
    401: problemResponses[401],
    403: problemResponses[403],
  },
})

interface HealthParts {
  metrics: Metrics
  version: string
  waitingFor: () => readonly string[]
  draining: () => boolean
}

export function addHealthRoutes(app: App, { metrics, version, waitingFor, draining }: HealthParts): void {
  app.openapi(healthRoute, (c) => c.json({ status: 'ok' as const, version }, 200))

  app.openapi(readinessRoute, (c) => {
    const waiting = [...waitingFor()]
    if (draining()) return c.json({ status: 'draining' as const, waiting_for: waiting }, 503)
    if (waiting.length > 0) return c.json({ status: 'starting' as const, waiting_for: waiting }, 503)
    return c.json({ status: 'ready' as const, waiting_for: [] }, 200)
  })

  app.openapi(metricsRoute, async (c) => {
    return c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType })
  })
}
