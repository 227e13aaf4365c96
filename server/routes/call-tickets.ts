import { createRoute, z } from '@hono/zod-openapi'
import type { CallTickets } from '#knowledge/call-tickets.ts'
import type { ClientSecrets } from '../client-secrets.ts'
import { RequestProblem } from '../problems.ts'
import { type App, bodyProblemResponses, jsonBody, jsonContent } from '../route-frame.ts'

/** Whoever comes with a ticket has no token: the route is open. */
export const ticketPath = '/v1/realtime/tickets'

const redeemRoute = createRoute({
  method: 'post',
  path: ticketPath,
  operationId: 'redeemTicket',
  summary: 'A key for a call, for the ticket of a link that leads to it; each ticket is taken once',
  request: jsonBody(z.object({ ticket: z.string().min(1).max(200) }).openapi('Ticket')),
  responses: {
    200: jsonContent(
      z
        .object({
          value: z.string().openapi({ description: 'As a client secret.', example: 'ek_0123' }),
          expires_at: z.int().openapi({ description: 'Seconds since 1970.' }),
          conversation_id: z.string().openapi({ description: 'The one conversation that it is good for.' }),
        })
        .openapi('RedeemedTicket'),
      'The key',
    ),
    ...bodyProblemResponses,
  },
})

/** Longer than a call, during which the line may have to be made again. */
const callLastsS = 7200

export function addCallTicketRoute(app: App, tickets: Pick<CallTickets, 'redeem'>, secrets: ClientSecrets): void {
  app.openapi(redeemRoute, async (c) => {
    const admitted = await tickets.redeem(c.req.valid('json').ticket, c.get('signal'))
    if (admitted === undefined) {
      throw new RequestProblem(
        'unauthenticated',
        'This link was opened before, or is too old. Press “Call me” again for a new one.',
      )
    }
    const { principal, conversationId } = admitted
    const { value, expiresAt } = secrets.create(principal, undefined, callLastsS, conversationId)
    const expires = Math.floor(expiresAt.getTime() / 1000)
    return c.json({ value, expires_at: expires, conversation_id: conversationId }, 200)
  })
}
