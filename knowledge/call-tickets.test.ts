import { describe, expect, it } from 'vitest'
import { CallTickets } from './call-tickets.ts'
import { MemoryLedger } from './memory/memory-ledger.ts'

const ongoing = new AbortController().signal
const call = { principal: { name: 'ann', audiences: ['sre'] }, conversationId: 'c1' }

function opened() {
  const clock = { at: 0, now: () => new Date(clock.at) }
  const ledger = new MemoryLedger()
  return { clock, ledger, tickets: new CallTickets(ledger, clock) }
}

describe('a ticket for a call', () => {
  it('lets one in, whichever process is asked and however many ask', async () => {
    const { clock, ledger, tickets } = opened()
    const ticket = await tickets.issue(call, 1000, ongoing)
    const elsewhere = new CallTickets(ledger, clock)
    const admitted = await Promise.all([tickets, elsewhere, tickets].map((each) => each.redeem(ticket, ongoing)))
    expect(admitted.filter((each) => each !== undefined)).toEqual([call])
  })

  it('is good for a while', async () => {
    const { clock, tickets } = opened()
    const ticket = await tickets.issue(call, 1000, ongoing)
    clock.at = 1000
    expect(await tickets.redeem(ticket, ongoing)).toBeUndefined()
  })

  it('can not be made up', async () => {
    const { tickets } = opened()
    await tickets.issue(call, 1000, ongoing)
    expect(await tickets.redeem('something', ongoing)).toBeUndefined()
  })
})
