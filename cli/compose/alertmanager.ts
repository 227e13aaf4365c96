import { createHash, timingSafeEqual } from 'node:crypto'
import { isLoopbackAddress, isLoopbackHost } from '#server/identity.ts'
import type { WebhookReceiver, WebhookReply } from '#server/routes/webhooks.ts'
import { readNotification } from '#slack-bot/alerts/alertmanager.ts'
import type { Invocation } from '../invocation.ts'
import type { OpenedSlackBot } from './slack.ts'

/** Takes what Alertmanager's webhook_configs post, for the channels of Slack that are configured to hear of it. */
export function alertmanagerWebhook(
  { config, log }: Pick<Invocation, 'config' | 'log'>,
  bot: Pick<OpenedSlackBot, 'alerted'> | undefined,
): WebhookReceiver {
  const { HOST: host, ALERTMANAGER_WEBHOOK_TOKEN: token } = config.env
  const isLocal = isLoopbackHost(host) || isLoopbackAddress(host)
  const isWanted = config.settings.slack.channels.some(({ alertmanager }) => alertmanager !== false)
  return async ({ header, body }) => {
    if (bot === undefined || !isWanted) {
      const remedy = bot === undefined ? 'Set up Slack (docs/slack.md)' : 'Set `alertmanager: true` for a channel'
      return refused(
        'webhook_not_configured',
        `No channel of Slack hears of alerts. ${remedy} under \`slack.channels\`.`,
      )
    }
    const isThrough = header('forwarded') !== undefined || header('x-forwarded-for') !== undefined
    if (token === undefined && (!isLocal || isThrough))
      return refused(
        'webhook_not_configured',
        'Set ALERTMANAGER_WEBHOOK_TOKEN, and the same under `authorization: {credentials: …}` of the http_config.',
      )
    if (token !== undefined && !isSame(sentIn(header('authorization')), token)) {
      log.warn({ sender: 'alertmanager', bytes: body.length }, 'refused a webhook')
      return refused('webhook_signature_invalid', 'The Authorization header is not that of ALERTMANAGER_WEBHOOK_TOKEN.')
    }
    const notification = readNotification(jsonOf(body))
    if (notification === undefined)
      return refused('webhook_malformed', 'This is not what a webhook_config of Alertmanager sends (version 4).')
    const channels = await bot.alerted(notification)
    if (channels === 0) return { kind: 'ignored', detail: 'No channel is configured for these labels.' }
    return { kind: 'accepted', detail: `Told in ${channels} ${channels === 1 ? 'channel' : 'channels'}.` }
  }
}

function refused(code: Extract<WebhookReply, { kind: 'refused' }>['code'], detail: string): WebhookReply {
  return { kind: 'refused', code, detail }
}

/** As a bearer token, or as the password of whatever user. */
function sentIn(authorization = ''): string {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization.trim()) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  return scheme.toLowerCase() === 'basic'
    ? Buffer.from(value, 'base64')
        .toString()
        .replace(/^[^:]*:/, '')
    : ''
}

/** Takes the same time whatever was sent. */
function isSame(sent: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(sent), digest(wanted))
}

function jsonOf(body: Uint8Array): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return parsed
  } catch {
    return undefined
  }
}
