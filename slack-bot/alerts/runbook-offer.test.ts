import { describe, expect, it } from 'vitest'
import { buttonsIn, wordsIn } from '../block-kit.fake.ts'
import { loopWiki, type StartedBot, startBot } from '../bot.fake.ts'

const sections = [
  {
    title: 'Redis runbook',
    heading: 'Redis is down',
    text: 'When Redis does not answer, fail over.\n\n1. Check the replicas: `redis-cli info replication`\n2. Promote one.',
    owners: ['@ann'],
  },
  { title: 'Vault runbook', heading: 'Vault sealed', text: '1. Unseal the vault with three keys.', audience: ['sre'] },
]
const principals = [
  { name: 'ann', slack: 'U1', audiences: ['sre'] },
  { name: 'bob', slack: 'U2', audiences: [] },
]
const card = (title: string) => ({
  username: 'Alertmanager',
  attachments: [
    { title, title_link: 'http://am/#/alerts?receiver=slack', text: 'summary: see above', color: 'danger' },
  ],
})
const redisDown = card('[FIRING:1] Redis is down redis')

const started = async (): Promise<StartedBot> => {
  const clock = { at: Date.now(), now: () => new Date(clock.at) }
  const bot = await startBot({ wiki: await loopWiki(sections), given: { principals, clock } })
  return Object.assign(bot, { clock })
}
const hoursPass = (bot: StartedBot, hours: number) => {
  const { clock } = bot.parts
  if ('at' in clock && typeof clock.at === 'number') clock.at += hours * 3_600_000
}
const offered = (bot: StartedBot, channel = 'C1') => bot.slack.workspace.posted(channel)

describe('an alert in a channel', () => {
  it('is followed by its runbook in the thread, with its age, and steps that can be walked through', async () => {
    await using bot = await started()
    const ts = await bot.slack.appPosts('C1', redisDown)
    await bot.quiet()
    const [offer, ...others] = offered(bot)
    expect(others).toEqual([])
    expect(offer?.thread_ts).toBe(ts)
    const words = wordsIn(offer?.blocks)
    expect(words).toContain('Runbook for “Redis is down redis”')
    expect(words).toContain('redis-cli info replication')
    expect(words).toMatch(/Redis runbook[\s\S]*edited .* ago[\s\S]*owner @ann/)
    expect(buttonsIn(offer?.blocks).map(({ text }) => text)).toContain('Walk me through')
  })

  it('is followed by it once, however often it is repeated, changed, resolved and told again', async () => {
    await using bot = await started()
    const ts = await bot.slack.appPosts('C1', redisDown)
    await bot.slack.appPosts('C1', card('[FIRING:3] Redis is down redis'))
    await bot.slack.appPosts('C1', card('[RESOLVED] Redis is down redis'), ts)
    await bot.slack.appPosts('C1', redisDown)
    await bot.quiet()
    expect(offered(bot)).toHaveLength(1)
    await bot.slack.appPosts('C1', card('[RESOLVED] Redis is down redis'))
    hoursPass(bot, 5)
    await bot.slack.appPosts('C1', redisDown)
    await bot.quiet()
    expect(offered(bot)).toHaveLength(2)
  })

  it('is answered once by two that hear of it at the same time', async () => {
    await using bot = await started()
    await using other = await startBot({ slack: bot.slack, wiki: bot.wiki, given: bot.parts })
    await Promise.all([1, 2, 3, 4].map(() => bot.slack.appPosts('C1', redisDown)))
    await other.quiet()
    expect(offered(bot)).toHaveLength(1)
  })

  it('goes on as a conversation in its thread', async () => {
    await using bot = await started()
    const ts = await bot.slack.appPosts('C1', redisDown)
    await bot.quiet()
    await bot.slack.says({ user: 'U1', channel: 'C1', text: 'who owns the redis runbook?', thread_ts: ts })
    await bot.quiet()
    expect(offered(bot)).toHaveLength(2)
  })

  it('brings out nothing that somebody there may not see, and nothing where nothing fits', async () => {
    await using bot = await started()
    await bot.slack.appPosts('C1', card('[FIRING:1] Vault sealed vault'))
    await bot.slack.appPosts('C1', card('[FIRING:1] Zebra stripes fading'))
    bot.slack.workspace.person('UG', { is_restricted: true })
    bot.slack.workspace.channel('C2', ['U1', 'UG'])
    await bot.slack.appPosts('C2', redisDown)
    await bot.quiet()
    expect([...offered(bot, 'C1'), ...offered(bot, 'C2')].map(({ text }) => text)).toEqual([])
  })

  it('is none where we or others say such a thing ourselves', async () => {
    await using bot = await started()
    const { slack } = bot
    const base = { type: 'message', channel: 'C1', channel_type: 'channel', ...redisDown }
    await slack.event({ ...base, bot_id: 'BBOT', user: 'UBOT', ts: slack.workspace.ts() })
    const ts = slack.workspace.add({ user: 'U1', channel: 'C1', text: 'x' }).ts
    await slack.event({ ...base, bot_id: 'BAPP', ts: slack.workspace.ts(), thread_ts: ts })
    await slack.event({ ...base, user: 'U1', text: '[FIRING:1] Redis is down', ts: slack.workspace.ts() })
    await bot.quiet()
    expect(offered(bot)).toEqual([])
  })
})

describe('an alert that Alertmanager tells us of', () => {
  const notification = {
    alert: { tool: 'alertmanager', status: 'firing', title: 'Redis is down redis', about: 'redis', group: 'g' },
    labels: { team: 'data' },
  } as const

  it('is posted where it is configured, once, with its runbook', async () => {
    const channels = [
      { channel: 'C1', services: [], alertmanager: { team: 'data' }, unaskedFrom: undefined },
      { channel: 'C2', services: [], alertmanager: { team: 'web' }, unaskedFrom: undefined },
      { channel: 'C9', services: [], alertmanager: true, unaskedFrom: undefined },
    ]
    await using bot = await startBot({ wiki: await loopWiki(sections), given: { principals, channels } })
    bot.slack.workspace.channel('C2', ['U1'])
    expect(await bot.bot.alerted(notification)).toBe(2)
    await bot.bot.alerted(notification)
    await bot.quiet()
    const [alert, offer, ...others] = offered(bot)
    expect([alert?.text, others]).toEqual(['🔔 Redis is down redis', []])
    expect(offer?.thread_ts).toBe(alert?.ts)
    expect(wordsIn(offer?.blocks)).toContain('redis-cli info replication')
    expect(offered(bot, 'C2')).toEqual([])
  })
})
