import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '#knowledge/memory/memory-ledger.ts'
import { OpsError } from '#runtime/errors.ts'
import { wordsIn } from './block-kit.fake.ts'
import { fakeWiki, startBot } from './bot.fake.ts'
import { FakeSlack } from './slack.fake.ts'
import { realLimits } from './slack-limits.fake.ts'

const ann = 'U1'
const forever = (_: string, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

class BrokenStoreError extends OpsError {
  override readonly name = 'BrokenStoreError'
  readonly code = 'broken'
  readonly retryable = true
  readonly userMessage = 'The store is being repaired; try again in a minute.'
}

describe('deliveries', () => {
  it('are answered once, however often and over whichever connection they come', async () => {
    await using first = await startBot()
    await using second = await startBot({ slack: first.slack, wiki: first.wiki, given: { ledger: first.parts.ledger } })
    const { slack, wiki } = first
    const mayAnswer = Promise.withResolvers<void>()
    wiki.before = () => mayAnswer.promise
    const { ts } = slack.workspace.add({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    const events = slack.eventsOf({ user: ann, channel: 'C1', text: '<@UBOT> redis?' }, ts)
    const again = [...events, ...events, ...events, ...events].toReversed()
    const delivered = await Promise.all(again.map((event, n) => slack.event(event, `Ev${n % 3}`)))
    // Before anybody has an answer.
    expect(delivered.every(({ ackMs }) => ackMs !== undefined)).toBe(true)
    mayAnswer.resolve()
    await second.quiet()
    expect(slack.workspace.posted('C1')).toHaveLength(1)
    expect(first.wiki.asked).toHaveLength(1)
  })

  it('that can not be kept are not acknowledged, so that they come again', async () => {
    const ledger = new MemoryLedger()
    let failures = 2
    const begin = ledger.begin.bind(ledger)
    ledger.begin = async (work) => {
      failures -= 1
      if (failures >= 0) throw new BrokenStoreError('no disk')
      return await begin(work)
    }
    await using bot = await startBot({ slack: { ackWithinMs: 100 }, given: { ledger } })
    const text = '<@UBOT> redis?'
    const { ts } = bot.slack.workspace.add({ user: ann, channel: 'C1', text })
    const mention = bot.slack.eventsOf({ user: ann, channel: 'C1', text }, ts)[1] ?? {}
    expect(await bot.slack.event(mention)).toMatchObject({ tries: 3 })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
  })

  it('go on after Slack refreshes or the network cuts the connection', async () => {
    await using bot = await startBot({ slack: { ackWithinMs: 300, redeliveries: 20 } })
    bot.slack.refresh()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    bot.slack.cut()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> mysql?' })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
  })

  it('of bots, of ourselves and of other workspaces are none of our business', async () => {
    await using bot = await startBot()
    bot.slack.workspace.person('UB2', { is_bot: true })
    bot.slack.workspace.channel('C2', ['U1', 'UB2'])
    const base = { type: 'message', channel: 'C2', channel_type: 'channel', text: '<@UBOT> redis?' }
    const ts = () => bot.slack.workspace.add({ user: ann, channel: 'C2', text: 'x' }).ts
    await bot.slack.event({ ...base, user: 'UBOT', ts: ts() })
    await bot.slack.event({ ...base, user: 'UB2', bot_id: 'B2', ts: ts() })
    await bot.slack.event({ ...base, user: 'UB2', ts: ts() })
    await bot.slack.event({ ...base, subtype: 'bot_message', bot_id: 'B2', username: 'alerts', ts: ts() })
    await bot.slack.event({ ...base, type: 'app_mention', user: 'UB2', bot_id: 'B2', ts: ts() })
    await bot.slack.deliver('events_api', { ...bot.slack.eventBody({ ...base, user: ann, ts: ts() }), team_id: 'T2' })
    await bot.quiet()
    expect(bot.slack.workspace.posted()).toEqual([])
    expect(bot.wiki.asked).toEqual([])
  })
})

describe('a process that ends', () => {
  it('in mid-answer leaves a message that the next one edits, says so, and answers once', async () => {
    const slack = await new FakeSlack().listen()
    const ledger = new MemoryLedger()
    const wiki = await fakeWiki()
    wiki.before = forever
    const dying = await startBot({ slack, wiki, given: { ledger, drainMs: 1 } })
    await slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await dying.until(() => slack.workspace.posted('C1').length === 1 && wiki.asked.length === 1)
    // What a process that is killed here would leave behind.
    const left = new MemoryLedger()
    const [lost] = await ledger.takeOver(new Date(Date.now() + 600_000), new Date(), 1)
    await left.begin({ id: lost?.id ?? '', note: lost?.note ?? '', at: new Date(), leaseUntil: new Date(0) })
    wiki.before = async () => undefined
    const heir = await startBot({ slack, wiki, given: { ledger: left, sweepEveryMs: 20 } })
    await heir.until(() => wordsIn(slack.workspace.posted('C1')[0]?.blocks).includes('Fail over Redis'))
    await heir.quiet()
    const edits = slack.calls.filter(({ method }) => method === 'chat.update').map(({ args }) => String(args.text))
    expect(edits[0]).toContain('interrupted')
    expect(slack.workspace.posted('C1')).toHaveLength(1)
    expect(slack.workspace.posted('C1')[0]?.stream?.open).toBe(false)
    await heir.stop()
    await dying.stop()
    await slack[Symbol.asyncDispose]()
  })

  it('when it is asked to says that it goes on later, and does', async () => {
    const slack = await new FakeSlack().listen()
    const ledger = new MemoryLedger()
    const wiki = await fakeWiki()
    const first = await startBot({ slack, wiki, given: { ledger, drainMs: 50 } })
    wiki.before = forever
    await slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await first.until(() => wiki.asked.length === 1 && slack.workspace.posted('C1').length === 1)
    await first.stop()
    expect(slack.workspace.posted('C1').map(({ text }) => text)).toEqual([
      expect.stringContaining('as soon as I am back'),
    ])
    wiki.before = async () => undefined
    const second = await startBot({ slack, wiki, given: { ledger, sweepEveryMs: 20 } })
    await second.until(() => wordsIn(slack.workspace.posted('C1')[0]?.blocks).includes('Fail over Redis'))
    expect(slack.workspace.posted('C1')).toHaveLength(1)
    await second.stop()
    await slack[Symbol.asyncDispose]()
  })
})

describe('what goes wrong', () => {
  it('with the tokens is said, and ends the bot', async () => {
    await using slack = await new FakeSlack().listen()
    const refused = startBot({ slack, given: { appToken: 'xapp-other' } })
    await expect(refused).rejects.toMatchObject({
      refusal: 'invalid_auth',
      userMessage: expect.stringContaining('SLACK_APP_TOKEN'),
    })
    await expect(startBot({ slack, given: { botToken: 'xoxb-other' } })).rejects.toMatchObject({
      refusal: 'invalid_auth',
    })
  })

  it('reaches the asker as a sentence', async () => {
    await using bot = await startBot()
    bot.wiki.before = async () => Promise.reject(new BrokenStoreError('disk full at /var/lib'))
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.slack.command({ user: ann, channel: 'C1', text: 'redis?' })
    await bot.quiet()
    const texts = [bot.slack.workspace.posted('C1')[0]?.text, bot.slack.responses[0]?.body.text]
    for (const text of texts) expect(text).toContain('The store is being repaired')
    expect(JSON.stringify(texts)).not.toContain('/var/lib')
  })

  it.each([
    ['streaming is not to be had', 'chat.startStream', 'method_not_supported_for_channel_type'],
    ['streaming breaks off', 'chat.appendStream', 'internal_error'],
    ['streams can not be stopped', 'chat.stopStream', 'message_not_in_streaming_state'],
    ['messages can not be edited', 'chat.update', 'cant_update_message'],
  ])('is done without where %s', async (_, method, error) => {
    await using bot = await startBot()
    bot.slack.broken.set(method, error)
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1').map(({ blocks }) => wordsIn(blocks))).toEqual([
      expect.stringContaining('Fail over Redis'),
    ])
  })

  it('is told to the asker alone where nobody may know who else would read it', async () => {
    await using bot = await startBot()
    bot.slack.broken.set('conversations.members', 'missing_scope')
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toEqual([])
    expect(bot.slack.workspace.ephemerals.map(({ user }) => user)).toEqual([ann])
  })

  it('waits as long as Slack says where it was too fast', async () => {
    const waited: number[] = []
    await using bot = await startBot({
      slack: { perMinute: { 'chat.startStream': 0, 'chat.update': 0 }, retryAfterS: 7 },
      given: {
        wait: async (ms, signal) => {
          signal.throwIfAborted()
          waited.push(ms)
          if (ms === 7000) Object.assign(bot.slack.options, { perMinute: {} })
          else await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50)))
        },
      },
    })
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    expect(waited).toContain(7000)
    expect(wordsIn(bot.slack.workspace.posted('C1')[0]?.blocks)).toContain('Fail over Redis')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
  })
})

