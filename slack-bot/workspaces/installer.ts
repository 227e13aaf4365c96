import type { IncomingMessage, ServerResponse } from 'node:http'
import { HTTPReceiver } from '@slack/bolt'
import { OpsError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { scopes } from '../manifest.ts'
import { quietLogger } from '../slack-calls.ts'
import type { Installations } from './installations.ts'

export interface InstallerParts {
  clientId: string
  clientSecret: string
  /** Signs what Slack hands back, so that nobody else can begin an installation. */
  stateSecret: string
  /** As people reach us: https://your.host */
  publicUrl: string
  installations: Installations
  apiUrl: string | undefined
  log: Log
}

export const installPath = '/slack/install'
const redirectPath = '/slack/oauth_redirect'

/**
 * "Add to Slack" and the way back from it, by Bolt's installer, which checks that both are of one browser.
 * @returns whether the request was one of these two.
 */
export function installing(
  parts: InstallerParts,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { clientId, clientSecret, stateSecret, publicUrl, installations, apiUrl, log } = parts
  const redirectUri = new URL(redirectPath, publicUrl).href
  const names = Object.keys(scopes)
  const slackApi = apiUrl === undefined ? {} : { clientOptions: { slackApiUrl: apiUrl } }
  const authorize = apiUrl === undefined ? {} : { authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href }
  const { installer } = new HTTPReceiver({
    signingSecret: stateSecret,
    clientId,
    clientSecret,
    stateSecret,
    redirectUri,
    scopes: names,
    installationStore: installations,
    logger: quietLogger(log),
    installerOptions: {
      directInstall: true,
      installPath,
      redirectUriPath: redirectPath,
      ...slackApi,
      ...authorize,
    },
  })
  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (installer === undefined || request.method !== 'GET') return false
    if (path !== installPath && path !== redirectPath) return false
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('cache-control', 'no-store')
    if (path === installPath) {
      await installer.handleInstallPath(request, response, undefined, { scopes: names, redirectUri })
      return true
    }
    await installer.handleCallback(request, response, {
      success: (_, __, ___, reply) =>
        page(reply, 200, 'Nightdesk is installed. Invite it to a channel: /invite @Nightdesk.'),
      failure: (error, _, __, reply) => {
        log.warn({ err: error }, 'an installation in a workspace of Slack failed')
        page(reply, 403, whyNot(error))
      },
    })
    return true
  }
}

function whyNot(error: Error): string {
  if (error instanceof OpsError) return error.userMessage
  return `The installation did not work. Begin again at ${installPath}, in the same browser.`
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(text)
}
