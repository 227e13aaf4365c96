import { createRoute, z } from '@hono/zod-openapi'
import type { ClientSecrets } from '../client-secrets.ts'
import { RequestProblem } from '../problems.ts'
import type { RealtimeDesk } from '../realtime.ts'
import { type App, bodyProblemResponses, jsonBody, jsonContent, problemResponses, security } from '../route-frame.ts'
import { sessionQuery } from './session-query.ts'

/** Seconds; the API's own bounds and default. */
const lifetimes = { least: 10, most: 7200, usual: 600 } as const

const secretRoute = createRoute({
  method: 'post',
  path: '/v1/realtime/client_secrets',
  operationId: 'createClientSecret',
  summary: 'A short-lived key for a voice session of your own, to be used by a browser',
  security,
  request: jsonBody(
    z
      .object({
        expires_after: z
          .object({
            anchor: z.literal('created_at').default('created_at'),
            seconds: z
              .int()
              .min(lifetimes.least, `must be at least ${lifetimes.least}`)
              .max(lifetimes.most, `must be at most ${lifetimes.most}`)
              .default(lifetimes.usual),
          })
          .optional(),
        session: z
          .record(z.string(), z.unknown())
          .optional()
          .openapi({ description: 'As in `session.update` of the Realtime protocol.' }),
      })
      .openapi('ClientSecretBody'),
  ),
  responses: {
    200: jsonContent(
      z
        .object({
          value: z.string().openapi({ example: 'ek_0123' }),
          expires_at: z.int().openapi({ description: 'Seconds since 1970.' }),
          session: z.record(z.string(), z.unknown()).openapi({ description: 'As it will begin.' }),
        })
        .openapi('ClientSecret'),
      'The key',
    ),
    ...bodyProblemResponses,
  },
})

const socketRoute = createRoute({
  method: 'get',
  path: '/v1/realtime',
  operationId: 'talk',
  summary: "Voice, in OpenAI's Realtime protocol, over a WebSocket",
  security,
  request: {
    query: sessionQuery,
  },
  responses: {
    101: { description: 'The connection is a WebSocket now.' },
    426: {
      description: 'Only by WebSocket.',
      content: problemResponses[400].content,
    },
    ...problemResponses,
  },
})

export function addRealtimeRoutes(app: App, desk: RealtimeDesk, secrets: ClientSecrets): void {
  app.openapi(secretRoute, (c) => {
    const { session = {}, expires_after } = c.req.valid('json')
    const checked = desk.checkedSettings(session)
    if (checked.kind === 'fault') {
      const field = `session${checked.fault.param === null ? '' : `.${checked.fault.param}`}`
      throw new RequestProblem('invalid_request', checked.fault.message, {
        errors: [{ field, message: checked.fault.message }],
      })
    }
    const lastsS = expires_after?.seconds ?? lifetimes.usual
    const { value, expiresAt } = secrets.create(c.get('principal'), checked.settings, lastsS)
    return c.json({ value, expires_at: Math.floor(expiresAt.getTime() / 1000), session: checked.session }, 200)
  })

  app.openapi(socketRoute, () => {
    throw new RequestProblem(
      'websocket_only',
      'Connect to this address by WebSocket, or POST an offer to /v1/realtime/calls.',
      {
        headers: { upgrade: 'websocket' },
      },
    )
  })
}
