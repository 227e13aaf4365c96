import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '#knowledge/memory/memory-ledger.ts'
import { buttonsIn, wordsIn } from '../block-kit.fake.ts'
import { fakeWiki, startBot } from '../bot.fake.ts'
import { FakeSlack } from '../slack.fake.ts'

const ann = 'U1'

describe('asking in a channel', () => {
  it('answers a mention in its thread, once, with steps, code and sources', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await bot.quiet()
    const posted = bot.slack.workspace.posted('C1')
    expect(posted).toHaveLength(1)
    const [answer] = posted
    expect(answer?.thread_ts).toBe(ts)
    const words = wordsIn(answer?.blocks)
    expect(words).toContain('Stop the writers.')
    expect(words).toContain('redis-cli -p 26379 failover <main> && echo "ok"')
    expect(words).toContain('redis runbook')
    expect(words).toMatch(/edited .* ago/)
    expect(words).toContain('owner @ann')
    expect(JSON.stringify(answer?.blocks)).toContain('https://wiki.example/redis')
    expect(bot.wiki.asked).toMatchObject([{ text: 'how do I fail over redis?' }])
  })

  it('streams what it is doing while it does it', async () => {
    await using bot = await startBot()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    const [answer] = bot.slack.workspace.posted('C1')
    expect([...(answer?.stream?.tasks.keys() ?? [])]).toEqual(['searching', 'reading', 'checking'])
    expect(answer?.stream).toMatchObject({ open: false, kind: 'chunks' })
  })

  it('says caveats first', async () => {
    await using bot = await startBot()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how to restart mysql?' })
    await bot.quiet()
    const words = wordsIn(bot.slack.workspace.posted('C1')[0]?.blocks)
    expect(words.indexOf('last edited 4 years ago')).toBeGreaterThanOrEqual(0)
    expect(words.indexOf('last edited 4 years ago')).toBeLessThan(words.indexOf('Restart MySQL'))
    expect(words).toContain('old and unconfirmed')
  })

  it('goes on in the thread without being named, in the same conversation, and after a restart', async () => {
    const first = await startBot()
    const ts = await first.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await first.quiet()
    await first.stop()
    await using bot = await startBot({ slack: first.slack, wiki: first.wiki, given: first.parts })
    await bot.slack.says({ user: 'U2', channel: 'C1', text: 'and what comes then?', thread_ts: ts })
    await bot.quiet()
    expect(bot.wiki.asked.map(({ conversationId }) => conversationId)).toEqual([undefined, 'conversation-1'])
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
    await first.slack[Symbol.asyncDispose]()
  })

  it('leaves people alone who talk to each other', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await bot.quiet()
    await bot.slack.says({ user: 'U2', channel: 'C1', text: 'is redis down again?' })
    for (const text of ['thanks!', '<@U2> can you do it?', 'ありがとうございます', 'lunch first'])
      await bot.slack.says({ user: ann, channel: 'C1', text, thread_ts: ts })
    const other = await bot.slack.says({ user: 'U2', channel: 'C1', text: 'deploying' })
    await bot.slack.says({ user: ann, channel: 'C1', text: 'is redis ok?', thread_ts: other })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
    expect(bot.wiki.asked).toHaveLength(2)
  })

  it('falls silent in a thread where somebody asks it to by a reaction, until it is named', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await bot.quiet()
    const [answer] = bot.slack.workspace.posted('C1')
    await bot.slack.event({
      type: 'reaction_added',
      user: 'U2',
      reaction: 'mute',
      item: { type: 'message', channel: 'C1', ts: answer?.ts },
    })
    await bot.quiet()
    await bot.slack.says({ user: ann, channel: 'C1', text: 'what about redis?', thread_ts: ts })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> what about redis?', thread_ts: ts })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
  })

  it('answers in the language of the question', async () => {
    await using bot = await startBot()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> DNS の切り替え手順を教えてください' })
    await bot.quiet()
    const [answer] = bot.slack.workspace.posted('C1')
    expect(wordsIn(answer?.blocks)).toContain('内容が古い')
    expect([...(answer?.stream?.tasks.values() ?? [])].join()).toContain('検索')
  })

  it('names the likely owners where nothing is found, and offers to ask them', async () => {
    await using bot = await startBot()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I brew coffee?' })
    await bot.quiet()
    const buttons = buttonsIn(bot.slack.workspace.posted('C1')[0]?.blocks).map(({ text }) => text)
    expect(buttons).toContain('Ask @ann')
  })

  it('asks what is wanted where nothing is', async () => {
    await using bot = await startBot()
    await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT>  ' })
    await bot.quiet()
    expect(bot.slack.workspace.ephemerals).toMatchObject([{ user: ann, channel: 'C1' }])
    expect(bot.wiki.asked).toEqual([])
  })
})

