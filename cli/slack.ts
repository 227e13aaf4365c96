import { failureFields, userMessageOf } from '#runtime/errors.ts'
import type { NightdeskServer } from '#server/server.ts'
import type { OpenedSlackBot } from './compose/slack.ts'
import type { Invocation } from './invocation.ts'

/** "Add to Slack", and the way back, which is Bolt's own and takes requests as Node gives them. */
export function addInstallRoutes({ http }: NightdeskServer, install: NonNullable<OpenedSlackBot['install']>): void {
  const others = http.listeners('request')
  http.removeAllListeners('request')
  http.on('request', (request, response) => {
    install(request, response).then(
      (isTaken) => {
        if (!isTaken) for (const listener of others) listener.call(http, request, response)
      },
      () => response.writeHead(500).end(),
    )
  })
}

/** Slack's deliveries come to POST /slack/events, beside everything else. */
export function addSlackRoute(server: NightdeskServer, receive: NonNullable<OpenedSlackBot['receive']>): void {
  server.app.post('/slack/events', async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    const reply = await receive({ body, header: (name) => c.req.header(name) })
    return c.body(reply.body, reply.status, { 'content-type': reply.contentType })
  })
}

/** Beside the rest of `start`: what goes wrong with Slack is said, and the rest goes on. */
export async function answeringInSlack(
  { log, output, signal }: Invocation,
  bot: Pick<OpenedSlackBot, 'run'>,
): Promise<void> {
  try {
    await bot.run((workspaces) => output.err.write(`Answering in Slack, ${workspaces}.\n`), signal)
  } catch (error) {
    if (signal.aborted) return
    log.error(failureFields(error), 'nobody is answered in Slack')
    output.err.write(`Nobody is answered in Slack: ${userMessageOf(error)}\n`)
  }
}
