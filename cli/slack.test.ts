import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { wordsIn } from '#slack-bot/block-kit.fake.ts'
import { scopes } from '#slack-bot/manifest.ts'
import { FakeSlack } from '#slack-bot/slack.fake.ts'
import { launchNightdesk, nightdesk, type RunningNightdesk } from './nightdesk-process.fake.ts'

let folder = ''
let loaded: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-slack-'))
  loaded = ['--data-dir', join(folder, 'loaded')]
  const { code, err } = await nightdesk(['ingest', ...loaded])
  if (code !== 0) throw new Error(err)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function settingsOf(slack: FakeSlack): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.url,
    EMBEDDING_MODEL: 'none',
  }
}

async function until(holds: () => boolean, running?: RunningNightdesk): Promise<void> {
  const ended = running?.ended.then((left) => Promise.reject(new Error(left.err)))
  ended?.catch(() => undefined)
  while (!holds()) await Promise.race([pause(50), ended ?? pause(50)])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  server.close()
  return port
}

describe('nightdesk slack-bot', () => {
  it('answers from what is loaded, goes on after it was killed, and ends when it is asked to', async () => {
    await using slack = await new FakeSlack({ ackWithinMs: 1000, redeliveries: 20 }).listen()
    slack.workspace.person('U1')
    slack.workspace.channel('C1', ['U1'])
    // The command itself, not its launcher, which could not hand SIGKILL on.
    const main = join(import.meta.dirname, 'main.ts')
    const first = spawn(process.execPath, [main, 'slack-bot', ...loaded], {
      env: { PATH: process.env.PATH, ...settingsOf(slack) },
      stdio: 'ignore',
    })
    await until(() => slack.connections === 1)
    await slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> How do I fail over the ledger database?' })
    first.kill('SIGKILL')
    await once(first, 'exit')
    await until(() => slack.connections === 0)
    const second = launchNightdesk(['slack-bot', ...loaded], { env: settingsOf(slack) })
    await until(() => slack.connections === 1, second)
    const again = await slack.says({
      user: 'U1',
      channel: 'C1',
      text: '<@UBOT> How do I fail over the ledger database now?',
    })
    const answered = () => slack.workspace.posted('C1').filter(({ thread_ts }) => thread_ts === again)
    await until(() => answered().some(({ blocks }) => /ledger.*edited .* ago/is.test(wordsIn(blocks))), second)
    expect(answered()).toHaveLength(1)
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
  })

  it('prints an app that asks for every scope with its reason', async () => {
    const { code, out } = await nightdesk(['slack-bot', 'manifest'])
    expect(code).toBe(0)
    for (const [scope, reason] of Object.entries(scopes)) expect(out).toContain(`"${scope}" # ${reason}`)
    const json = await nightdesk(['slack-bot', 'manifest', '--json', '--http', 'https://bot.example/slack/events'])
    expect(JSON.parse(json.out)).toMatchObject({
      settings: { socket_mode_enabled: false, interactivity: { request_url: 'https://bot.example/slack/events' } },
    })
  })

  it('ends where Slack does not know a token, and says which to set', async () => {
    await using slack = await new FakeSlack().listen()
    const env = { ...settingsOf(slack), SLACK_APP_TOKEN: 'xapp-other' }
    const { code, err } = await nightdesk(['slack-bot', ...loaded], { env })
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('SLACK_APP_TOKEN') })
  })

  it('says what to set where no token is', async () => {
    const { code, err } = await nightdesk(['slack-bot', ...loaded])
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('SLACK_BOT_TOKEN') })
  })
})

