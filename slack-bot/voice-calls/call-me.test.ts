import { describe, expect, it } from 'vitest'
import type { Principal } from '#knowledge/principal.ts'
import { buttonsIn, wordsIn } from '../block-kit.fake.ts'
import { loopWiki, type StartedBot, startBot } from '../bot.fake.ts'

const ongoing = new AbortController().signal
const sections = [
  {
    title: 'Redis runbook',
    heading: 'Fail over',
    text: 'Fail over Redis by hand.\n\n1. Check the replicas: `redis-cli info replication`\n2. Promote one.\n3. Watch the lag.',
  },
  { title: 'Vault runbook', heading: 'Unseal', text: 'The vault is unsealed with three keys.', audience: ['sre'] },
]
const ann: Principal & { slack: string } = { name: 'ann', slack: 'U1', audiences: ['sre'] }
const principals = [ann, { name: 'bob', slack: 'U2', audiences: [] }]

async function press(bot: StartedBot, label: string): Promise<void> {
  const from = bot.slack.workspace
    .posted('C1')
    .findLast(({ blocks }) => buttonsIn(blocks).some(({ text }) => text.includes(label)))
  const button = buttonsIn(from?.blocks).find(({ text }) => text.includes(label))
  const [actionId, value] = [button?.action_id ?? '', button?.value ?? '']
  const at = { messageTs: from?.ts ?? '', threadTs: from?.thread_ts ?? '' }
  await bot.slack.press({ user: 'U1', channel: 'C1', actionId, value, ...at })
  await bot.quiet()
}

/** The conversation that the link leads to. */
function linked(bot: StartedBot): string {
  const blocks: unknown = bot.slack.responses.at(-1)?.body.blocks
  const url = /https:\/\/nightdesk\.example\/[^"]+/.exec(JSON.stringify(blocks))?.[0] ?? ''
  return new URL(url).searchParams.get('conversation_id') ?? ''
}

async function called() {
  const publicUrl = 'https://nightdesk.example'
  const clock = { at: Date.now(), now: () => new Date(clock.at) }
  const given = { principals, publicUrl, clock, sweepEveryMs: 10 }
  const bot = await startBot({ wiki: await loopWiki(sections), given })
  await bot.slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
  await bot.quiet()
  return Object.assign(bot, { clock })
}

/** As somebody who is on the call says it. */
async function says(bot: StartedBot, conversationId: string, text: string, principal: Principal = ann) {
  const question = { text, conversationId, mode: 'spoken' as const, principal }
  const events = await Array.fromAsync(bot.wiki.ask(question, ongoing))
  await bot.bot.said(conversationId, ongoing)
  await bot.quiet()
  const last = events.at(-1)
  return last?.kind === 'done' ? last.answer : undefined
}
const posted = (bot: StartedBot) => bot.slack.workspace.posted('C1').map(({ blocks }) => wordsIn(blocks))

describe('"Call me"', () => {
  it('leads to a conversation that knows the thread, and writes what is said there into it, once', async () => {
    await using bot = await called()
    await press(bot, 'Call me')
    const id = linked(bot)
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    const answer = await says(bot, id, 'who else watches the lag of redis?')
    expect(answer?.conversationId).toBe(id)
    await bot.bot.said(id, ongoing)
    await bot.quiet()
    const said = posted(bot).filter((words) => words.includes('on the call'))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('<@U1>, on the call: who else watches the lag of redis?')
    expect(said[0]).toContain('Redis runbook')
  })

  it('tells the caller alone what not everybody in the channel may see', async () => {
    await using bot = await called()
    await press(bot, 'Call me')
    await says(bot, linked(bot), 'how is the vault unsealed?')
    expect(posted(bot).join('\n')).not.toContain('three keys')
    expect(posted(bot).at(-1)).toContain('not everybody here may see')
    const alone = bot.slack.workspace.ephemerals.map(({ user, blocks }) => `${user} ${wordsIn(blocks)}`)
    expect(alone.join('\n')).toMatch(/U1 [\s\S]*three keys/)
  })

  it('is nobody else’s: another name finds no such conversation', async () => {
    await using bot = await called()
    await press(bot, 'Call me')
    const answer = await says(bot, linked(bot), 'who watches redis?', { name: 'eve', audiences: 'all' })
    expect(answer?.conversationId).not.toBe(linked(bot))
    expect(posted(bot).filter((words) => words.includes('on the call'))).toEqual([])
  })

  it('goes on with the same step of a runbook, and the thread goes on where the call has come to', async () => {
    await using bot = await called()
    await press(bot, 'Walk me through')
    await press(bot, 'Done')
    const [answer] = bot.slack.workspace.posted('C1')
    expect(buttonsIn(answer?.blocks).map(({ text }) => text)).toContain('📞 Call me')
    await press(bot, 'Call me')
    const id = linked(bot)
    const heard = await says(bot, id, 'done')
    expect(heard?.answer).toContain('Step three of three')
    expect(posted(bot).at(-1)).toContain('Step three of three')
    expect(
      posted(bot)
        .join('\n')
        .match(/Done by <@U1>/g),
    ).toHaveLength(2)
    await press(bot, 'Done')
    expect(posted(bot).at(-1)).toContain('That was the last step')
    expect((await says(bot, id, 'where are we?'))?.answer).not.toContain('Step')
  })

  it('ends by itself, and says how much was asked', async () => {
    await using bot = await called()
    await press(bot, 'Call me')
    await says(bot, linked(bot), 'who else watches the lag of redis?')
    bot.clock.at += 30 * 60_000
    await bot.until(() => posted(bot).some((words) => words.includes('call is over; one question')))
    await says(bot, linked(bot), 'and kafka?')
    expect(posted(bot).filter((words) => words.includes('on the call'))).toHaveLength(1)
  })

  it('is not offered where nobody said at what address', async () => {
    await using without = await startBot({ wiki: await loopWiki(sections) })
    await without.slack.says({ user: 'U1', channel: 'C1', text: '<@UBOT> how do I fail over redis?' })
    await without.quiet()
    expect(posted(without).join('\n')).not.toContain('Call me')
  })
})
