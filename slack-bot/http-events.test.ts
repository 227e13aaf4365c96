import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { startBot } from './bot.fake.ts'
import { receivingHttp } from './http-events.ts'
import { FakeSlack } from './slack.fake.ts'

const now = 1_790_000_000

function receiving(take: (body: unknown) => Promise<void>, slack = new FakeSlack()) {
  const clock = fixedClock(new Date(now * 1000))
  const receive = receivingHttp({ signingSecret: slack.signingSecret, take, clock, log: silentLog })
  return ({ headers, body }: { headers: Record<string, string>; body: string }) =>
    receive({ header: (name) => headers[name], body: Buffer.from(body) })
}

describe('events over HTTP', () => {
  const slack = new FakeSlack()
  const body = JSON.stringify({ type: 'event_callback', event: {} })

  it('are taken when they are signed, as JSON and as forms', async () => {
    const taken: unknown[] = []
    const receive = receiving(async (each) => void taken.push(each))
    const form = `payload=${encodeURIComponent('{"type":"block_actions"}')}`
    for (const sent of [body, form, 'command=%2Fask&text=redis%3F'])
      expect(await receive(slack.signed(sent, now))).toMatchObject({ status: 200, body: '' })
    expect(taken).toEqual([JSON.parse(body), { type: 'block_actions' }, { command: '/ask', text: 'redis?' }])
  })

  it.each([
    ['unsigned', { body, headers: {} }],
    ['signed by somebody else', slack.signed(body, now, 'guessed')],
    ['old', slack.signed(body, now - 301)],
    ['changed on the way', { ...slack.signed(body, now), body: `${body} ` }],
    [
      'of no time',
      { ...slack.signed(body, now), headers: { ...slack.signed(body, now).headers, 'x-slack-request-timestamp': 'x' } },
    ],
  ])('are refused when they are %s', async (_, request) => {
    const receive = receiving(async () => expect.unreachable())
    expect(await receive(request)).toMatchObject({ status: 401 })
  })

  it("answer Slack's handshake", async () => {
    const receive = receiving(async () => expect.unreachable())
    const reply = await receive(slack.signed('{"type":"url_verification","challenge":"c"}', now))
    expect(reply).toEqual({ status: 200, contentType: 'application/json', body: '{"challenge":"c"}' })
  })

  it('are asked for again where they can not be kept, and refused where they are nonsense', async () => {
    const receive = receiving(async () => Promise.reject(new Error('no disk')))
    expect(await receive(slack.signed(body, now))).toMatchObject({ status: 503 })
    expect(await receive(slack.signed('{"type":', now))).toMatchObject({ status: 400 })
  })

  it('are answered like those of Socket Mode', async () => {
    await using bot = await startBot({ given: { appToken: undefined } })
    const receive = receivingHttp({
      signingSecret: bot.slack.signingSecret,
      take: (each) => bot.bot.take(each),
      clock: bot.parts.clock,
      log: silentLog,
    })
    const said = { user: 'U1', channel: 'C1', text: '<@UBOT> redis?' }
    const { ts } = bot.slack.workspace.add(said)
    for (const event of bot.slack.eventsOf(said, ts)) {
      const sent = bot.slack.signed(JSON.stringify(bot.slack.eventBody(event)))
      const headers: Record<string, string> = sent.headers
      await receive({ header: (name) => headers[name], body: Buffer.from(sent.body) })
    }
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
  })
})
