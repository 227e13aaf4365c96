import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { fakePrices, fakeTurn } from '../providers-desk.fake.ts'
import { startServer } from '../server.fake.ts'
import type { ProvidersDesk } from './providers-desk.ts'

function desk() {
  const commands: unknown[] = []
  const providers: ProvidersDesk = {
    read: () => ({
      providers: [
        {
          id: 'openai/gpt',
          kind: 'llm',
          state: 'open',
          since: '2026-06-01T00:00:00.000Z',
          drained: false,
          pinned: false,
          demoted: false,
          calls: 12,
          failures: 3,
          fallbacks: 3,
        },
      ],
      alarms: [],
      spending: {
        day: '2026-06-01',
        usd: 1.5,
        turns: 12,
        kinds: [{ kind: 'llm', usd: 1.5 }],
        principals: [{ name: 'alice', usd: 1.5 }],
      },
    }),
    turns: () => ['alice', 'bob'].map((principal) => ({ principal, wire: fakeTurn })),
    prices: () => fakePrices,
    command: async (kind, id, command) => {
      commands.push([kind, id, command])
      return id === 'openai/gpt'
    },
  }
  return { commands, providers }
}

it('shows how each provider is doing and what the day has cost', async () => {
  await using nightdesk = await startServer({ providers: desk().providers })
  const body = await (await nightdesk.get('/v1/providers')).json()
  expect(body).toMatchObject({ providers: [{ id: 'openai/gpt', state: 'open' }], spending: { usd: 1.5 } })
})

it('drains a provider without a restart, and names what it does not know', async () => {
  const { commands, providers } = desk()
  await using nightdesk = await startServer({ providers })
  const order = (id: string) =>
    fetch(`${nightdesk.url}/v1/providers/command`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'llm', id, command: 'drain' }),
    })
  expect((await order('openai/gpt')).status).toBe(200)
  expect(commands).toEqual([['llm', 'openai/gpt', 'drain']])
  const unknown = await order('nobody')
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toMatchObject({ code: 'provider_not_found' })
})

it('shows nothing where nothing is configured', async () => {
  await using nightdesk = await startServer()
  expect(await (await nightdesk.get('/v1/providers')).json()).toEqual({ providers: [], alarms: [] })
})

it('shows the last turns by stage, each to whose it was, and the prices', async () => {
  const principals = ['alice', 'carol'].map((name) => ({
    name,
    audiences: [],
    tokenSha256: createHash('sha256').update(name).digest('hex'),
  }))
  await using everything = await startServer({ providers: desk().providers })
  await using mine = await startServer({ providers: desk().providers, principals })
  const turnsFor = async (name: string): Promise<unknown> =>
    (await fetch(`${mine.url}/v1/operations/turns`, { headers: { authorization: `Bearer ${name}` } })).json()
  expect(await (await everything.get('/v1/operations/turns')).json()).toMatchObject({
    turns: [{ principal: 'alice' }, { principal: 'bob' }],
  })
  expect(await turnsFor('alice')).toEqual({ turns: [fakeTurn] })
  expect(await turnsFor('carol')).toEqual({ turns: [] })
  expect(await (await everything.get('/v1/operations/prices')).json()).toEqual(fakePrices)
})
