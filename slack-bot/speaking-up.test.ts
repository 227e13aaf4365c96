import { describe, expect, it } from 'vitest'
import { wordsIn } from './block-kit.fake.ts'
import { fakeWiki, type StartedBot, startBot } from './bot.fake.ts'

const channels = [
  { channel: 'C1', services: ['redis', 'checkout'], alertmanager: false, unaskedFrom: 0.8 },
  { channel: 'C2', services: ['vault'], alertmanager: false, unaskedFrom: undefined },
]
const started = async (unaskedFrom = 0.8): Promise<StartedBot> => {
  const [first, ...others] = channels
  const given = { channels: first === undefined ? [] : [{ ...first, unaskedFrom }, ...others] }
  const bot = await startBot({ wiki: await fakeWiki(), given })
  bot.slack.workspace.channel('C2', ['U2'])
  return bot
}
const says = async (bot: StartedBot, text: string, channel = 'C1') => {
  const ts = await bot.slack.says({ user: 'U1', channel, text })
  await bot.quiet()
  return ts
}

describe('speaking unasked', () => {
  it('happens where it is configured, on a question of nobody in particular, when it is sure', async () => {
    await using bot = await started()
    const ts = await says(bot, 'how do I fail over redis?')
    expect(bot.slack.workspace.posted('C1').map(({ thread_ts }) => thread_ts)).toEqual([ts])
    await bot.slack.says({ user: 'U2', channel: 'C1', text: 'and what comes then?', thread_ts: ts })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
  })

  it('does not where nothing is found, nothing is asked, somebody else is asked, or it is not configured', async () => {
    await using bot = await started()
    for (const text of ['where is lunch?', 'redis is slow today', '<@U2> is redis down?']) await says(bot, text)
    await says(bot, 'how do I fail over redis?', 'C2')
    expect(bot.slack.workspace.posted()).toEqual([])
    await using unsure = await started(0.95)
    await says(unsure, 'how do I fail over redis?')
    expect(unsure.slack.workspace.posted()).toEqual([])
    expect(unsure.slack.calls.filter(({ method }) => method === 'chat.postEphemeral')).toEqual([])
  })

  it.each(['shushing_face', 'x'])('ends in that channel by a reaction with :%s:', async (reaction) => {
    await using bot = await started()
    await says(bot, 'how do I fail over redis?')
    const item = { type: 'message', channel: 'C1', ts: bot.slack.workspace.posted('C1')[0]?.ts }
    await bot.slack.event({ type: 'reaction_added', user: 'U2', reaction, item, event_ts: '1' })
    await bot.quiet()
    await says(bot, 'how do I restart mysql?')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(1)
    await says(bot, '<@UBOT> how do I restart mysql?')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
  })
})

describe('suggested questions', () => {
  it('are about what goes wrong and what is looked after in the channels that somebody is in', async () => {
    await using bot = await started()
    const title = '[FIRING:1] RedisDown redis'
    const attachments = [{ title, title_link: 'http://am/#/alerts?receiver=x' }]
    await bot.slack.appPosts('C1', { username: 'Alertmanager', attachments })
    const ts = await bot.slack.says({ user: 'U1', channel: 'D1', text: 'hello?' })
    const context = { channel_id: 'C1' }
    await bot.slack.event({
      type: 'assistant_thread_started',
      assistant_thread: { user_id: 'U1', channel_id: 'D1', thread_ts: ts, context },
    })
    await bot.quiet()
    const prompts = JSON.stringify(bot.slack.workspace.prompts.at(-1))
    expect(prompts).toContain('What do I do about RedisDown redis?')
    expect(prompts).toContain('checkout is down')
    expect(prompts).not.toContain('vault')
  })
})

describe('questions that found nothing', () => {
  it('stand on the Home tab of whoever asked them, and of those who were there', async () => {
    await using bot = await started()
    await says(bot, '<@UBOT> where is the zebra?')
    await bot.slack.says({ user: 'U1', channel: 'D1', text: 'where is my secret unicorn?' })
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'where is the private giraffe?' })
    await bot.quiet()
    const home = async (user: string) => {
      await bot.slack.event({ type: 'app_home_opened', user, channel: `D${user}`, tab: 'home', event_ts: '1' })
      await bot.quiet()
      return wordsIn(bot.slack.workspace.homes.get(user)?.blocks)
    }
    const [asker, other, stranger] = [await home('U1'), await home('U2'), await home('U3')]
    for (const word of ['zebra', 'unicorn', 'giraffe']) expect(asker).toContain(word)
    expect(other).toContain('zebra')
    expect(other).not.toMatch(/unicorn|giraffe/)
    expect(stranger).not.toMatch(/zebra|unicorn|giraffe/)
  })
})
