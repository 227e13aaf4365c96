import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { ConfigError, OpsError, reasonOf } from '#runtime/errors.ts'
import { problemOf, RequestProblem } from '#server/problems.ts'
import type { WebhookReceiver } from '#server/routes/webhooks.ts'
import { manifest, manifestYaml } from '#slack-bot/manifest.ts'
import { alertmanagerWebhook } from '../compose/alertmanager.ts'
import { type OpenedSlackBot, openSlackBot } from '../compose/slack.ts'
import { openSpeech } from '../compose/speech.ts'
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
  await using speech = await openSpeech(config, nightdesk.providers)
  await using opened = await openSlackBot(invocation, nightdesk, { speech })
  if (opened === undefined) return
  const { receive, install } = opened
  const hearsOfAlerts = config.settings.slack.channels.some(({ alertmanager }) => alertmanager !== false)
  const alerts = hearsOfAlerts ? alertmanagerWebhook(invocation, opened) : undefined
  const http =
    receive === undefined && install === undefined && alerts === undefined
      ? undefined
      : await listen({ receive, install, alerts }, config.env.HOST, options.port ?? config.env.PORT, signal)
  const onReady = (workspaces: string) => {
    if (output.json) writeJson(output, { workspaces, url: http?.url })
    else
      writeLine(
        output,
        http === undefined
          ? `Answering in Slack, ${workspaces}.`
          : `Answering in Slack, ${workspaces}; listening at ${http.url}.`,
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
const eventsPath = '/slack/events'
const alertsPath = '/webhooks/alertmanager'

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

type Taken = Pick<OpenedSlackBot, 'receive' | 'install'> & { alerts: WebhookReceiver | undefined }

/** @throws {SlackListenError} When the address is taken or not ours. */
async function listen(
  { receive, install, alerts }: Taken,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const answer = (status: number, type = 'text/plain', body = '') =>
      response.writeHead(status, { 'content-type': type }).end(body)
    const path = request.url?.split('?')[0]
    const header = (name: string) => request.headersDistinct[name]?.[0]
    if (path?.startsWith('/slack/') === true && request.method === 'GET' && install !== undefined) {
      install(request, response).then(
        (isTaken) => (isTaken ? undefined : answer(404)),
        () => answer(500),
      )
      return undefined
    }
    const isEvent = path === eventsPath && receive !== undefined
    const isAlert = path === alertsPath && alerts !== undefined
    if (!isEvent && !isAlert) return answer(path === '/healthz' ? 200 : 404)
    if (request.method !== 'POST') return answer(405)
    bodyOf(request)
      .then(async (body) => {
        if (body === undefined) return response.writeHead(413, { connection: 'close' }).end()
        if (isAlert) return answer(...(await tellOfAlert(alerts, { body, header }, signal)))
        const reply = await receive?.({ body, header })
        return answer(reply?.status ?? 404, reply?.contentType, reply?.body)
      })
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
  return { server, url: `http://${host}:${taken}${receive === undefined ? '' : eventsPath}` }
}

/** @returns undefined: it is larger than anything that Slack or Alertmanager send. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = []
  let bytes = 0
  // The rest is not read, and the connection stays for the answer.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const more = Buffer.from(piece)
    bytes += more.length
    if (bytes > longestBody) return undefined
    pieces.push(more)
  }
  return Buffer.concat(pieces)
}

async function tellOfAlert(
  alerts: WebhookReceiver,
  delivery: Parameters<WebhookReceiver>[0],
  signal: AbortSignal,
): Promise<[status: number, type: string, body: string]> {
  try {
    const reply = await alerts(delivery, signal)
    if (reply.kind === 'refused') throw new RequestProblem(reply.code, reply.detail)
    const body = JSON.stringify({ status: reply.kind, detail: reply.detail })
    return [reply.kind === 'accepted' ? 202 : 200, 'application/json', body]
  } catch (error) {
    const problem = problemOf(error)
    return [problem.status, 'application/problem+json', JSON.stringify(problem)]
  }
}