describe('nonsense', () => {
  it('of a thousand kinds brings nothing down and posts nothing', async () => {
    await using bot = await startBot({ slack: { ackWithinMs: 1, redeliveries: 0 } })
    const { slack } = bot
    const text = '<@UBOT> redis?'
    const real = slack.eventBody(slack.eventsOf({ user: ann, channel: 'C1', text }, '1.000001')[1] ?? {}, 'Ev1')
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('x'.repeat(200_000)),
      fc.constant('\u0000<!channel>'),
    )
    const keys = ['type', 'team_id', 'event_id', 'event'] as const
    const eventKeys = ['type', 'channel', 'user', 'ts', 'text'] as const
    const wrong = fc.oneof(
      { maxDepth: 2 },
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant([]),
      fc.constant({}),
      fc.constant('x'.repeat(100_000)),
      fc.constant(''),
    )
    const broken = fc.oneof(
      fc.tuple(fc.constantFrom(...keys), wrong).map(([key, value]) => ({ ...real, [key]: value })),
      fc
        .tuple(fc.constantFrom(...eventKeys), wrong)
        .map(([key, value]) => ({ ...real, event: { ...Object(real.event), [key]: value } })),
      fc.dictionary(fc.string({ maxLength: 12 }), leaf),
      fc
        .constantFrom('block_actions', 'view_submission', 'message_action', 'shortcut', 'events_api')
        .map((type) => ({ type, actions: [null], view: 3 })),
    )
    const envelope = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(
            'events_api',
            'interactive',
            'slash_commands',
            'error',
            'close',
            'ws_message',
            'disconnected',
          ),
          broken,
        )
        .map(([type, payload]) => JSON.stringify({ type, envelope_id: randomUUID(), payload })),
      fc.string(),
      fc.constantFrom(
        'null',
        '[]',
        '{"type":"events_api"}',
        '{"type":"events_api","envelope_id":"1","payload":null}',
        '{"type":"hello"}',
        '{',
        '"',
      ),
    )
    for (const data of fc.sample(envelope, { numRuns: 1000, seed: 7 })) slack.raw(data)
    slack.raw(Buffer.from([1, 2, 3]))
    Object.assign(slack.options, { ackWithinMs: 3000 })
    const before = slack.workspace.posted().length
    await bot.quiet()
    expect([before, slack.workspace.posted().length, slack.workspace.ephemerals.length]).toEqual([0, 0, 0])
    await slack.says({ user: ann, channel: 'C1', text })
    await bot.quiet()
    expect(slack.workspace.posted('C1')).toHaveLength(1)
  })
})

