import { describe, expect, it } from 'vitest'
import { CallTickets } from '#knowledge/call-tickets.ts'
import { MemoryLedger } from '#knowledge/memory/memory-ledger.ts'
import { systemClock } from '#runtime/clock.ts'
import type { RealtimeCaller, RealtimeDesk } from '../realtime.ts'
import { startServer } from '../server.fake.ts'

const ongoing = new AbortController().signal
const principals = [{ name: 'alice', audiences: ['sre'], tokenSha256: '0'.repeat(64) }]

async function opened() {
  const callers: RealtimeCaller[] = []
  const realtime: RealtimeDesk = {
    accept: (_, socket) => socket.destroy(),
    checkedSettings: (settings) => ({ kind: 'settings', settings, session: {} }),
    calls: {
      async begin(_, caller) {
        callers.push(caller)
        return { kind: 'call', id: 'rtc_1', sdp: 'answer' }
      },
      hangUp: () => true,
    },
    drain: async () => {},
  }
  const tickets = new CallTickets(new MemoryLedger(), systemClock)
  const server = await startServer({ realtime, principals, tickets })
  const call = { principal: { name: 'alice', audiences: ['sre'] }, conversationId: 'thread-1' }
  return { server, callers, ticket: await tickets.issue(call, 60_000, ongoing) }
}

describe('POST /v1/realtime/tickets', () => {
  it('takes a ticket once, for a key to its conversation and no other', async () => {
    const { server, callers, ticket } = await opened()
    await using nightdesk = server
    const redeemed = await nightdesk.post('/v1/realtime/tickets', { ticket })
    expect(redeemed.status).toBe(200)
    const { value, conversation_id }: { value: string; conversation_id: string } = await redeemed.json()
    expect(conversation_id).toBe('thread-1')
    const headers = { 'content-type': 'application/sdp', authorization: `Bearer ${value}` }
    const begun = await nightdesk.post('/v1/realtime/calls?conversation_id=another', 'offer', headers)
    expect(begun.status).toBe(201)
    expect(callers[0]?.principal.name).toBe('alice')
    expect(callers[0]?.query.get('conversation_id')).toBe('thread-1')
    expect((await nightdesk.post('/v1/realtime/tickets', { ticket })).status).toBe(401)
  })

  it('gives nothing else: neither answers nor tokens', async () => {
    const { server, ticket } = await opened()
    await using nightdesk = server
    const { value }: { value: string } = await (await nightdesk.post('/v1/realtime/tickets', { ticket })).json()
    const bearer = { authorization: `Bearer ${value}` }
    expect((await nightdesk.post('/v1/ask', { question: 'x' }, bearer)).status).toBe(401)
    expect((await nightdesk.post('/v1/realtime/client_secrets', {}, bearer)).status).toBe(401)
    expect((await nightdesk.post('/v1/realtime/tickets', { ticket: 'guessed' })).status).toBe(401)
  })
})