describe('asking directly', () => {
  it('answers a direct message in its thread', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'D1', text: 'how do I fail over redis?' })
    await bot.slack.says({ user: ann, channel: 'D1', text: 'and then?', thread_ts: ts })
    await bot.quiet()
    expect(bot.slack.workspace.posted('D1').map(({ thread_ts }) => thread_ts)).toEqual([ts, ts])
  })

  it('answers /ask to the asker alone', async () => {
    await using bot = await startBot()
    const { payload } = await bot.slack.command({ user: ann, channel: 'C1', text: 'redis?' })
    await bot.quiet()
    expect(payload).toEqual({})
    expect(bot.slack.workspace.posted()).toEqual([])
    expect(bot.slack.responses).toMatchObject([{ body: { response_type: 'ephemeral' } }])
    expect(wordsIn(bot.slack.responses[0]?.body.blocks)).toContain('Only you can see this answer.')
    expect(buttonsIn(bot.slack.responses[0]?.body.blocks).map(({ text }) => text)).toContain('Share in the channel')
  })

  it('answers /ask at any length: what the command can not carry comes directly', async () => {
    const steps = Array.from(
      { length: 900 },
      (_, n) => `${n + 1}. Step ${n + 1} of a runbook that goes on and on and on and on.`,
    )
    const wiki = await fakeWiki([{ id: 'long', about: 'everything', says: `${steps.join('\n')} [1]` }])
    await using bot = await startBot({ wiki })
    await bot.slack.command({ user: ann, channel: 'C1', text: 'everything?' })
    await bot.quiet()
    const direct = bot.slack.workspace.posted('D1')
    const words = [...bot.slack.responses.map(({ body }) => body.blocks), ...direct.map(({ blocks }) => blocks)]
      .map(wordsIn)
      .join('\n')
    expect(bot.slack.responses.length).toBeLessThanOrEqual(5)
    expect(direct.length).toBeGreaterThan(0)
    for (const n of [1, 450, 900]) expect(words).toContain(`Step ${n} of`)
  })

  it('finds the runbook for a message that somebody points at', async () => {
    await using bot = await startBot()
    await bot.slack.shortcut({
      user: ann,
      channel: 'C1',
      callbackId: 'find_runbook',
      messageTs: '1.000001',
      text: 'ALERT: redis is down',
    })
    await bot.quiet()
    expect(bot.slack.responses).toHaveLength(1)
    expect(wordsIn(bot.slack.responses[0]?.body.blocks)).toContain('Fail over Redis by hand')
  })
})

describe('a question that changes', () => {
  it('is answered anew in the same place when it is edited', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> how do I restart mysql?' })
    await bot.quiet()
    await bot.slack.edits(ts, '<@UBOT> how do I fail over redis?')
    await bot.quiet()
    const posted = bot.slack.workspace.posted('C1')
    expect(posted).toHaveLength(1)
    expect(wordsIn(posted[0]?.blocks)).toContain('Fail over Redis')
  })

  it('takes its answer with it when it is deleted, also while it is being answered', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    await bot.slack.deletes(ts)
    await bot.quiet()
    bot.wiki.before = async (_, signal) => {
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const other = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> mysql?' })
    await bot.until(() => bot.wiki.asked.length === 2)
    await bot.slack.deletes(other)
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toEqual([])
  })

  it('is not answered again when Slack only adds a preview to it', async () => {
    await using bot = await startBot()
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.quiet()
    await bot.slack.edits(ts, '<@UBOT> redis?')
    await bot.quiet()
    expect(bot.wiki.asked).toHaveLength(1)
  })
  it('is answered as it stands, or not at all, where Slack tells of the change before the question', async () => {
    await using bot = await startBot()
    const { slack } = bot
    const [edited, deleted] = ['mysql?', 'redis?'].map((text) => {
      const given = { user: ann, channel: 'C1', text: `<@UBOT> ${text}` }
      const { ts } = slack.workspace.add(given)
      return { ts, events: slack.eventsOf(given, ts) }
    })
    await slack.edits(edited?.ts ?? '', '<@UBOT> how do I fail over redis?')
    await slack.deletes(deleted?.ts ?? '')
    await bot.quiet()
    for (const event of [...(edited?.events ?? []), ...(deleted?.events ?? [])]) await slack.event(event)
    await bot.quiet()
    expect(bot.wiki.asked.map(({ text }) => text)).toEqual(['how do I fail over redis?'])
    expect(slack.workspace.posted('C1')).toHaveLength(1)
  })

  it('goes on being answered where an edit in the middle of it changes no word', async () => {
    await using bot = await startBot()
    const held = Promise.withResolvers<void>()
    bot.wiki.before = () => held.promise
    const ts = await bot.slack.says({ user: ann, channel: 'C1', text: '<@UBOT> redis?' })
    await bot.until(() => bot.wiki.asked.length === 1)
    await bot.slack.edits(ts, '<@UBOT> redis?')
    held.resolve()
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1').map(({ blocks }) => wordsIn(blocks))).toEqual([
      expect.stringContaining('Fail over Redis'),
    ])
  })

  it('is answered once more by the process that is at it, whichever hears of the change', async () => {
    await using slack = await new FakeSlack().listen()
    const ledger = new MemoryLedger()
    await using one = await startBot({ slack, given: { ledger } })
    const held = Promise.withResolvers<void>()
    one.wiki.before = () => held.promise
    const ts = await slack.says({ user: ann, channel: 'C1', text: '<@UBOT> mysql?' })
    const gone = await slack.says({ user: ann, channel: 'C1', text: '<@UBOT> vault?' })
    await one.until(() => one.wiki.asked.length === 2)
    await using other = await startBot({ slack, wiki: one.wiki, given: { ledger, appToken: undefined } })
    const told: unknown[] = []
    slack.event = async (event) => {
      told.push(event)
      await other.bot.take(slack.eventBody(event))
      return { ackMs: 0, tries: 1, payload: undefined }
    }
    await slack.edits(ts, '<@UBOT> how do I fail over redis?')
    await slack.deletes(gone)
    expect(told).toHaveLength(2)
    held.resolve()
    await one.quiet()
    const posted = slack.workspace.posted('C1')
    expect(posted.map(({ thread_ts }) => thread_ts)).toEqual([ts])
    expect(wordsIn(posted[0]?.blocks)).toContain('Fail over Redis')
  })
})
