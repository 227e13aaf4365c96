import { createHmac } from 'node:crypto'
import { signWebhookPayload } from '@notionhq/client'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { githubWebhook, type WatchedRepository } from './github-webhook.ts'
import { notionWebhook } from './notion-webhook.ts'
import { webhookReceiver } from './receiver.ts'
import type { Delivery, Reading } from './webhook.ts'

const ongoing = new AbortController().signal
const secret = 'it is a secret to everybody'
const watched: readonly WatchedRepository[] = [
  { source: 'runbooks', repo: 'acme/Runbooks' },
  { source: 'release', repo: 'acme/runbooks', ref: 'release' },
  { source: 'other', repo: 'acme/other' },
]
const repository = { full_name: 'Acme/runbooks', default_branch: 'main' }

function delivery(body: string, headers: Record<string, string | undefined>): Delivery {
  return { header: (name) => headers[name], body: Buffer.from(body) }
}

function fromGithub(event: string, payload: unknown, signedWith = secret): Delivery {
  const body = JSON.stringify(payload)
  const signature = `sha256=${createHmac('sha256', signedWith).update(body).digest('hex')}`
  return delivery(body, { 'x-github-event': event, 'x-hub-signature-256': signature })
}

async function fromNotion(payload: unknown, verificationToken = secret): Promise<Delivery> {
  const body = JSON.stringify(payload)
  return delivery(body, { 'x-notion-signature': await signWebhookPayload({ body, verificationToken }) })
}

function sourcesOf(reading: Reading): string[] {
  return reading.kind === 'changed' ? reading.requests.map(({ source }) => source) : []
}

