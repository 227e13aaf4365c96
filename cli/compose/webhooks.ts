import type { SyncQueue } from '#ingest/queue/sync-queue.ts'
import { githubWebhook } from '#ingest/webhooks/github-webhook.ts'
import { notionWebhook } from '#ingest/webhooks/notion-webhook.ts'
import { webhookReceiver } from '#ingest/webhooks/receiver.ts'
import { systemClock } from '#runtime/clock.ts'
import type { WebhookReceiver } from '#server/routes/webhooks.ts'
import type { Invocation } from '../invocation.ts'

/** Who may tell us of changes, by the last part of the address that they post to. */
export function webhooksOf({ config, log, output }: Invocation, queue: SyncQueue): Record<string, WebhookReceiver> {
  const { env, settings } = config
  const repositories = settings.sources.flatMap((source) =>
    source.type === 'github' ? [{ source: source.id, repo: source.repo, ref: source.ref }] : [],
  )
  const fromNotion = settings.sources.filter(({ type }) => type === 'notion').map(({ id }) => id)
  const parts = { queue, clock: systemClock, log }
  return {
    github: webhookReceiver({
      ...parts,
      sender: 'github',
      read: githubWebhook(env.GITHUB_WEBHOOK_SECRET, repositories),
    }),
    notion: webhookReceiver({
      ...parts,
      sender: 'notion',
      read: notionWebhook({
        secret: env.NOTION_WEBHOOK_SECRET,
        sources: fromNotion,
        onVerificationToken: (token) =>
          output.err.write(
            `Notion sent this verification token: ${token}\nPaste it into the subscription at Notion, set NOTION_WEBHOOK_SECRET to it, and start Nightdesk again.\n`,
          ),
      }),
    }),
  }
}
