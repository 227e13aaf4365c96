import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { ConfigError, OpsError, reasonOf } from '#runtime/errors.ts'
import { manifest, manifestYaml } from '#slack-bot/manifest.ts'
import { type OpenedSlackBot, openSlackBot } from '../compose/slack.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

export interface SlackBotOptions {
  port?: number
}

/** The bot alone, until it is asked to stop: as many as wanted on one DATABASE_URL, or on one data directory. */
export async function slackBotCommand(invocation: Invocation, options: SlackBotOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  if (config.env.SLACK_BOT_TOKEN === undefined && config.env.SLACK_CLIENT_ID === undefined)
    throw new ConfigError(
      '  SLACK_BOT_TOKEN: is not set. `nightdesk slack-bot manifest` prints the app to make, docs/slack.md says how',
    )
  await using nightdesk = await openNightdesk(invocation)
  await using opened = await openSlackBot(invocation, nightdesk)
  if (opened === undefined) return
  const http =
    opened.receive === undefined && opened.install === undefined
      ? undefined
      : await listen(opened, config.env.HOST, options.port ?? config.env.PORT)
  const onReady = (workspaces: string) => {
    if (output.json) writeJson(output, { workspaces, url: http?.url })
    else
      writeLine(
        output,
        http === undefined
          ? `Answering in Slack, ${workspaces}.`
          : `Answering in Slack, ${workspaces}; its events are awaited at ${http.url}.`,
      )
  }
  try {
    await opened.run(onReady, signal)
  } finally {
    http?.server.close()
    http?.server.closeAllConnections()
  }
  log.info({}, 'stopped')
}

export interface SlackManifestOptions {
  http?: string
  workspaces?: string
}

export async function slackManifestCommand(
  { output }: Invocation,
  { http, workspaces }: SlackManifestOptions,
): Promise<void> {
  const options = { requestUrl: http, publicUrl: workspaces }
  if (output.json) writeJson(output, manifest(options))
  else output.out.write(manifestYaml(options))
}

const longestBody = 1024 * 1024
const path = '/slack/events'

class SlackListenError extends OpsError {
  override readonly name = 'SlackListenError'
  readonly code = 'slack_listen_failed'
  readonly retryable = false
  readonly userMessage: string
  constructor(where: string, cause: unknown) {
    super(`Listening on ${where} failed: ${reasonOf(cause)}`, { cause })
    this.userMessage = `Nothing can be received at ${where}: ${reasonOf(cause)}. Choose another HOST or --port.`
  }
}

/** @throws {SlackListenError} When the address is taken or not ours. */
async function listen(
  { receive, install }: Pick<OpenedSlackBot, 'receive' | 'install'>,
  host: string,
  port: number,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const answer = (status: number, type = 'text/plain', body = '') =>
      response.writeHead(status, { 'content-type': type }).end(body)
    if (request.url?.startsWith('/slack/') === true && request.method === 'GET' && install !== undefined) {
      install(request, response).then(
        (isTaken) => (isTaken ? undefined : answer(404)),
        () => answer(500),
      )
      return undefined
    }
    if (receive === undefined || request.url?.split('?')[0] !== path)
      return answer(request.url === '/healthz' ? 200 : 404)
    if (request.method !== 'POST') return answer(405)
    if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > longestBody) return answer(413)
    buffer(request)
      .then((body) => receive({ body, header: (name) => request.headersDistinct[name]?.[0] }))
      .then(({ status, contentType, body }) => answer(status, contentType, body))
      .catch(() => answer(400))
    return undefined
  })
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw new SlackListenError(`${host}:${port}`, error)
  }
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return { server, url: `http://${host}:${taken}${path}` }
}
