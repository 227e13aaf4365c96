import { z } from '@hono/zod-openapi'

/** How a voice session is begun or gone on with, over whichever transport. */
export const sessionQuery = z.object({
  model: z.string().optional(),
  conversation_id: z.string().optional().openapi({ description: 'Goes on with a conversation of yours.' }),
  resume: z.string().optional().openapi({ description: 'As `session.created` gave it: goes on with that session.' }),
  after: z.string().optional().openapi({ description: 'The last `event_id` seen: later events are sent again.' }),
})
