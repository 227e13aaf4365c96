import { describe, expect, it } from 'vitest'
import { buttonsIn, wordsIn } from './block-kit.fake.ts'
import { type StartedBot, startBot } from './bot.fake.ts'

const ann = 'U1'
const principals = [
  { name: 'ann', slack: 'U1', audiences: ['sre'] },
  { name: 'bob', slack: 'U2', audiences: ['sre'] },
  { name: 'chi', slack: 'U3', audiences: [] },
]

async function answered(bot: StartedBot, text = 'how do I fail over redis?') {
  const ts = await bot.slack.says({ user: ann, channel: 'C1', text: `<@UBOT> ${text}` })
  await bot.quiet()
  const answer = bot.slack.workspace.posted('C1').at(-1)
  const press = async (label: string, user: string) => {
    const button = buttonsIn(answer?.blocks).find(({ text: said }) => said.includes(label))
    const [actionId, value] = [button?.action_id ?? 'none', button?.value ?? '']
    await bot.slack.press({ user, channel: 'C1', actionId, value, messageTs: answer?.ts ?? '', threadTs: ts })
    await bot.quiet()
  }
  const traceId: string = JSON.parse(buttonsIn(answer?.blocks)[0]?.value ?? '{}').t
  return { press, traceId, ts }
}

const ongoing = new AbortController().signal
const feedbackOf = (bot: StartedBot, traceId: string) => bot.wiki.store.conversations.feedback(traceId, ongoing)

describe('buttons below an answer', () => {
  it('record what people think of it, by name', async () => {
    await using bot = await startBot({ given: { principals } })
    const { press, traceId } = await answered(bot)
    await press('Helpful', ann)
    await press('Not helpful', 'U2')
    expect(await feedbackOf(bot, traceId)).toMatchObject([
      { principal: 'ann', verdict: 'good' },
      { principal: 'bob', verdict: 'bad' },
    ])
    expect(bot.slack.responses.map(({ body }) => body.response_type)).toEqual(['ephemeral', 'ephemeral'])
  })

  it('take what is outdated down, and tell the owner', async () => {
    await using bot = await startBot({ given: { principals } })
    const { press, traceId } = await answered(bot)
    await press('outdated', 'U2')
    const modal = bot.slack.workspace.modals[0]
    const values = {
      what: { what: { type: 'plain_text_input', value: 'Sentinel does it now <!channel>, password=hunter2hunter2' } },
    }
    await bot.slack.submits({
      user: 'U2',
      callbackId: String(modal?.callback_id),
      metadata: String(modal?.private_metadata),
      values,
    })
    await bot.quiet()
    expect(await feedbackOf(bot, traceId)).toMatchObject([
      { principal: 'bob', verdict: 'stale', comment: expect.stringContaining('Sentinel does it now') },
    ])
    const [told] = bot.slack.workspace.posted('D1')
    expect(wordsIn(told?.blocks)).toContain('Sentinel does it now')
    expect(told?.text).toContain('<@U2>')
    expect(told?.text).not.toContain('<!channel>')
    expect(bot.slack.workspace.ephemerals).toMatchObject([{ user: 'U2', channel: 'C1' }])
  })

  it('ask the owner in the thread', async () => {
    await using bot = await startBot({ given: { principals } })
    const { press, ts } = await answered(bot, 'how do I brew coffee?')
    await press('Ask @ann', 'U2')
    const asked = bot.slack.workspace.posted('C1').at(-1)
    expect(asked).toMatchObject({ thread_ts: ts, text: expect.stringContaining('<@U1>') })
  })

  it('say so where an owner is nobody in Slack', async () => {
    await using bot = await startBot({ given: { principals } })
    const { press } = await answered(bot, 'how to restart mysql?')
    await press('Ask dba-team', ann)
    expect(bot.slack.responses[0]?.body.text).toContain('dba-team')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
  })

  it('do nothing for those who may see nothing, and for answers of others', async () => {
    await using bot = await startBot({ given: { principals } })
    bot.slack.workspace.person('UG', { is_restricted: true })
    const { press, traceId } = await answered(bot)
    await press('Helpful', 'UG')
    await bot.slack.press({
      user: 'U3',
      channel: 'C9',
      actionId: 'feedback_bad',
      value: JSON.stringify({ t: traceId }),
      messageTs: '1.000001',
    })
    await bot.slack.press({
      user: ann,
      channel: 'C1',
      actionId: 'feedback_bad',
      value: '{"t":"made-up"}',
      messageTs: '1.000001',
    })
    await bot.slack.press({
      user: ann,
      channel: 'C1',
      actionId: 'feedback_bad',
      value: 'no JSON',
      messageTs: '1.000001',
    })
    await bot.quiet()
    expect(await feedbackOf(bot, traceId)).toEqual([])
    expect(await feedbackOf(bot, 'made-up')).toEqual([])
  })

  it('count once, however often Slack tells of it', async () => {
    await using bot = await startBot()
    const { traceId } = await answered(bot)
    const body = {
      type: 'block_actions',
      team: { id: 'T1' },
      user: { id: ann },
      channel: { id: 'C1' },
      trigger_id: 't',
      actions: [{ action_id: 'feedback_good', action_ts: '5.000001', value: JSON.stringify({ t: traceId }) }],
    }
    for (let n = 0; n < 5; n++) await bot.bot.take(body)
    await bot.quiet()
    expect(await feedbackOf(bot, traceId)).toHaveLength(1)
  })
})

