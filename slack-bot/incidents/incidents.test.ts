import { describe, expect, it } from 'vitest'
import { StoredIncidentMemory } from '#conversation/incidents/stored-incident-memory.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { buttonsIn, wordsIn } from '../block-kit.fake.ts'
import { loopWiki, type StartedBot, startBot } from '../bot.fake.ts'

const sections = [
  {
    title: 'Redis runbook',
    heading: 'Fail over',
    text: 'Fail over Redis by hand.\n\n1. Check the replicas: `redis-cli info replication`\n2. Promote one.',
    owners: ['@chi'],
  },
]
const principals = [
  { name: 'ann', slack: 'U1', audiences: ['sre'] },
  { name: 'bob', slack: 'U2', audiences: ['sre'] },
]

const started = async () => await startBot({ wiki: await loopWiki(sections), given: { principals } })
const incident = async (bot: StartedBot, text: string, user = 'U1', channel = 'C1') => {
  await bot.slack.command({ user, channel, text, command: '/incident' })
  await bot.quiet()
}
const told = (bot: StartedBot) => String(bot.slack.responses.at(-1)?.body.text)
const allWords = (bot: StartedBot) => bot.slack.workspace.posted('C1').map(({ blocks }) => wordsIn(blocks))

describe('/incident', () => {
  it('begins one with its runbook at hand, and refuses a second', async () => {
    await using bot = await started()
    await incident(bot, 'Redis fail over needed')
    const [began, offer] = bot.slack.workspace.posted('C1')
    expect(began?.text).toContain('Redis fail over needed')
    expect(offer?.thread_ts).toBe(began?.ts)
    expect(wordsIn(offer?.blocks)).toContain('redis-cli info replication')
    await incident(bot, 'start something else', 'U2')
    expect(told(bot)).toContain('Redis fail over needed')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(2)
  })

  it('keeps what happens in the channel, and drafts a postmortem with the documents to fix', async () => {
    await using bot = await started()
    await incident(bot, 'Checkout is slow')
    const ts = await bot.slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await bot.quiet()
    const answer = bot.slack.workspace.posted('C1').find(({ thread_ts }) => thread_ts === ts)
    const press = async (label: string) => {
      const button = buttonsIn(answer?.blocks).find(({ text }) => text.includes(label))
      const [actionId, value] = [button?.action_id ?? '', button?.value ?? '']
      await bot.slack.press({ user: 'U2', channel: 'C1', actionId, value, messageTs: answer?.ts ?? '', threadTs: ts })
      await bot.quiet()
    }
    await press('outdated')
    const modal = bot.slack.workspace.modals.at(-1)
    const values = { what: { what: { value: 'The port has changed' } } }
    const [callbackId, metadata] = [String(modal?.callback_id), String(modal?.private_metadata)]
    await bot.slack.submits({ user: 'U2', callbackId, metadata, values })
    await bot.quiet()
    await bot.slack.says({ user: 'U2', channel: 'C1', text: '<@UBOT> where are the zebra stripes?' })
    await bot.quiet()
    await incident(bot, 'note Rolled back 1.2.3, password=hunter2hunter2', 'U2')
    const pinned = await bot.slack.says({ user: 'U2', channel: 'C1', text: 'Customers see errors since 10:00' })
    const item = { type: 'message', channel: 'C1', ts: pinned }
    await bot.slack.event({ type: 'reaction_added', user: 'U1', reaction: 'pushpin', item, event_ts: '1' })
    await bot.quiet()
    await incident(bot, 'end')
    const draft = allWords(bot).slice(-2).join('\n')
    expect(draft).toContain('Postmortem: Checkout is slow')
    const parts = [
      'Incident began (ann): Checkout is slow',
      'Asked (ann): how do I fail over redis?',
      'Marked outdated (bob): The port has changed',
      'Asked, found nothing (bob): where are the zebra stripes?',
      'Note (bob): Rolled back 1.2.3',
      'Note (bob): Customers see errors since 10:00',
      'Documents to fix',
      'Redis runbook',
      'said to be outdated during the incident',
      'owner @chi',
      'Nothing was found for “where are the zebra stripes?”',
    ]
    const places = parts.map((part) => draft.indexOf(part))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(draft).not.toContain('hunter2hunter2')
    await incident(bot, 'status')
    expect(told(bot)).toContain('No incident is under way')
  })

  it('tells whoever comes to it what happened so far, and not as part of it', async () => {
    await using bot = await started()
    await incident(bot, 'Checkout is slow')
    await incident(bot, 'note Rolled back 1.2.3', 'U2')
    const ts = await bot.slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> catch me up' })
    await bot.quiet()
    const answer = bot.slack.workspace.posted('C1').find(({ thread_ts }) => thread_ts === ts)
    expect(wordsIn(answer?.blocks)).toContain('It was noted: Rolled back 1.2.3')
    await incident(bot, 'status')
    expect(told(bot)).not.toContain('catch me up')
  })

  it('sums the incident up in the draft, and says who has to look at that', async () => {
    const wiki = await loopWiki(sections)
    const llm = {
      id: 'a model',
      reply: async function* () {
        yield { kind: 'text' as const, text: 'Checkout was slow until 1.2.3 was rolled back.' }
      },
    }
    const incidentMemory = new StoredIncidentMemory({
      conversations: wiki.store.conversations,
      llm,
      clock: systemClock,
      log: silentLog,
    })
    await using bot = await startBot({ wiki, given: { principals, incidentMemory } })
    await incident(bot, 'Checkout is slow')
    await incident(bot, 'note Rolled back 1.2.3', 'U2')
    await incident(bot, 'end')
    const draft = allWords(bot).slice(-2).join('\n')
    expect(draft).toContain('Checkout was slow until 1.2.3 was rolled back.')
    expect(draft).toContain('Written by a model from the timeline; to be checked.')
  })

  it('keeps what was answered to one person alone out of it', async () => {
    await using bot = await started()
    await incident(bot, 'Checkout is slow')
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'how do I fail over redis secretly?' })
    await bot.quiet()
    await incident(bot, 'end')
    expect(allWords(bot).join('\n')).not.toContain('secretly')
  })

  it('takes what is typed in Japanese for what it is, and says how it is used', async () => {
    await using bot = await started()
    await incident(bot, 'help')
    expect(told(bot)).toContain('/incident note')
    await incident(bot, '決済が遅い')
    await incident(bot, 'status')
    expect(told(bot)).toContain('インシデント開始')
    await incident(bot, 'end')
    expect(allWords(bot).at(-1)).toContain('ポストモーテム: 決済が遅い')
  })

  it('is for those who may see something, where we were invited', async () => {
    await using bot = await started()
    bot.slack.workspace.person('UG', { is_restricted: true })
    await incident(bot, 'It burns', 'UG')
    await incident(bot, 'It burns', 'U1', 'C404')
    expect(told(bot)).toContain('/invite')
    expect(bot.slack.workspace.posted()).toEqual([])
  })
})
