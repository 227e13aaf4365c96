import { z } from 'zod'
import { reasonOf } from '#runtime/errors.ts'
import { SlackRefusedError } from './errors.ts'
import { scopes } from './manifest.ts'

export interface SlackSettings {
  botToken?: string | undefined
  appToken?: string | undefined
  signingSecret?: string | undefined
  apiUrl?: string | undefined
  /** Several workspaces install it: their tokens, by their names. */
  installed?: ReadonlyMap<string, string> | undefined
}

export interface SlackFinding {
  state: 'ok' | 'off' | 'fault'
  message: string
  remedy?: string
}

const Told = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  team: z.string().optional(),
  user: z.string().optional(),
})
const reinstall =
  'Compare the app with `nightdesk slack-bot manifest` (api.slack.com/apps, "App Manifest"), and install it again.'

/** Whether the tokens work and may do all that the bot does. */
export async function checkSlack(settings: SlackSettings, signal: AbortSignal): Promise<SlackFinding[]> {
  const { botToken, appToken, signingSecret, installed } = settings
  if (installed === undefined && botToken === undefined && appToken === undefined && signingSecret === undefined)
    return [{ state: 'off', message: 'no tokens: nobody is answered in Slack' }]
  const findings: SlackFinding[] = []
  if (installed !== undefined) {
    if (installed.size === 0)
      findings.push({ state: 'ok', message: 'no workspace has installed it yet: open /slack/install of PUBLIC_URL' })
    for (const token of installed.values()) findings.push(...(await checkBot(token, settings.apiUrl, signal)))
  } else if (botToken === undefined)
    findings.push({
      state: 'fault',
      message: 'SLACK_BOT_TOKEN is not set',
      remedy: 'Copy it from "Install App" of the app at api.slack.com/apps.',
    })
  else findings.push(...(await checkBot(botToken, settings.apiUrl, signal)))
  if (appToken === undefined && signingSecret === undefined)
    findings.push({
      state: 'fault',
      message: 'neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so that nothing is heard from Slack',
      remedy: 'Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for events at /slack/events.',
    })
  else if (appToken !== undefined) findings.push(await checkApp(appToken, settings.apiUrl, signal))
  return findings
}

async function checkBot(token: string, apiUrl: string | undefined, signal: AbortSignal): Promise<SlackFinding[]> {
  try {
    const { told, granted } = await ask('auth.test', token, apiUrl, signal)
    if (!told.ok) return [refused('auth.test', told.error)]
    const findings: SlackFinding[] = [
      { state: 'ok', message: `${told.user ?? 'the bot'} in ${told.team ?? 'a workspace'}` },
    ]
    const missing = granted === undefined ? [] : Object.keys(scopes).filter((scope) => !granted.includes(scope))
    for (const scope of missing)
      findings.push({
        state: 'fault',
        message: `the scope ${scope} is missing (${scopes[scope] ?? ''})`,
        remedy: reinstall,
      })
    return findings
  } catch (error) {
    signal.throwIfAborted()
    return [unreachable(error)]
  }
}

async function checkApp(token: string, apiUrl: string | undefined, signal: AbortSignal): Promise<SlackFinding> {
  try {
    const { told } = await ask('apps.connections.open', token, apiUrl, signal)
    if (told.ok) return { state: 'ok', message: 'Socket Mode can be opened' }
    if (told.error === 'missing_scope')
      return {
        state: 'fault',
        message: 'SLACK_APP_TOKEN lacks connections:write',
        remedy: 'Make another under "Basic Information", "App-Level Tokens".',
      }
    return refused('apps.connections.open', told.error)
  } catch (error) {
    signal.throwIfAborted()
    return unreachable(error)
  }
}

async function ask(method: string, token: string, apiUrl = 'https://slack.com/api/', signal: AbortSignal) {
  const url = `${apiUrl.replace(/\/*$/, '/')}${method}`
  const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal })
  const granted = response.headers.get('x-oauth-scopes') ?? undefined
  return { told: Told.parse(await response.json()), granted: granted?.split(',').map((scope) => scope.trim()) }
}

function refused(method: string, error = 'unknown'): SlackFinding {
  return {
    state: 'fault',
    message: `Slack answers ${error} to ${method}`,
    remedy: new SlackRefusedError(method, error).userMessage,
  }
}

function unreachable(error: unknown): SlackFinding {
  return {
    state: 'fault',
    message: `Slack can not be reached: ${reasonOf(error)}`,
    remedy: 'Check SLACK_API_URL and the network.',
  }
}
