import { createRoute, z } from '@hono/zod-openapi'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { type App, jsonContent, problemResponses, security } from '../route-frame.ts'

const StatusWire = z
  .object({
    version: z.string(),
    principal: z.string().openapi({ description: 'Who you are here.' }),
    documents: z.int().optional().openapi({ description: 'How many are loaded; only told to who may see them all.' }),
    passages: z.int().optional(),
    samples: z.boolean().openapi({ description: 'Nothing is configured, so the shipped sample documents are loaded.' }),
    waiting_for: z.array(z.string()).openapi({ description: 'Sources whose first sync has not ended yet.' }),
  })
  .openapi('Status')

const statusRoute = createRoute({
  method: 'get',
  path: '/v1/status',
  operationId: 'getStatus',
  summary: 'What is loaded, and who you are',
  security,
  responses: { 200: jsonContent(StatusWire, 'The status'), ...problemResponses },
})

interface StatusParts {
  documents: DocumentStore
  version: string
  samples: boolean
  waitingFor: () => readonly string[]
}

export function addStatusRoute(app: App, { documents, version, samples, waitingFor }: StatusParts): void {
  app.openapi(statusRoute, async (c) => {
    const principal = c.get('principal')
    const counts = principal.audiences === 'all' ? await documents.counts(c.get('signal')) : {}
    return c.json({ version, principal: principal.name, samples, waiting_for: [...waitingFor()], ...counts }, 200)
  })
}