describe('sharing', () => {
  const shared = async (bot: StartedBot, text: string) => {
    await bot.slack.command({ user: ann, channel: 'C1', text })
    await bot.quiet()
    const button = buttonsIn(bot.slack.responses.at(-1)?.body.blocks).find(({ text: said }) => said.includes('Share'))
    await bot.slack.press({ user: ann, channel: 'C1', actionId: 'share', value: button?.value ?? '', ephemeral: true })
    await bot.quiet()
  }

  it('shows all what all may see', async () => {
    await using bot = await startBot({ given: { principals } })
    await shared(bot, 'redis?')
    const words = wordsIn(bot.slack.workspace.posted('C1')[0]?.blocks)
    expect(words).toContain('Shared by <@U1>')
    expect(words).toContain('Fail over Redis by hand')
    expect(words).toContain('redis runbook')
  })

  it('refuses what one of them may not see, also when they joined a moment ago', async () => {
    await using bot = await startBot({ given: { principals } })
    await shared(bot, 'the vault?')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
    bot.slack.workspace.channels.get('C1')?.members.push('U3')
    await shared(bot, 'the vault?')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
    expect(bot.slack.responses.at(-1)?.body.text).toContain('not everybody here may see')
  })
})

describe('the Home tab', () => {
  const opened = async (bot: StartedBot, user = ann) => {
    await bot.slack.event({ type: 'app_home_opened', user, channel: 'D1', tab: 'home', event_ts: '1' })
    await bot.quiet()
    return bot.slack.workspace.homes.get(user)
  }
  const press = async (bot: StartedBot, label: string) => {
    const button = buttonsIn(bot.slack.workspace.homes.get(ann)?.blocks).find(({ text }) => text === label)
    await bot.slack.press({ user: ann, channel: '', actionId: button?.action_id ?? '', value: button?.value ?? '' })
    await bot.quiet()
  }

  it('shows the documents that somebody owns, how they stand, and takes their word', async () => {
    await using bot = await startBot({ given: { principals } })
    const home = await opened(bot)
    expect(wordsIn(home?.blocks)).toContain('redis runbook')
    expect(wordsIn(home?.blocks)).toContain('due for review')
    expect(wordsIn(home?.blocks)).not.toContain('vault')
    await press(bot, 'Still true')
    const verified = await bot.wiki.store.documents.verifications(['redis'], ongoing)
    expect(verified.get('redis')).toMatchObject({ by: 'ann' })
  })

  it('takes down why something never goes stale, or what is wrong with it', async () => {
    await using bot = await startBot({ given: { principals } })
    await opened(bot)
    for (const label of ['Evergreen…', 'Wrong']) {
      await press(bot, label)
      const modal = bot.slack.workspace.modals.at(-1)
      const values = { what: { what: { value: `because ${label}` } } }
      await bot.slack.submits({
        user: ann,
        callbackId: String(modal?.callback_id),
        metadata: String(modal?.private_metadata),
        values,
      })
      await bot.quiet()
    }
    const verified = await bot.wiki.store.documents.verifications(['redis'], ongoing)
    expect(verified.get('redis')).toMatchObject({ by: 'ann', evergreenReason: 'because Evergreen…' })
    expect(await feedbackOf(bot, 'document:redis')).toMatchObject([{ verdict: 'stale', comment: 'because Wrong' }])
  })

  it('forgets what somebody says is not theirs', async () => {
    await using bot = await startBot({ given: { principals } })
    await opened(bot)
    await press(bot, 'Not mine')
    expect(wordsIn(bot.slack.workspace.homes.get(ann)?.blocks)).not.toContain('redis runbook')
  })

  it('shows nothing to those who may see nothing, and speaks their language', async () => {
    await using bot = await startBot({ given: { principals } })
    bot.slack.workspace.person('UG', { is_restricted: true, email: 'ann', locale: 'ja-JP' })
    const words = wordsIn((await opened(bot, 'UG'))?.blocks)
    expect(words).toContain('あなたが担当する')
    expect(words).not.toContain('runbook')
  })
})