describe('many at once', () => {
  it('are all answered once, none acknowledged late, at the pace that Slack allows', { timeout: 120_000 }, async () => {
    // Time goes thirty times as fast for the bot as for the Slack that it would wait for.
    const faster = 30
    const startedAt = Date.now()
    const perMinute = Object.fromEntries(Object.entries(realLimits.perMinute))
    await using bot = await startBot({
      slack: { ...realLimits, perMinute, speed: faster, ackWithinMs: 3000, redeliveries: 0 },
      given: {
        clock: { now: () => new Date(startedAt + (Date.now() - startedAt) * faster) },
        wait: (ms, signal) =>
          new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, ms / faster)
            signal.addEventListener('abort', () => {
              clearTimeout(timer)
              reject(signal.reason)
            })
          }),
      },
    })
    const { slack } = bot
    const users = Array.from({ length: 200 }, (_, n) => slack.workspace.person(`U${1000 + n}`))
    for (let n = 0; n < 20; n++) slack.workspace.channel(`C${100 + n}`, users.slice(n * 10, n * 10 + 10))
    for (const user of users) slack.workspace.channel(`D${user}`, [user])
    const late: number[] = []
    const asked = Array.from({ length: 500 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, (n * 60_000) / 500 / faster))
      const user = users[(n * 7) % 200] ?? ''
      const isDirect = n % 5 !== 0
      const channel = isDirect ? `D${user}` : `C${100 + Math.floor(((n * 7) % 200) / 10)}`
      const text = `${isDirect ? '' : '<@UBOT> '}how do I fail over redis, question ${n}?`
      const { ts } = slack.workspace.add({ user, channel, text })
      const delivered = await Promise.all(
        slack.eventsOf({ user, channel, text }, ts).map((event) => slack.event(event)),
      )
      for (const { ackMs } of delivered) if (ackMs === undefined) late.push(n)
      return { ts, channel }
    })
    const questions = await Promise.all(asked)
    await bot.bot.settle(AbortSignal.timeout(60_000))
    const replies = Map.groupBy(slack.workspace.posted(), ({ channel, thread_ts }) => `${channel}/${thread_ts}`)
    expect(late).toEqual([])
    for (const { ts, channel } of questions) {
      const said = replies.get(`${channel}/${ts}`) ?? []
      expect(said).toHaveLength(1)
      expect(wordsIn(said[0]?.blocks)).toContain('Fail over Redis')
    }
  })
})
