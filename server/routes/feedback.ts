import { createRoute, z } from '@hono/zod-openapi'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { recordFeedback } from '#knowledge/record-feedback.ts'
import type { Clock } from '#runtime/clock.ts'
import { RequestProblem } from '../problems.ts'
import {
  type App,
  bodyProblemResponses,
  jsonBody,
  jsonContent,
  notFoundResponse,
  security,
  text,
} from '../route-frame.ts'

const verdict = z.enum(['good', 'bad', 'stale'])

const feedbackRoute = createRoute({
  method: 'post',
  path: '/v1/feedback',
  operationId: 'giveFeedback',
  summary: 'Says how good one of your own answers was',
  security,
  request: jsonBody(
    z
      .object({
        trace_id: text('The trace id', 200),
        verdict: verdict.openapi({ description: '`stale`: right once, outdated now.' }),
        comment: text('The comment', 2000).optional(),
      })
      .openapi('FeedbackBody'),
  ),
  responses: {
    200: jsonContent(z.object({ trace_id: z.string(), verdict }).openapi('Feedback'), 'What was recorded'),
    ...bodyProblemResponses,
    ...notFoundResponse,
  },
})

export function addFeedbackRoute(
  app: App,
  { conversations, clock }: { conversations: ConversationStore; clock: Clock },
): void {
  app.openapi(feedbackRoute, async (c) => {
    const { trace_id, verdict, comment } = c.req.valid('json')
    const principal = c.get('principal').name
    const turn = await recordFeedback(
      { conversations, clock },
      { traceId: trace_id, principal, verdict, comment },
      (answered) => answered.principal === principal,
      c.get('signal'),
    )
    if (turn === undefined) {
      throw new RequestProblem(
        'trace_not_found',
        'None of your answers has this trace id. Send the `trace_id` of an Answer that you were given.',
      )
    }
    return c.json({ trace_id, verdict }, 200)
  })
}
