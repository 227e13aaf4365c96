import { setTimeout as pause } from 'node:timers/promises'
import { everyWay } from '#conversation/outlets/every-way.ts'
import type { LiveCalls } from '#conversation/outlets/live-calls.ts'
import type { Pager } from '#conversation/outlets/pager.ts'
import { TwilioTransfer } from '#conversation/outlets/twilio/twilio-transfer.ts'
import { WebhookPager } from '#conversation/outlets/webhook/webhook-pager.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'

/** How owners are called: over the telephone who is on it, else in Slack and by the webhook; undefined: in no way. */
export function openPager(config: Config, { calls, log }: { calls: LiveCalls; log: Log }): Pager | undefined {
  const { env, settings } = config
  const { owners, page_webhook: webhookUrl } = settings.conversations
  const phones = new Map<string, string>()
  const slackIds = new Map<string, string>()
  for (const [owner, { phone, slack }] of Object.entries(owners)) {
    if (phone !== undefined) phones.set(owner, phone)
    if (slack !== undefined) slackIds.set(owner, slack)
  }
  const ways: Pager[] = []
  if (webhookUrl !== undefined) ways.push(new WebhookPager({ url: webhookUrl }))
  const inSlack = slackPager(config, slackIds, log)
  if (inSlack !== undefined) ways.push(inSlack)
  const otherwise = ways.length > 1 ? everyWay(ways) : ways[0]
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_API_URL: apiUrl, PUBLIC_URL } = env
  if (authToken === undefined || phones.size === 0) return otherwise
  const returnUrl = PUBLIC_URL === undefined ? undefined : new URL('/twilio/voice', PUBLIC_URL).href
  return new TwilioTransfer({ authToken, apiUrl, calls, phones, returnUrl, otherwise, log })
}

/** Slack's library is loaded by the first page. */
function slackPager({ env }: Config, slackIds: ReadonlyMap<string, string>, log: Log): Pager | undefined {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = env
  if (token === undefined || slackIds.size === 0) return undefined
  let opening: Promise<Pager> | undefined
  const open = async (): Promise<Pager> => {
    const { SlackPager } = await import('#slack-bot/slack-pager.ts')
    const wait = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal })
    return new SlackPager({ token, apiUrl, slackIds, clock: systemClock, wait, log })
  }
  return {
    wayTo: () => 'paged',
    page: async (call, signal) => {
      opening ??= open()
      return await (await opening).page(call, signal)
    },
  }
}
