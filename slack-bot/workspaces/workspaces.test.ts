import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '#knowledge/memory/memory-ledger.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { wordsIn } from '../block-kit.fake.ts'
import { fakeWiki, startBot } from '../bot.fake.ts'
import { FakeSlack } from '../slack.fake.ts'
import { Installations } from './installations.ts'
import { installing } from './installer.ts'
import { sealed, unsealed } from './sealing.ts'
import { Workspaces } from './workspaces.ts'

const ongoing = new AbortController().signal
const secret = 'state-secret-of-some-length'

async function started(allowed: readonly string[] = []) {
  const slack = await new FakeSlack().listen()
  for (const team of ['T1', 'T2']) {
    slack.workspace.person(`U${team}`, { team_id: team })
    slack.workspace.channel(`D${team}`, [`U${team}`])
  }
  const ledger: WorkLedger = new MemoryLedger()
  // Only its parts are wanted: the bot itself has one token.
  const { parts, stop } = await startBot({ slack, wiki: await fakeWiki(), given: { ledger } })
  await stop()
  const kept = { ledger, secret, allowed, clock: systemClock }
  const installations = new Installations({ ...kept, onInstalled: (team) => workspaces.renewed(team) })
  const { botToken: _, ...shared } = parts
  const workspaces = new Workspaces({ ...shared, installations, lookEveryMs: 20 })
  const oauth = {
    clientId: 'client',
    clientSecret: 'client-secret',
    stateSecret: secret,
    publicUrl: 'https://nd.example',
  }
  const install = installing({ ...oauth, installations, apiUrl: slack.url, log: silentLog })
  const http = createServer((request, response) => {
    install(request, response).then(
      (isTaken) => (isTaken ? undefined : response.writeHead(404).end()),
      () => response.writeHead(500).end(),
    )
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  const running = workspaces.run(() => ready.resolve(), stopping.signal)
  await ready.promise
  await until(() => slack.connections === 1)
  return {
    slack,
    ledger,
    installations,
    url,
    asks: async (team: string) => {
      const said = { user: `U${team}`, channel: `D${team}`, text: 'how do I fail over redis?' }
      const { ts } = slack.workspace.add(said)
      for (const event of slack.eventsOf(said, ts))
        await slack.deliver('events_api', { ...slack.eventBody(event), team_id: team })
    },
    answers: (team: string) =>
      slack.workspace.posted(`D${team}`).filter(({ blocks }) => wordsIn(blocks).includes('Fail over Redis')),
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error('the test is over'))
      await running
      http.close()
      http.closeAllConnections()
      await slack[Symbol.asyncDispose]()
    },
  }
}

/** As an admin's browser goes through it. */
async function installedBy({ url }: { url: string }, team: string, keepsCookie = true) {
  const begun = await fetch(`${url}/slack/install`, { redirect: 'manual' })
  const to = new URL(begun.headers.get('location') ?? '')
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
  const back = `${url}/slack/oauth_redirect?code=code-${team}&state=${encodeURIComponent(to.searchParams.get('state') ?? '')}`
  const ended = await fetch(back, { headers: keepsCookie ? { cookie } : {} })
  return { to, status: ended.status, text: await ended.text() }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('several workspaces', () => {
  it('install it, and are each answered with their own token', async () => {
    await using some = await started()
    const first = await installedBy(some, 'T1')
    expect(first).toMatchObject({ status: 200, text: expect.stringContaining('/invite') })
    expect(first.to.searchParams.get('redirect_uri')).toBe('https://nd.example/slack/oauth_redirect')
    expect(first.to.searchParams.get('scope')?.split(',')).toContain('chat:write')
    expect((await installedBy(some, 'T2')).status).toBe(200)
    await some.asks('T1')
    await some.asks('T2')
    await until(() => some.answers('T1').length + some.answers('T2').length === 2)
    const tokens = new Set(some.slack.tokens.values())
    expect(tokens).toEqual(new Set(['T1', 'T2']))
  })

  it('are not answered before they installed it, nor after they removed it', async () => {
    await using some = await started()
    await some.asks('T2')
    await installedBy(some, 'T2')
    await some.slack.deliver('events_api', { ...some.slack.eventBody({ type: 'app_uninstalled' }), team_id: 'T2' })
    await some.asks('T2')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(some.slack.workspace.posted('DT2')).toEqual([])
    expect(await some.installations.teams(ongoing)).toEqual([])
  })

  it('that are not allowed are told so, and nothing of them is kept', async () => {
    await using some = await started(['T1'])
    expect(await installedBy(some, 'T2')).toMatchObject({
      status: 403,
      text: expect.stringContaining('slack.workspaces'),
    })
    expect(await some.installations.teams(ongoing)).toEqual([])
  })

  it('can not be installed by a link that somebody else began', async () => {
    await using some = await started()
    expect((await installedBy(some, 'T2', false)).status).toBe(403)
    const forged = await fetch(`${some.url}/slack/oauth_redirect?code=code-T2&state=made-up`)
    expect(forged.status).toBe(403)
    expect(await some.installations.teams(ongoing)).toEqual([])
  })

  it('have their tokens kept sealed, to be read with the same secret and under the same name alone', async () => {
    await using some = await started()
    await installedBy(some, 'T1')
    const note = (await some.ledger.note('slack/installation/T1', ongoing)) ?? ''
    expect(note).not.toContain('xoxb')
    const kept = { ledger: some.ledger, allowed: [], clock: systemClock, onInstalled: () => undefined }
    expect((await new Installations({ ...kept, secret }).of('T1', ongoing))?.token).toMatch(/^xoxb-T1-/)
    expect(await new Installations({ ...kept, secret: 'another' }).of('T1', ongoing)).toBeUndefined()
    const seal = sealed('token', 'T1', secret)
    expect([unsealed(seal, 'T1', secret), unsealed(seal, 'T2', secret), unsealed('AAAA', 'T1', secret)]).toEqual([
      'token',
      undefined,
      undefined,
    ])
  })
})