describe('nightdesk start', () => {
  it('takes signed events at /slack/events', async () => {
    await using slack = await new FakeSlack().listen()
    slack.workspace.person('U1')
    // Another channel than above: what is answered once there is remembered beside the documents.
    slack.workspace.channel('C2', ['U1'])
    const { SLACK_APP_TOKEN: _, ...settings } = settingsOf(slack)
    const port = await freePort()
    const env = { ...settings, SLACK_SIGNING_SECRET: slack.signingSecret }
    const running = launchNightdesk(['start', '--port', String(port), ...loaded], { env })
    const url = `http://127.0.0.1:${port}`
    let isReady = false
    const look = setInterval(() => {
      fetch(`${url}/readyz`).then(
        ({ ok }) => {
          isReady ||= ok
        },
        () => undefined,
      )
    }, 100)
    await until(() => isReady && slack.calls.length > 0, running)
    clearInterval(look)
    const said = { user: 'U1', channel: 'C2', text: '<@UBOT> How do I fail over the ledger database?' }
    const { ts } = slack.workspace.add(said)
    for (const event of slack.eventsOf(said, ts)) {
      const { headers, body } = slack.signed(JSON.stringify(slack.eventBody(event)))
      expect((await fetch(`${url}/slack/events`, { method: 'POST', headers, body })).status).toBe(200)
      expect((await fetch(`${url}/slack/events`, { method: 'POST', headers, body: `${body} ` })).status).toBe(401)
    }
    await until(() => slack.workspace.posted('C2').some(({ blocks }) => /ledger/i.test(wordsIn(blocks))), running)
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    expect(slack.workspace.posted('C2')).toHaveLength(1)
  })
})

describe('POST /webhooks/alertmanager', () => {
  it('posts an alert with its runbook where that is configured, and takes nothing without the token', async () => {
    await using slack = await new FakeSlack().listen()
    slack.workspace.person('U1')
    slack.workspace.channel('C3', ['U1'])
    const config = join(folder, 'alerts.yaml')
    await writeFile(config, 'slack: { channels: [{ channel: C3, alertmanager: { severity: page } }] }\n')
    const port = await freePort()
    const env = { ...settingsOf(slack), ALERTMANAGER_WEBHOOK_TOKEN: 'alert-token' }
    const running = launchNightdesk(['start', '--port', String(port), '--config', config, ...loaded], { env })
    const post = async (body: string, token: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      return await fetch(`http://127.0.0.1:${port}/webhooks/alertmanager`, { method: 'POST', headers, body })
    }
    await until(() => slack.connections === 1, running)
    const notification = {
      version: '4',
      status: 'firing',
      groupKey: '{}:{alertname="LedgerDatabaseFailover"}',
      groupLabels: { alertname: 'LedgerDatabaseFailover' },
      commonLabels: { alertname: 'LedgerDatabaseFailover', severity: 'page' },
      commonAnnotations: { summary: 'The ledger database is down: fail over' },
      alerts: [{ status: 'firing', labels: {}, annotations: {} }],
    }
    const body = JSON.stringify(notification)
    expect((await post(body, 'other')).status).toBe(401)
    expect((await post('{}', 'alert-token')).status).toBe(400)
    const others = JSON.stringify({ ...notification, commonLabels: { severity: 'info' } })
    expect((await post(others, 'alert-token')).status).toBe(200)
    for (let n = 0; n < 3; n++) expect((await post(body, 'alert-token')).status).toBe(202)
    const offered = () => slack.workspace.posted('C3').filter(({ thread_ts }) => thread_ts !== undefined)
    await until(() => offered().some(({ blocks }) => /ledger/i.test(wordsIn(blocks))), running)
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    expect(slack.workspace.posted('C3').map(({ thread_ts }) => thread_ts === undefined)).toEqual([true, false])
  })
})

describe('nightdesk doctor', () => {
  it('names the scopes that the app lacks', async () => {
    await using slack = await new FakeSlack().listen()
    slack.workspace.scopes = new Set(Object.keys(scopes).filter((scope) => scope !== 'users:read'))
    const { out } = await nightdesk(['doctor', ...loaded], { env: settingsOf(slack) })
    expect(out).toMatch(/ok +slack: nightdesk in Fake/)
    expect(out).toMatch(/FAULT slack: the scope users:read is missing/)
    expect(out.match(/is missing/g)).toHaveLength(1)
  })

  it('says so where Slack does not know the token', async () => {
    await using slack = await new FakeSlack().listen()
    const { out } = await nightdesk(['doctor', ...loaded], {
      env: { ...settingsOf(slack), SLACK_BOT_TOKEN: 'xoxb-other' },
    })
    expect(out).toMatch(/FAULT slack: Slack answers invalid_auth/)
  })
})