describe('deliveries of GitHub', () => {
  const read = githubWebhook(secret, watched)

  it('accepts the signature of GitHub’s own example', () => {
    // docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const hello = { 'x-github-event': 'ping', 'x-hub-signature-256': signature }
    const reading = githubWebhook("It's a Secret to Everybody", [])(delivery('Hello, World!', hello))
    expect(reading).toMatchObject({ kind: 'refused', code: 'webhook_malformed' })
  })

  it.each([
    ['another secret', fromGithub('push', { ref: 'refs/heads/main', repository }, 'guessed')],
    ['no signature', delivery('{}', { 'x-github-event': 'push' })],
    ['a signature that is none', delivery('{}', { 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=zz' })],
    ['SHA-1', delivery('{}', { 'x-github-event': 'push', 'x-hub-signature-256': 'sha1=da39a3ee' })],
  ])('are refused with %s', (_what, forged) => {
    expect(read(forged)).toMatchObject({ kind: 'refused', code: 'webhook_signature_invalid' })
  })

  it('are refused where no secret is configured', () => {
    const reading = githubWebhook(undefined, watched)(fromGithub('push', { ref: 'refs/heads/main', repository }))
    expect(reading).toMatchObject({ kind: 'refused', code: 'webhook_not_configured' })
  })

  it('about a push ask for the sources of that repository and branch', () => {
    expect(sourcesOf(read(fromGithub('push', { ref: 'refs/heads/main', repository })))).toEqual(['runbooks'])
    expect(sourcesOf(read(fromGithub('push', { ref: 'refs/heads/release', repository })))).toEqual(['release'])
    expect(read(fromGithub('push', { ref: 'refs/heads/wip', repository }))).toMatchObject({ kind: 'ignored' })
  })

  it('may be forms', () => {
    const body = new URLSearchParams({ payload: JSON.stringify({ ref: 'refs/heads/main', repository }) }).toString()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-github-event': 'push',
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    }
    expect(sourcesOf(read(delivery(body, headers)))).toEqual(['runbooks'])
  })

  it.each(['issues', 'pull_request', 'issue_comment'])('about %s ask for all sources of the repository', (event) => {
    expect(sourcesOf(read(fromGithub(event, { action: 'labeled', repository })))).toEqual(['runbooks', 'release'])
  })

  it('find a repository by the name that it had', () => {
    const renamed = {
      action: 'renamed',
      repository: { full_name: 'acme/docs' },
      changes: { repository: { name: { from: 'runbooks' } } },
    }
    expect(sourcesOf(read(fromGithub('repository', renamed)))).toEqual(['runbooks', 'release'])
    const transferred = {
      action: 'transferred',
      repository: { full_name: 'initech/other' },
      changes: { owner: { from: { user: { login: 'acme' } } } },
    }
    expect(sourcesOf(read(fromGithub('repository', transferred)))).toEqual(['other'])
    expect(sourcesOf(read(fromGithub('repository', { action: 'deleted', repository })))).toHaveLength(2)
  })

  it('about what is not synced change nothing', () => {
    expect(read(fromGithub('star', { repository }))).toMatchObject({ kind: 'ignored' })
    expect(read(fromGithub('ping', { zen: 'Keep it logically awesome.' }))).toMatchObject({ kind: 'ignored' })
    const elsewhere = { ref: 'refs/heads/main', repository: { full_name: 'acme/site', default_branch: 'main' } }
    expect(read(fromGithub('push', elsewhere))).toMatchObject({ kind: 'ignored' })
  })

  it('that are signed and make no sense are refused', () => {
    expect(read(fromGithub('push', { repository: 5 }))).toMatchObject({ kind: 'refused', code: 'webhook_malformed' })
  })
})

describe('deliveries of Notion', () => {
  const tokens: string[] = []
  const parts = { sources: ['wiki'], onVerificationToken: (token: string) => tokens.push(token) }
  const read = notionWebhook({ secret, ...parts })
  const page = { id: 'e1', type: 'page.content_updated', entity: { id: 'page-1', type: 'page' } }

  it('name the page to look at', async () => {
    expect(read(await fromNotion(page))).toMatchObject({
      kind: 'changed',
      requests: [{ source: 'wiki', entries: ['page-1'] }],
    })
    const comment = {
      id: 'e2',
      type: 'comment.created',
      entity: { id: 'c', type: 'comment' },
      data: { page_id: 'page-2' },
    }
    expect(read(await fromNotion(comment))).toMatchObject({ requests: [{ entries: ['page-2'] }] })
    const rows = { id: 'e3', type: 'data_source.schema_updated', entity: { id: 'd', type: 'data_source' } }
    expect(read(await fromNotion(rows))).toMatchObject({ requests: [{ entries: 'all' }] })
  })

  it('has all looked at when a page takes what is below it along', async () => {
    for (const type of ['page.deleted', 'page.undeleted', 'page.moved']) {
      expect(read(await fromNotion({ ...page, type }))).toMatchObject({
        requests: [
          { source: 'wiki', entries: ['page-1'] },
          { source: 'wiki', entries: 'all' },
        ],
      })
    }
  })

  it('are refused with a wrong signature, and when they make no sense', async () => {
    expect(read(await fromNotion(page, 'guessed'))).toMatchObject({ code: 'webhook_signature_invalid' })
    expect(read(delivery(JSON.stringify(page), {}))).toMatchObject({ code: 'webhook_signature_invalid' })
    expect(read(await fromNotion({ hello: 'world' }))).toMatchObject({ code: 'webhook_malformed' })
  })

  it('begin with a token for people to confirm, which is told and never obeyed once a secret is set', async () => {
    const handshake = { verification_token: 'secret_abc' }
    const unset = notionWebhook({ secret: undefined, ...parts })
    expect(unset(delivery(JSON.stringify(handshake), {}))).toMatchObject({ kind: 'ignored' })
    expect(tokens).toEqual(['secret_abc'])
    const obeyed = { verification_token: `secret${String.fromCodePoint(27)}[2J` }
    expect(unset(delivery(JSON.stringify(obeyed), {}))).toMatchObject({ kind: 'refused' })
    expect(unset(await fromNotion(page))).toMatchObject({ code: 'webhook_not_configured' })
    expect(read(delivery(JSON.stringify(handshake), {}))).toMatchObject({ code: 'webhook_signature_invalid' })
    expect(tokens).toHaveLength(1)
  })
})

describe('a receiver', () => {
  const push = fromGithub('push', { ref: 'refs/heads/main', repository })

  function receiving() {
    const requested: [string, readonly string[] | 'all'][] = []
    const clock = fixedClock('2026-03-01T00:00:00Z')
    const queue = {
      fails: false,
      async request(source: string, entries: readonly string[] | 'all') {
        if (queue.fails) throw new Error('the disk is full')
        requested.push([source, entries])
      },
    }
    const receive = webhookReceiver({
      sender: 'github',
      read: githubWebhook(secret, watched),
      queue,
      clock,
      log: silentLog,
    })
    return { requested, clock, queue, receive }
  }

  it('notes what to look at, once: the same bytes again are refused, whatever their headers say', async () => {
    const { receive, requested } = receiving()
    expect(await receive(push, ongoing)).toEqual({ kind: 'accepted', detail: 'Looking at runbooks.' })
    const replay = { ...push, header: (name: string) => (name === 'x-github-delivery' ? 'new' : push.header(name)) }
    expect(await receive(replay, ongoing)).toMatchObject({ kind: 'refused', code: 'webhook_replayed' })
    expect(requested).toEqual([['runbooks', 'all']])
  })

  it('takes a delivery again that could not be noted the first time', async () => {
    const { receive, requested, queue } = receiving()
    queue.fails = true
    await expect(receive(push, ongoing)).rejects.toThrow('the disk is full')
    queue.fails = false
    expect(await receive(push, ongoing)).toMatchObject({ kind: 'accepted' })
    expect(requested).toHaveLength(1)
  })

  it('forgets after two days', async () => {
    const { receive, clock } = receiving()
    await receive(push, ongoing)
    clock.advance(49 * 3_600_000)
    expect(await receive(push, ongoing)).toMatchObject({ kind: 'accepted' })
  })
})
