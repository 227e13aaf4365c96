import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openPostgresLedger } from '#knowledge/postgres/postgres-ledger.ts'
import { SqliteLedger } from '#knowledge/sqlite/sqlite-ledger.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import { isLoopbackHost } from '#server/identity.ts'
import { receivingHttp } from '#slack-bot/http-events.ts'
import { SlackBot } from '#slack-bot/slack-bot.ts'
import type { Nightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { openSpeech } from './speech.ts'

export interface OpenedSlackBot extends AsyncDisposable {
  bot: SlackBot
  /** Takes what Slack posts; absent in Socket Mode, where we call Slack. */
  receive: ReturnType<typeof receivingHttp> | undefined
}

/** With which the bot answers what nobody asked it, where no other is configured. */
const usualConfidence = 0.8

/** @returns undefined: no tokens are set. @throws {ConfigError} When some are missing. */
export async function openSlackBot(
  { config, log, signal }: Invocation,
  nightdesk: Nightdesk,
): Promise<OpenedSlackBot | undefined> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = config.env
  if (botToken === undefined) return undefined
  if (appToken === undefined && signingSecret === undefined)
    throw new ConfigError(
      '  SLACK_APP_TOKEN: must be set for Socket Mode, or SLACK_SIGNING_SECRET for events over HTTP',
    )
  const speech = await openSpeech(config, nightdesk.providers)
  const ledger = await openLedger({ config, log, signal })
  const bot = new SlackBot({
    botToken,
    appToken,
    apiUrl: config.env.SLACK_API_URL,
    ask: nightdesk.ask,
    search: nightdesk.search,
    documents: nightdesk.store.documents,
    passages: nightdesk.store.index,
    conversations: nightdesk.store.conversations,
    freshnessOf: nightdesk.freshnessOf,
    speech,
    publicUrl: config.env.PUBLIC_URL ?? ownAddress(config),
    ledger,
    principals: config.settings.principals,
    guests: config.settings.slack.guests,
    groups: config.settings.slack.groups,
    channels: config.settings.slack.channels.map(({ channel, services, alertmanager, speak_unasked }) => ({
      channel,
      services,
      alertmanager,
      unaskedFrom: speak_unasked === true ? usualConfidence : speak_unasked === false ? undefined : speak_unasked,
    })),
    clock: systemClock,
    wait: (ms, stop) => pause(ms, undefined, { signal: stop }),
    log,
  })
  const http = appToken === undefined && signingSecret !== undefined ? { signingSecret } : undefined
  return {
    bot,
    receive: http && receivingHttp({ ...http, take: (body) => bot.take(body), clock: systemClock, log }),
    async [Symbol.asyncDispose]() {
      await speech[Symbol.asyncDispose]()
      await ledger[Symbol.asyncDispose]()
    },
  }
}

/** Without principals the page is for whoever sits at this machine, and so is the link to it. */
function ownAddress({ env, settings }: Config): string | undefined {
  return settings.principals.length === 0 && isLoopbackHost(env.HOST) ? `http://${env.HOST}:${env.PORT}` : undefined
}

/** Shared by all who might hear of the same event: on the database where there is one, else on this machine. */
async function openLedger({
  config,
  log,
  signal,
}: Pick<Invocation, 'log' | 'signal'> & { config: Config }): Promise<WorkLedger> {
  const url = config.env.DATABASE_URL
  if (url === undefined) return new SqliteLedger(join(config.dataDir, 'work.db'))
  return await openPostgresLedger({ url, log }, signal)
}
