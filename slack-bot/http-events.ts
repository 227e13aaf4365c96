import { isValidSlackRequest } from '@slack/bolt'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { jsonOf } from './threads.ts'

/** A request as it came, its body untouched. */
export interface SlackDelivery {
  header: (name: string) => string | undefined
  body: Uint8Array
}

export interface SlackDeliveryReply {
  status: 200 | 400 | 401 | 503
  contentType: 'text/plain' | 'application/json'
  body: string
}

export interface HttpEventsParts {
  signingSecret: string
  /** Resolves when Slack may be told that we have it. */
  take: (body: unknown) => Promise<void>
  clock: Clock
  log: Log
}

const Handshake = z.object({ type: z.literal('url_verification'), challenge: z.string().max(1000) })

/** Events, commands and buttons as Slack posts them to /slack/events; what nobody signed is refused. */
export function receivingHttp({ signingSecret, take, clock, log }: HttpEventsParts) {
  return async ({ header, body }: SlackDelivery): Promise<SlackDeliveryReply> => {
    const text = Buffer.from(body).toString('utf8')
    const signature = header('x-slack-signature') ?? ''
    const sentAt = Number(header('x-slack-request-timestamp') ?? Number.NaN)
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': sentAt }
    const now = { nowMilliseconds: clock.now().getTime() }
    if (!Number.isFinite(sentAt) || !isValidSlackRequest({ signingSecret, body: text, headers, ...now }))
      return plain(401, 'The signature is missing, wrong or too old: check SLACK_SIGNING_SECRET and the clock.')
    const payload = payloadOf(text, header('content-type') ?? '')
    if (payload === undefined) return plain(400, 'The body is neither JSON nor a form of Slack.')
    const handshake = Handshake.safeParse(payload)
    if (handshake.success) {
      return {
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ challenge: handshake.data.challenge }),
      }
    }
    try {
      await take(payload)
      return plain(200, '')
    } catch (err) {
      log.warn({ err }, 'a delivery of Slack was not taken')
      return plain(503, 'Not possible right now; please send it again.')
    }
  }
}

function payloadOf(text: string, contentType: string): unknown {
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return jsonOf(text)
  const form = new URLSearchParams(text)
  const payload = form.get('payload')
  return payload === null ? Object.fromEntries(form) : jsonOf(payload)
}

function plain(status: SlackDeliveryReply['status'], body: string): SlackDeliveryReply {
  return { status, contentType: 'text/plain', body }
}
