import { expect, it } from 'vitest'
import { startServer } from '../server.fake.ts'
import type { WebhookReceiver } from './webhooks.ts'

const echo: WebhookReceiver = async ({ header, body }) => {
  const detail = `${header('x-signature')} over ${body.length} bytes`
  if (header('x-signature') === 'ours') return { kind: 'accepted', detail }
  return { kind: 'refused', code: 'webhook_signature_invalid', detail }
}

it('hands the raw body on to the receiver, from anywhere and without a token, and says what became of it', async () => {
  await using nightdesk = await startServer({ webhooks: { github: echo } })
  const signed = { 'x-signature': 'ours', 'x-forwarded-for': '192.0.2.7' }
  const accepted = await nightdesk.post('/webhooks/github', '{ "odd":  "spacing" }', signed)
  expect(accepted.status).toBe(202)
  expect(await accepted.json()).toEqual({ status: 'accepted', detail: 'ours over 21 bytes' })
  const refused = await nightdesk.post('/webhooks/github', '{}', { 'x-signature': 'theirs' })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(await refused.json()).toMatchObject({ code: 'webhook_signature_invalid', detail: 'theirs over 2 bytes' })
})

it('takes larger bodies than elsewhere, though not any', async () => {
  await using nightdesk = await startServer({ webhooks: { github: echo } })
  const large = await nightdesk.post('/webhooks/github', 'x'.repeat(2 * 1024 * 1024), { 'x-signature': 'ours' })
  expect(large.status).toBe(202)
  const huge = await nightdesk.post('/webhooks/github', 'x'.repeat(26 * 1024 * 1024), { 'x-signature': 'ours' })
  expect(huge.status).toBe(413)
  expect(await huge.json()).toMatchObject({ code: 'body_too_large' })
})

it('has no address for senders that nobody set up', async () => {
  await using nightdesk = await startServer()
  expect((await nightdesk.post('/webhooks/github', '{}')).status).toBe(404)
})
