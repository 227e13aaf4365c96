import { failureFields, userMessageOf } from '#runtime/errors.ts'
import type { NightdeskServer } from '#server/server.ts'
import type { SlackBot } from '#slack-bot/slack-bot.ts'
import type { OpenedSlackBot } from './compose/slack.ts'
import type { Invocation } from './invocation.ts'

/** Slack's deliveries come to POST /slack/events, beside everything else. */
export function addSlackRoute(server: NightdeskServer, receive: NonNullable<OpenedSlackBot['receive']>): void {
  server.app.post('/slack/events', async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    const reply = await receive({ body, header: (name) => c.req.header(name) })
    return c.body(reply.body, reply.status, { 'content-type': reply.contentType })
  })
}

/** Beside the rest of `start`: what goes wrong with Slack is said, and the rest goes on. */
export async function answeringInSlack({ log, output, signal }: Invocation, bot: SlackBot): Promise<void> {
  try {
    await bot.run(({ team }) => output.err.write(`Answering in Slack, workspace ${team}.\n`), signal)
  } catch (error) {
    if (signal.aborted) return
    log.error(failureFields(error), 'nobody is answered in Slack')
    output.err.write(`Nobody is answered in Slack: ${userMessageOf(error)}\n`)
  }
}
