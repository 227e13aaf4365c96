import { describe, expect, it } from 'vitest'
import { buttonsIn, wordsIn } from '../block-kit.fake.ts'
import { loopWiki, type StartedBot, startBot } from '../bot.fake.ts'

const title = 'Ledger failover'
const sections = [
  {
    title,
    heading: 'Switch over',
    text: 'Fail over the ledger by hand.\n\n1. Put up the banner.\n2. Switch: `patronictl switchover ledger`\n3. Remove the old data: `rm -rf /var/lib/old`\n4. Check that `lag` is 0.',
    owners: ['@ann'],
  },
]
const principals = [
  { name: 'ann', slack: 'U1', audiences: [] },
  { name: 'bob', slack: 'U2', audiences: [] },
]

const lastIn = (bot: StartedBot, channel = 'C1') => bot.slack.workspace.posted(channel).at(-1)

async function press(bot: StartedBot, label: string, user = 'U1', from = lastIn(bot)): Promise<void> {
  const button = buttonsIn(from?.blocks).find(({ text }) => text.includes(label))
  if (button === undefined) throw new Error(`no button ${label} in ${wordsIn(from?.blocks)}`)
  const { action_id: actionId, value } = button
  const at = { messageTs: from?.ts ?? '', ...(from?.thread_ts !== undefined && { threadTs: from.thread_ts }) }
  await bot.slack.press({ user, channel: from?.channel ?? 'C1', actionId, value, ...at })
  await bot.quiet()
}

async function walking(channel = 'C1'): Promise<StartedBot & { thread: string }> {
  const bot = await startBot({ wiki: await loopWiki(sections), given: { principals } })
  const thread = await bot.slack.says({ user: 'U1', channel, text: '<@UBOT> how do I fail over the ledger?' })
  await bot.quiet()
  await press(bot, 'Walk me through', 'U1', lastIn(bot, channel))
  return Object.assign(bot, { thread })
}

describe('walking through a runbook in a thread', () => {
  it('shows one step after the other, and by whom each was dealt with', async () => {
    await using bot = await walking()
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('Put up the banner')
    expect(lastIn(bot)?.thread_ts).toBe(bot.thread)
    const first = lastIn(bot)
    await press(bot, 'Done', 'U2')
    expect(wordsIn(first?.blocks)).toContain('Done by <@U2>')
    expect(wordsIn(first?.blocks)).toContain('Put up the banner')
    expect(buttonsIn(first?.blocks)).toEqual([])
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('patronictl switchover ledger')
    await press(bot, 'Done')
    expect(wordsIn(lastIn(bot)?.blocks)).not.toContain('rm -rf')
    await press(bot, 'Show the command')
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('rm -rf /var/lib/old')
    await press(bot, 'Skip', 'U2')
    await press(bot, 'Done')
    const words = wordsIn(lastIn(bot)?.blocks)
    expect(words).toContain('One step was skipped')
    expect(words).toContain('Who did what')
    expect(words.match(/by <@U\d>/g)).toEqual(['by <@U2>', 'by <@U1>', 'by <@U2>', 'by <@U1>'])
    expect(buttonsIn(lastIn(bot)?.blocks)).toEqual([])
  })

  it('goes on once where two press at the same time, and tells the other who was first', async () => {
    await using bot = await walking()
    const first = lastIn(bot)
    await Promise.all([press(bot, 'Done', 'U1', first), press(bot, 'Skip', 'U2', first)])
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('Step two of four')
    expect(bot.slack.responses.map(({ body }) => String(body.text))).toEqual([
      expect.stringMatching(/dealt with already. .*by <@U[12]>/),
    ])
  })

  it('takes what is typed in the thread for the same, and keeps the place while questions are asked', async () => {
    await using bot = await walking()
    await bot.slack.says({ user: 'U2', channel: 'C1', text: 'done', thread_ts: bot.thread })
    await bot.quiet()
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('Step two of four')
    await bot.slack.says({ user: 'U1', channel: 'C1', text: 'who owns the ledger failover?', thread_ts: bot.thread })
    await bot.quiet()
    await bot.slack.says({ user: 'U1', channel: 'C1', text: 'done', thread_ts: bot.thread })
    await bot.quiet()
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('Step three of four')
    const closed = bot.slack.workspace.posted('C1').map(({ blocks }) => wordsIn(blocks))
    expect(closed.filter((words) => words.includes('Done by <@U2>'))).toHaveLength(1)
  })

  it('notes a problem and stays at the step; stops, and goes on after a restart', async () => {
    await using bot = await walking()
    await press(bot, 'Problem')
    expect(wordsIn(lastIn(bot)?.blocks)).toContain('The owner is @ann')
    await press(bot, 'Stop here')
    expect(buttonsIn(lastIn(bot)?.blocks).map(({ text }) => text)).toEqual(['Go on'])
    await using again = await startBot({ slack: bot.slack, wiki: bot.wiki, given: { ...bot.parts } })
    await bot.stop()
    await press(again, 'Go on', 'U2')
    expect(wordsIn(lastIn(again)?.blocks)).toContain('Put up the banner')
  })

  it('goes on with them alone where the answer was for them alone', async () => {
    await using bot = await startBot({ wiki: await loopWiki(sections), given: { principals } })
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'how do I fail over the ledger?' })
    await bot.quiet()
    const button = buttonsIn(bot.slack.responses.at(-1)?.body.blocks).find(({ text }) => text.includes('Walk'))
    const actionId = button?.action_id ?? ''
    await bot.slack.press({ user: 'U1', channel: 'C1', actionId, value: button?.value ?? '', ephemeral: true })
    await bot.quiet()
    expect(bot.slack.workspace.posted('C1')).toEqual([])
    expect(wordsIn(lastIn(bot, 'D1')?.blocks)).toContain('Put up the banner')
    await press(bot, 'Done', 'U1', lastIn(bot, 'D1'))
    expect(wordsIn(lastIn(bot, 'D1')?.blocks)).toContain('patronictl')
  })

  it('shows no step any more once somebody is there who may see nothing', async () => {
    await using bot = await walking()
    bot.slack.workspace.person('UG', { is_restricted: true })
    bot.slack.workspace.channels.get('C1')?.members.push('UG')
    await bot.slack.event({ type: 'member_joined_channel', user: 'UG', channel: 'C1' })
    const before = bot.slack.workspace.posted('C1').length
    await press(bot, 'Done')
    expect(bot.slack.workspace.posted('C1')).toHaveLength(before)
    expect(bot.slack.responses.at(-1)?.body.text).toContain('has changed')
  })
  it('goes one step on for a word that was typed just before the process died', async () => {
    await using bot = await walking()
    const { ask } = bot.wiki
    const obeyed = Promise.withResolvers<void>()
    bot.parts.ask = async function* (question, signal) {
      for await (const event of ask(question, signal)) {
        if (event.kind === 'done') {
          obeyed.resolve()
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        }
        yield event
      }
    }
    const given = { ...bot.parts, drainMs: 0, sweepEveryMs: 10 }
    await bot.stop()
    await using dying = await startBot({ slack: bot.slack, wiki: bot.wiki, given })
    await bot.slack.says({ user: 'U2', channel: 'C1', text: 'done', thread_ts: bot.thread })
    await obeyed.promise
    await dying.stop()
    await using next = await startBot({ slack: bot.slack, wiki: bot.wiki, given: { ...given, ask } })
    await next.quiet()
    expect(wordsIn(lastIn(next)?.blocks)).toContain('patronictl switchover ledger')
    await press(next, 'Done')
    expect(wordsIn(lastIn(next)?.blocks)).toContain('Show the command')
  })
})
