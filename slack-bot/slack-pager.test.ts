import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type OpenedPager, pagerContract } from '#conversation/outlets/pager.contract.ts'
import type { PageCall } from '#conversation/outlets/pager.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { FakeSlack } from './slack.fake.ts'
import { SlackPager } from './slack-pager.ts'

const ongoing = new AbortController().signal
const call: PageCall = {
  owners: ['@Data', '@sre'],
  about: 'How do I <fail over>?',
  document: { title: 'Redis & co', url: 'https://wiki.example/redis' },
  by: 'ann',
  conversationId: 'c1',
}

async function opened(slackIds: Record<string, string> = { '@data': 'UDATA', '@sre': 'CSRE', 当番: 'UDUTY' }) {
  const slack = await new FakeSlack().listen()
  for (const id of ['UDATA', 'UDUTY']) slack.workspace.person(id)
  slack.workspace.channel('CSRE', ['UDATA'])
  const pager = new SlackPager({
    token: slack.botToken,
    apiUrl: slack.url,
    slackIds: new Map(Object.entries(slackIds)),
    clock: systemClock,
    wait: (ms, signal) => pause(ms, undefined, { signal }),
    log: silentLog,
  })
  return { slack, pager, [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose]() }
}

describe('SlackPager', () => {
  it('writes to each owner that has an address, alone or in their channel, and links what it is about', async () => {
    await using desk = await opened()
    expect(await desk.pager.page(call, ongoing)).toBe('paged')
    const posts = desk.slack.workspace.messages.map(({ channel, text }) => ({ channel, text }))
    expect(posts.map(({ channel }) => channel)).toContain('CSRE')
    expect(posts).toHaveLength(2)
    expect(posts[0]?.text).toBe(
      '📟 ann asks for your help: “How do I &lt;fail over&gt;?”\n<https://wiki.example/redis|Redis &amp; co>',
    )
  })

  it('writes to nobody who is not configured, and says what to set', async () => {
    await using desk = await opened({})
    await expect(desk.pager.page({ ...call, owners: ['UDATA', '@data'] }, ongoing)).rejects.toMatchObject({
      code: 'page_nobody',
      userMessage: expect.stringContaining('conversations.owners'),
    })
    expect(desk.slack.workspace.messages).toEqual([])
  })

  describe('as a pager', () => {
    pagerContract(async (): Promise<OpenedPager> => {
      const { slack, pager } = await opened()
      const asked: PageCall[] = []
      return {
        pager: {
          wayTo: () => pager.wayTo(),
          page: (each, signal) => {
            asked.push(each)
            return pager.page(each, signal)
          },
        },
        arrived: () => asked.slice(0, slack.workspace.messages.length),
        refuse: () => slack.broken.set('chat.postMessage', 'is_archived'),
        // Busy without end.
        hang: () => slack.broken.set('chat.postMessage', 429),
        [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
      }
    })
  })
})
