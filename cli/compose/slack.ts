import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CallLog } from '#conversation/outlets/call-log.ts'
import { CallTickets } from '#knowledge/call-tickets.ts'
import { openPostgresLedger } from '#knowledge/postgres/postgres-ledger.ts'
import { SqliteLedger } from '#knowledge/sqlite/sqlite-ledger.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import { isLoopbackHost } from '#server/identity.ts'
import { receivingHttp } from '#slack-bot/http-events.ts'
import { SlackBot, type SlackBotParts } from '#slack-bot/slack-bot.ts'
import { Installations } from '#slack-bot/workspaces/installations.ts'
import { installing, installPath } from '#slack-bot/workspaces/installer.ts'
import { Workspaces } from '#slack-bot/workspaces/workspaces.ts'
import type { Nightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import type { OpenedSpeech } from './speech.ts'

export interface OpenedSlackBot extends AsyncDisposable, Pick<SlackBot, 'take' | 'alerted'> {
  /** Lets people whom Slack knows into the calls that they ask for. */
  tickets: CallTickets
  /** To be told of every turn that is taken by voice. */
  said: CallLog
  /** @param onReady Told which workspaces are answered. */
  run: (onReady: (workspaces: string) => void, signal: AbortSignal) => Promise<void>
  /** Takes what Slack posts; absent in Socket Mode, where we call Slack. */
  receive: ReturnType<typeof receivingHttp> | undefined
  /** "Add to Slack"; absent: it is installed by hand, in one workspace. */
  install: ReturnType<typeof installing> | undefined
}

/** With which the bot answers what nobody asked it, where no other is configured. */
const usualConfidence = 0.8

export interface SlackSurroundings {
  /** How recordings are heard, and answers read aloud. */
  speech: OpenedSpeech
  /** Where the page is, if it is in this process. */
  port?: number | undefined
}

/** @returns undefined: no tokens are set. @throws {ConfigError} When some are missing. */
export async function openSlackBot(
  { config, log, signal }: Invocation,
  nightdesk: Nightdesk,
  { speech, port }: SlackSurroundings,
): Promise<OpenedSlackBot | undefined> {
  const { env, settings } = config
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = env
  const oauth = oauthSettings(config)
  if (botToken === undefined && oauth === undefined) return undefined
  if (appToken === undefined && signingSecret === undefined)
    throw new ConfigError(
      '  SLACK_APP_TOKEN: must be set for Socket Mode, or SLACK_SIGNING_SECRET for events over HTTP',
    )
  const ledger = await openLedger({ config, log, signal })
  const shared = {
    appToken,
    apiUrl: env.SLACK_API_URL,
    ask: nightdesk.ask,
    search: nightdesk.search,
    documents: nightdesk.store.documents,
    passages: nightdesk.store.index,
    conversations: nightdesk.store.conversations,
    incidentMemory: nightdesk.incidents,
    freshnessOf: nightdesk.freshnessOf,
    speech,
    vocabulary: nightdesk.conversation.vocabulary,
    publicUrl: env.PUBLIC_URL ?? ownAddress(config, port),
    ledger,
    principals: settings.principals,
    guests: settings.slack.guests,
    groups: settings.slack.groups,
    channels: settings.slack.channels.map(({ channel, services, alertmanager, speak_unasked }) => ({
      channel,
      services,
      alertmanager,
      unaskedFrom: speak_unasked === true ? usualConfidence : speak_unasked === false ? undefined : speak_unasked,
    })),
    clock: systemClock,
    wait: (ms: number, stop: AbortSignal) => pause(ms, undefined, { signal: stop }),
    log,
  }
  const opened =
    oauth === undefined ? oneWorkspace({ ...shared, botToken: botToken ?? '' }) : manyWorkspaces(shared, oauth, config)
  const http = appToken === undefined && signingSecret !== undefined ? { signingSecret } : undefined
  return {
    ...opened,
    tickets: new CallTickets(ledger, systemClock),
    receive: http && receivingHttp({ ...http, take: opened.take, clock: systemClock, log }),
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]()
    },
  }
}

type OpenedBot = Pick<OpenedSlackBot, 'run' | 'take' | 'alerted' | 'said' | 'install'>

function oneWorkspace(parts: SlackBotParts): OpenedBot {
  const bot = new SlackBot(parts)
  return {
    run: (onReady, signal) => bot.run(({ team }) => onReady(`workspace ${team}`), signal),
    take: (body) => bot.take(body),
    alerted: (notification) => bot.alerted(notification),
    said: (conversationId, signal) => bot.said(conversationId, signal),
    install: undefined,
  }
}

