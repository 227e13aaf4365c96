import { createRoute, z } from '@hono/zod-openapi'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
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
    const { trace_id, verdict, comment: written } = c.req.valid('json')
    const comment = written === undefined ? undefined : maskSecrets(written).text
    const signal = c.get('signal')
    const principal = c.get('principal').name
    const turn = await conversations.turn(trace_id, signal)
    if (turn?.principal !== principal) {
      throw new RequestProblem(
        'trace_not_found',
        'None of your answers has this trace id. Send the `trace_id` of an Answer that you were given.',
      )
    }
    await conversations.addFeedback({ traceId: trace_id, principal, verdict, comment, at: clock.now() }, signal)
    return c.json({ trace_id, verdict }, 200)
  })
}
