import { createRoute, z } from '@hono/zod-openapi'
import type { Search } from '#knowledge/answer.ts'
import type { Metrics } from '../metrics.ts'
import {
  type App,
  bodyProblemResponses,
  jsonBody,
  jsonContent,
  maxQuestionChars,
  security,
  text,
} from '../route-frame.ts'
import { LangWire, PassageWire, passageToWire, WarningWire } from '../wire.ts'

const SearchBody = z
  .object({
    query: text('The query', maxQuestionChars),
    limit: z.int('The limit must be a whole number').min(1, 'At least 1').max(100, 'At most 100').default(10),
    lang: LangWire.optional(),
  })
  .openapi('SearchBody')

const SearchResultWire = z
  .object({
    results: z.array(PassageWire),
    relevance: z.number().openapi({ description: '0..1: how sure we are that anything found is relevant at all.' }),
    relevant: z.boolean(),
    warnings: z.array(WarningWire),
    timings_ms: z.record(z.string(), z.number()),
  })
  .openapi('SearchResult')

const searchRoute = createRoute({
  method: 'post',
  path: '/v1/search',
  operationId: 'search',
  summary: 'Ranked passages, best first, no answer',
  security,
  request: jsonBody(SearchBody),
  responses: { 200: jsonContent(SearchResultWire, 'What was found'), ...bodyProblemResponses },
})

export function addSearchRoute(app: App, { search, metrics }: { search: Search; metrics: Metrics }): void {
  app.openapi(searchRoute, async (c) => {
    const { query, limit, lang } = c.req.valid('json')
    const measured = metrics.searchSeconds.startTimer()
    const found = await search({ text: query, limit, lang, principal: c.get('principal') }, c.get('signal'))
    measured()
    return c.json(
      {
        results: found.passages.map(passageToWire),
        relevance: found.relevance,
        relevant: found.relevant,
        warnings: found.warnings.map(({ code, message }) => ({ code, message })),
        timings_ms: { ...found.timingsMs },
      },
      200,
    )
  })
}
