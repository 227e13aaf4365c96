import { createRoute, z } from '@hono/zod-openapi'
import type { Document, Verification } from '#knowledge/document.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { localPrincipal, type Principal } from '#knowledge/principal.ts'
import { verifyDocument } from '#knowledge/verify-document.ts'
import type { Clock } from '#runtime/clock.ts'
import { RequestProblem } from '../problems.ts'
import {
  type App,
  bodyProblemResponses,
  jsonBody,
  jsonContent,
  notFoundResponse,
  problemResponses,
  security,
  text,
} from '../route-frame.ts'
import {
  DocumentPassageWire,
  DocumentWire,
  documentPassageToWire,
  documentToWire,
  FreshnessWire,
  freshnessToWire,
} from '../wire.ts'

/** How far a part of a document that was last changed at `editedAt` can be trusted. */
export type FreshnessOf = (document: Document, editedAt: Date, verification: Verification | undefined) => Freshness

interface DocumentParts {
  documents: DocumentStore
  freshnessOf: FreshnessOf
  clock: Clock
}

const ListedDocumentWire = DocumentWire.extend({ freshness: FreshnessWire }).openapi('ListedDocument')
const WholeDocumentWire = ListedDocumentWire.extend({ passages: z.array(DocumentPassageWire) }).openapi('WholeDocument')
const DocumentId = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

const listRoute = createRoute({
  method: 'get',
  path: '/v1/documents',
  operationId: 'listDocuments',
  summary: 'The inventory, page by page',
  security,
  request: {
    query: z.object({
      source: z.string().optional(),
      owner: z.string().optional(),
      limit: z.coerce
        .number('The limit must be a number')
        .int('The limit must be a whole number')
        .min(1)
        .max(200)
        .default(50),
      cursor: z.string().max(2000).optional().openapi({ description: '`next_cursor` of the page before.' }),
    }),
  },
  responses: {
    200: jsonContent(
      z
        .object({
          documents: z.array(ListedDocumentWire),
          next_cursor: z.string().optional().openapi({ description: 'Absent on the last page.' }),
        })
        .openapi('DocumentPage'),
      'One page of documents',
    ),
    ...problemResponses,
  },
})

const wholeRoute = createRoute({
  method: 'get',
  path: '/v1/documents/{id}',
  operationId: 'getDocument',
  summary: 'One document with its passages in reading order, each with its own freshness',
  security,
  request: { params: DocumentId },
  responses: { 200: jsonContent(WholeDocumentWire, 'The document'), ...problemResponses, ...notFoundResponse },
})

const verifyRoute = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/verify',
  operationId: 'verifyDocument',
  summary: 'Records that a document is still true',
  description:
    'Where principals are configured and somebody else is named in `by`, the record says who spoke for them.',
  security,
  request: {
    params: DocumentId,
    ...jsonBody(
      z
        .object({
          by: text('The name in `by`', 200),
          evergreen_reason: text('The reason', 1000)
            .optional()
            .openapi({ description: 'Why it never goes stale, if it never does.' }),
        })
        .openapi('VerifyBody'),
    ),
  },
  responses: { 200: jsonContent(FreshnessWire, 'Its new freshness'), ...bodyProblemResponses, ...notFoundResponse },
})

export function addDocumentRoutes(app: App, parts: DocumentParts): void {
  const { documents, freshnessOf, clock } = parts

  app.openapi(listRoute, async (c) => {
    const { source, owner, limit, cursor } = c.req.valid('query')
    const signal = c.get('signal')
    const page = await documents.documents({ principal: c.get('principal'), source, owner }, cursor, limit, signal)
    const verifications = await documents.verifications(
      page.documents.map(({ id }) => id),
      signal,
    )
    const listed = page.documents.map((document) => ({
      ...documentToWire(document),
      freshness: freshnessToWire(freshnessOf(document, document.editedAt, verifications.get(document.id))),
    }))
    return c.json({ documents: listed, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }, 200)
  })

  app.openapi(wholeRoute, async (c) => {
    const { id } = c.req.valid('param')
    const signal = c.get('signal')
    const principal = c.get('principal')
    const document = await documentFor(documents, id, principal, signal)
    const passages = await documents.passagesOf(id, principal, signal)
    const verification = (await documents.verifications([id], signal)).get(id)
    const freshnessAt = (editedAt: Date) => freshnessOf(document, editedAt, verification)
    return c.json(
      {
        ...documentToWire(document),
        freshness: freshnessToWire(freshnessAt(document.editedAt)),
        passages: passages.map((passage) => documentPassageToWire(passage, freshnessAt(passage.editedAt))),
      },
      200,
    )
  })

  app.openapi(verifyRoute, async (c) => {
    const { id } = c.req.valid('param')
    const { by, evergreen_reason } = c.req.valid('json')
    const signal = c.get('signal')
    const principal = c.get('principal')
    const verified = await verifyDocument(
      { documents, clock },
      { documentId: id, by: speaker(by, principal), evergreenReason: evergreen_reason },
      principal,
      signal,
    )
    if (verified === undefined) throw documentNotFound()
    const { document, verification } = verified
    return c.json(freshnessToWire(freshnessOf(document, document.editedAt, verification)), 200)
  })
}

/** Nobody can put a name of somebody else under a document unseen. */
function speaker(by: string, principal: Principal): string {
  return principal === localPrincipal || principal.name === by ? by : `${by} (via ${principal.name})`
}

async function documentFor(
  documents: DocumentStore,
  id: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<Document> {
  const document = await documents.document(id, principal, signal)
  if (document !== undefined) return document
  throw documentNotFound()
}

function documentNotFound(): RequestProblem {
  return new RequestProblem(
    'document_not_found',
    'No document has this id, or it is not for you. It may have been moved or deleted at its source: GET /v1/documents lists what is there.',
  )
}
