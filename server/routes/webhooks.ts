import { RequestProblem } from '../problems.ts'
import type { App } from '../route-frame.ts'

/** What is answered to a delivery; `detail` is for whoever looks at the sender's list of deliveries. */
export type WebhookReply =
  | { kind: 'accepted' | 'ignored'; detail: string }
  | {
      kind: 'refused'
      code: 'webhook_not_configured' | 'webhook_signature_invalid' | 'webhook_malformed' | 'webhook_replayed'
      detail: string
    }

/** Takes what a sender posts; it checks the signature itself, over the raw body. */
export type WebhookReceiver = (
  delivery: { header: (name: string) => string | undefined; body: Uint8Array },
  signal: AbortSignal,
) => Promise<WebhookReply>

/** @param receivers By the last part of their address. */
export function addWebhookRoutes(app: App, receivers: Readonly<Record<string, WebhookReceiver>>): void {
  for (const [name, receive] of Object.entries(receivers)) {
    app.post(`/webhooks/${name}`, async (c) => {
      const body = new Uint8Array(await c.req.arrayBuffer())
      const reply = await receive({ header: (header) => c.req.header(header), body }, c.get('signal'))
      if (reply.kind === 'refused') throw new RequestProblem(reply.code, reply.detail)
      return c.json({ status: reply.kind, detail: reply.detail }, reply.kind === 'accepted' ? 202 : 200)
    })
  }
}
