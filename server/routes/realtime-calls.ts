import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bearerToken, type Entrance, identifyBy, queryOf } from '../identity.ts'
import { RequestProblem } from '../problems.ts'
import type { RealtimeDesk } from '../realtime.ts'
import {
  type App,
  bodyProblemResponses,
  notFoundResponse,
  problemResponses,
  type RouteEnv,
  security,
} from '../route-frame.ts'
import { sessionQuery } from './session-query.ts'

const callRoute = createRoute({
  method: 'post',
  path: '/v1/realtime/calls',
  operationId: 'call',
  summary: "Voice, in OpenAI's Realtime protocol, over WebRTC: takes an offer, answers it",
  description:
    'Events go through the data channel `oai-events`, audio through a track each way. The offer must be complete, or its candidates must be reachable from ours: there is no trickling.',
  security,
  request: {
    query: sessionQuery,
    body: {
      required: true,
      content: {
        'application/sdp': { schema: z.string().openapi({ description: 'The offer.' }) },
        'multipart/form-data': {
          schema: z.object({
            sdp: z.unknown().openapi({ type: 'string', description: 'The offer.' }),
            session: z
              .unknown()
              .openapi({ type: 'string', description: 'JSON, as in `session.update` of the Realtime protocol.' }),
          }),
        },
      },
    },
  },
  responses: {
    201: {
      description: 'The answer; `Location` is the address of the call.',
      content: { 'application/sdp': { schema: z.string() } },
    },
    ...bodyProblemResponses,
  },
})

const hangUpRoute = createRoute({
  method: 'post',
  path: '/v1/realtime/calls/{id}/hangup',
  operationId: 'hangUp',
  summary: 'Ends a call of your own',
  security,
  request: { params: z.object({ id: z.string().max(100) }) },
  responses: { 200: { description: 'It is over.' }, ...problemResponses, ...notFoundResponse },
})

/** Calls over WebRTC: signalling by one request, as the Realtime API has it. */
export function addRealtimeCallRoutes(app: App, desk: RealtimeDesk, entrance: Entrance): void {
  const { calls } = desk
  if (calls === undefined) return

  // Described only: read as the description has it, a body that is no form would be a form without fields.
  app.openAPIRegistry.registerPath(callRoute)
  app.post(callRoute.path, async (c) => {
    const { sdp, session } = await offerOf(c)
    const { principal, settings, conversationId } = identifyBy(c.env.incoming, bearerToken(c.env.incoming), entrance)
    const caller = {
      principal,
      settings: session === undefined ? settings : settingsOf(session, desk),
      query: queryOf(new URL(c.req.url).searchParams, conversationId),
    }
    const begun = await calls.begin(sdp, caller, c.get('signal'))
    if (begun.kind === 'refused') throw new RequestProblem('offer_refused', begun.reason)
    const headers = { 'content-type': 'application/sdp', location: `/v1/realtime/calls/${begun.id}` }
    return c.body(begun.sdp, 201, headers)
  })

  app.openapi(hangUpRoute, (c) => {
    if (calls.hangUp(c.req.valid('param').id, c.get('principal'))) return c.body(null, 200)
    throw new RequestProblem('call_not_found', 'There is no such call of yours, or it is over.')
  })
}

/** The offer as the whole body, or as a field of a form beside the session's settings. */
async function offerOf(c: Context<RouteEnv>): Promise<{ sdp: string; session: string | undefined }> {
  const type = c.req.header('content-type') ?? ''
  if (/^application\/sdp\b/i.test(type)) return { sdp: await c.req.text(), session: undefined }
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new RequestProblem(
      'unsupported_media_type',
      'Send the offer with `Content-Type: application/sdp`, or as the field `sdp` of a multipart form.',
    )
  }
  const form = await c.req.formData().catch((): never => {
    throw new RequestProblem('offer_refused', 'The form could not be read. Send the fields `sdp` and `session`.')
  })
  const sdp = await textOf(form.get('sdp'))
  if (sdp === undefined) throw new RequestProblem('offer_refused', 'The form has no field `sdp` with the offer.')
  return { sdp, session: await textOf(form.get('session')) }
}

async function textOf(field: File | string | null): Promise<string | undefined> {
  if (field === null) return undefined
  return typeof field === 'string' ? field : await field.text()
}

function settingsOf(session: string, desk: RealtimeDesk): unknown {
  let given: unknown
  try {
    given = JSON.parse(session)
  } catch {
    throw new RequestProblem('malformed_json', 'The field `session` must be JSON, as in `session.update`.')
  }
  const checked = desk.checkedSettings(given)
  if (checked.kind === 'settings') return checked.settings
  const { message, param } = checked.fault
  const field = `session${param === null ? '' : `.${param}`}`
  throw new RequestProblem('invalid_request', message, { errors: [{ field, message }] })
}