/** By the workspaces that installed the app; undefined: it is installed by hand, in one. */
export async function installedTokens({
  config,
  log,
  signal,
}: Pick<Invocation, 'config' | 'log' | 'signal'>): Promise<ReadonlyMap<string, string> | undefined> {
  const { SLACK_CLIENT_ID, SLACK_STATE_SECRET: secret } = config.env
  if (SLACK_CLIENT_ID === undefined || secret === undefined) return undefined
  await using ledger = await openLedger({ config, log, signal })
  const kept = { ledger, secret, allowed: [], clock: systemClock, onInstalled: () => undefined }
  const installations = new Installations(kept)
  const tokens = new Map<string, string>()
  for (const team of await installations.teams(signal)) {
    const installed = await installations.of(team, signal)
    if (installed !== undefined) tokens.set(team, installed.token)
  }
  return tokens
}

interface OAuthSettings {
  clientId: string
  clientSecret: string
  stateSecret: string
  publicUrl: string
}

function manyWorkspaces(parts: Omit<SlackBotParts, 'botToken'>, oauth: OAuthSettings, { settings }: Config): OpenedBot {
  const { ledger, clock, apiUrl, log } = parts
  const installations = new Installations({
    ledger,
    secret: oauth.stateSecret,
    allowed: settings.slack.workspaces,
    clock,
    onInstalled: (team) => workspaces.renewed(team),
  })
  const workspaces = new Workspaces({ ...parts, installations })
  const url = new URL(installPath, oauth.publicUrl).href
  const ready = (teams: readonly string[]) =>
    teams.length === 0
      ? `no workspace yet: install it at ${url}`
      : `workspaces ${teams.join(', ')}; more install it at ${url}`
  return {
    run: (onReady, signal) => workspaces.run((teams) => onReady(ready(teams)), signal),
    take: (body) => workspaces.take(body),
    alerted: (notification) => workspaces.alerted(notification),
    said: (conversationId, signal) => workspaces.said(conversationId, signal),
    install: installing({ ...oauth, installations, apiUrl, log }),
  }
}

/** @throws {ConfigError} When something of it is missing, or everybody on earth could read the documents. */
function oauthSettings({ env, settings }: Config): OAuthSettings | undefined {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_STATE_SECRET: stateSecret } = env
  const publicUrl = env.PUBLIC_URL
  if (clientId === undefined) return undefined
  if (clientSecret === undefined || stateSecret === undefined || publicUrl === undefined) {
    const missing = { SLACK_CLIENT_SECRET: clientSecret, SLACK_STATE_SECRET: stateSecret, PUBLIC_URL: publicUrl }
    const names = Object.entries(missing).flatMap(([name, value]) => (value === undefined ? [name] : []))
    throw new ConfigError(names.map((name) => `  ${name}: must be set where SLACK_CLIENT_ID is`).join('\n'))
  }
  const { workspaces, groups } = settings.slack
  if (settings.principals.length + groups.length + workspaces.length === 0)
    throw new ConfigError(
      '  slack.workspaces: name those that may install the app, or configure `principals`; otherwise every workspace in the world could read what is for everybody',
    )
  return { clientId, clientSecret, stateSecret, publicUrl }
}

/** Without principals the page is for whoever sits at this machine, and so is the link to it. */
function ownAddress({ env, settings }: Config, port = env.PORT): string | undefined {
  return settings.principals.length === 0 && isLoopbackHost(env.HOST) ? `http://${env.HOST}:${port}` : undefined
}

/** For a process that takes calls, and has no part in Slack; undefined: nobody comes from there. */
export async function openCallTickets(
  invocation: Pick<Invocation, 'config' | 'log' | 'signal'>,
): Promise<(Pick<CallTickets, 'redeem'> & AsyncDisposable) | undefined> {
  const { SLACK_BOT_TOKEN, SLACK_CLIENT_ID } = invocation.config.env
  if (SLACK_BOT_TOKEN === undefined && SLACK_CLIENT_ID === undefined) return undefined
  const ledger = await openLedger(invocation)
  const tickets = new CallTickets(ledger, systemClock)
  return {
    redeem: (ticket, signal) => tickets.redeem(ticket, signal),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  }
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
