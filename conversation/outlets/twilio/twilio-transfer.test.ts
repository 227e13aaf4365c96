import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { answersIn, fakeParts, redisWiki, talk } from '../../conversation.fake.ts'
import { LiveCalls } from '../live-calls.ts'
import { type OpenedPager, pagerContract } from '../pager.contract.ts'
import type { PageCall, Pager } from '../pager.ts'
import { fakeTwilio } from './twilio.fake.ts'
import { TwilioTransfer, type TwilioTransferOptions } from './twilio-transfer.ts'

const ongoing = new AbortController().signal
const account = { accountSid: 'AC1', authToken: 'secret', calls: ['CA1'] }
const live = { accountSid: 'AC1', callSid: 'CA1' }
const call: PageCall = { owners: ['@data'], about: 'How?', by: 'ann', conversationId: 'c1' }

function paging(): Pager & { pages: PageCall[] } {
  const pages: PageCall[] = []
  return {
    pages,
    wayTo: () => 'paged',
    page: async (each) => {
      pages.push(each)
      return 'paged'
    },
  }
}

async function opened(given: Partial<TwilioTransferOptions> = {}) {
  const twilio = await fakeTwilio(account)
  const calls = new LiveCalls()
  const pager = new TwilioTransfer({
    authToken: 'secret',
    apiUrl: twilio.url,
    calls,
    phones: new Map([
      ['@data', '+81311112222'],
      ['当番', '+81333334444'],
    ]),
    log: silentLog,
    ...given,
  })
  return { twilio, calls, pager, [Symbol.asyncDispose]: () => twilio[Symbol.asyncDispose]() }
}

/** What it delivers says whom to dial, not why: the caller tells that themselves. */
async function openAsPager(): Promise<OpenedPager> {
  const { twilio, calls, pager } = await opened()
  calls.begin('c1', live)
  const asked: PageCall[] = []
  return {
    pager: {
      wayTo: (each) => pager.wayTo(each),
      page: (each, signal) => {
        asked.push(each)
        return pager.page(each, signal)
      },
    },
    arrived: () => asked.slice(0, twilio.updates.length),
    refuse: () => {
      twilio.manner = 'refuses'
    },
    hang: () => {
      twilio.manner = 'hangs'
    },
    [Symbol.asyncDispose]: () => twilio[Symbol.asyncDispose](),
  }
}

describe('TwilioTransfer', () => {
  pagerContract(openAsPager)

  it('has the telephones of all owners ring on the live call, and takes the caller back afterwards', async () => {
    await using desk = await opened({ returnUrl: 'https://desk.example/twilio/voice?a=1&b=2' })
    using _ = desk.calls.begin('c1', live)
    expect(desk.pager.wayTo({ ...call, owners: ['@DATA', '当番'] })).toBe('transferred')
    expect(await desk.pager.page({ ...call, owners: ['@DATA', '当番', '@data'] }, ongoing)).toBe('transferred')
    expect(desk.twilio.updates).toEqual([
      {
        path: '/2010-04-01/Accounts/AC1/Calls/CA1.json',
        twiml:
          '<Response><Dial answerOnBridge="true" timeout="30"><Number>+81311112222</Number><Number>+81333334444</Number></Dial><Redirect method="POST">https://desk.example/twilio/voice?a=1&amp;b=2</Redirect></Response>',
      },
    ])
  })

  it('dials nobody whose number is not configured, whatever the owner is called', async () => {
    const otherwise = paging()
    await using desk = await opened({ otherwise })
    using _ = desk.calls.begin('c1', live)
    for (const owner of ['+15550001111', '@dat', '@data/+15550001111', '<Number>+15550001111</Number>'])
      expect(await desk.pager.page({ ...call, owners: [owner] }, ongoing)).toBe('paged')
    expect(desk.twilio.updates).toEqual([])
    expect(otherwise.pages).toHaveLength(4)
  })

  it('pages instead where nobody is on the telephone any more, and where the transfer fails', async () => {
    const otherwise = paging()
    await using desk = await opened({ otherwise })
    expect(desk.pager.wayTo(call)).toBe('paged')
    expect(await desk.pager.page(call, ongoing)).toBe('paged')
    desk.calls.begin('c1', { ...live, callSid: 'CA-over' })
    expect(await desk.pager.page(call, ongoing)).toBe('paged')
    desk.calls.begin('c1', live)
    desk.twilio.manner = 'refuses'
    expect(await desk.pager.page(call, ongoing)).toBe('paged')
    expect(otherwise.pages).toHaveLength(3)
    expect(desk.twilio.updates).toEqual([])
  })

  it('says what to check where the token is wrong, and what to set where there is no way at all', async () => {
    await using desk = await opened({ authToken: 'wrong' })
    await expect(desk.pager.page(call, ongoing)).rejects.toMatchObject({
      userMessage: expect.stringContaining('conversations.owners'),
    })
    using _ = desk.calls.begin('c1', live)
    await expect(desk.pager.page(call, ongoing)).rejects.toMatchObject({
      userMessage: expect.stringContaining('TWILIO_AUTH_TOKEN'),
    })
  })

  it('forgets a call that has ended, but not the one that came after it', () => {
    const calls = new LiveCalls()
    const first = calls.begin('c1', live)
    const second = calls.begin('c1', { ...live, callSid: 'CA2' })
    first[Symbol.dispose]()
    expect(calls.of('c1')?.callSid).toBe('CA2')
    second[Symbol.dispose]()
    expect(calls.of('c1')).toBeUndefined()
  })

  it('puts a caller through only after a yes', async () => {
    await using desk = await opened()
    using _ = desk.calls.begin('on-the-phone', live)
    const parts = fakeParts(redisWiki, { pager: desk.pager })
    const options = { newConversationId: 'on-the-phone' }
    const [, asked] = answersIn(
      await talk(parts, ['How do I fail over Redis by hand?', 'transfer me to the owner', 'no'], options),
    )
    expect(asked?.answer).toBe('Shall I put you through to @data? Say "yes" to do it.')
    expect(desk.twilio.updates).toEqual([])
    const [, , through] = answersIn(
      await talk(
        fakeParts(redisWiki, { pager: desk.pager }),
        ['How do I fail over Redis by hand?', 'transfer me to the owner', 'yes'],
        options,
      ),
    )
    expect(through?.answer).toBe('I put you through to @data.')
    expect(desk.twilio.updates).toHaveLength(1)
  })
})
