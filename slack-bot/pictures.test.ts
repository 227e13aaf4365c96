import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buttonsIn } from './block-kit.fake.ts'
import { blocksHtml, conversationPage, type Shown } from './block-kit-html.fake.ts'
import { fakeWiki, loopWiki, type StartedBot, startBot } from './bot.fake.ts'
import { botUser } from './slack-workspace.fake.ts'

/** Where the pages are put to be looked at; unset: they are made and thrown away. */
const folder = process.env.NIGHTDESK_PICTURES
const principals = [
  { name: 'ann', slack: 'U1', audiences: ['sre'] },
  { name: 'bob', slack: 'U2', audiences: ['sre'] },
]
const runbook = [
  {
    title: 'Ledger failover',
    heading: 'Switch over',
    text: 'Fail over the ledger by hand when the primary does not answer.\n\n1. Put up the banner.\n2. Switch:\n\n   ```sh\n   patronictl switchover ledger --force\n   ```\n\n3. Remove the old data: `rm -rf /var/lib/old`\n4. Check that `lag` is 0.',
    owners: ['@ann'],
  },
]

function shownIn({ slack }: StartedBot, channel: string): Shown[] {
  const { workspace, responses } = slack
  const said = workspace.messages
    .filter((each) => each.channel === channel && !each.deleted)
    .map(({ user, text, blocks, thread_ts }) => ({
      who: user === botUser ? 'Nightdesk' : user === 'UAPP' ? 'Alertmanager' : user,
      inThread: thread_ts !== undefined,
      text,
      blocks,
    }))
  const alone = responses.map(({ body }) => ({
    who: 'Nightdesk',
    isEphemeral: true,
    text: String(body.text),
    blocks: body.blocks,
  }))
  return [...said, ...alone]
}

async function pictured(name: string, title: string, shown: readonly Shown[]): Promise<string> {
  const pages = (['light', 'dark'] as const).map((theme) => [theme, conversationPage(title, shown, theme)] as const)
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true })
    for (const [theme, page] of pages) await writeFile(join(folder, `${name}-${theme}.html`), page)
  }
  return pages[0]?.[1] ?? ''
}

async function press(bot: StartedBot, label: string): Promise<void> {
  const from = bot.slack.workspace
    .posted('C1')
    .findLast(({ blocks }) => buttonsIn(blocks).some(({ text }) => text.includes(label)))
  const button = buttonsIn(from?.blocks).find(({ text }) => text.includes(label))
  const [actionId, value] = [button?.action_id ?? '', button?.value ?? '']
  await bot.slack.press({
    user: 'U1',
    channel: 'C1',
    actionId,
    value,
    messageTs: from?.ts ?? '',
    threadTs: from?.thread_ts ?? '',
  })
  await bot.quiet()
}

describe('what stands in Slack can be shown as a page', () => {
  it('answers: plain, old, in Japanese, not found, for one person alone, with other people’s markup harmless', async () => {
    const wiki = await fakeWiki([
      {
        id: 'redis',
        about: 'redis',
        says: 'Fail over Redis by hand [1].\n\n1. Stop the writers.\n2. Run:\n\n```sh\nredis-cli -p 26379 failover <main> && echo "ok"\n```\n\n3. Watch `INFO`, **twice**.\n\n> <script>alert(1)</script> & <!channel>',
        owners: ['@ann'],
      },
      {
        id: 'mysql',
        about: 'mysql',
        says: 'Restart MySQL with `systemctl restart mysql` [1].',
        owners: ['dba-team'],
        freshness: { state: 'stale', editedAt: new Date('2022-01-05T00:00:00Z') },
        warnings: [{ code: 'outdated_source', message: 'This source was last edited 4 years ago.' }],
      },
      {
        id: 'dns',
        about: 'DNS',
        says: 'DNS は手動で切り替えます [1]。\n\n1. TTL を30秒に下げる。\n2. レコードを変更する。',
        owners: ['@chi'],
      },
    ])
    await using bot = await startBot({ wiki, given: { principals, publicUrl: 'https://nightdesk.example' } })
    for (const text of [
      'how do I fail over redis?',
      'how to restart mysql?',
      'DNS の切り替え方は？',
      'where is lunch?',
    ]) {
      await bot.slack.says({ user: 'U1', channel: 'C1', text: `<@UBOT> ${text}` })
      await bot.quiet()
    }
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'redis?' })
    await bot.quiet()
    const page = await pictured('answers', 'Answers', shownIn(bot, 'C1'))
    expect(page).not.toContain('<script>')
    expect(page).toContain('redis-cli -p 26379 failover &lt;main&gt;')
    expect(page.match(/This is outdated|内容が古い/g)?.length).toBe(4)
  })

  it('a runbook that is walked through, an alert with its runbook, and an incident with its postmortem', async () => {
    const given = { principals, publicUrl: 'https://nightdesk.example' }
    await using bot = await startBot({ wiki: await loopWiki(runbook), given })
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'Payments are late', command: '/incident' })
    await bot.quiet()
    const attachments = [{ title: '[FIRING:1] Ledger failover needed', title_link: 'http://am/#/alerts?receiver=x' }]
    await bot.slack.appPosts('C1', {
      username: 'Alertmanager',
      text: '🔥 [FIRING:1] Ledger failover needed',
      attachments,
    })
    await bot.quiet()
    await pictured('alert', 'An alert', shownIn(bot, 'C1'))
    for (const label of ['Walk me through', 'Done', 'Done', 'Show the command', 'Skip', 'Done']) await press(bot, label)
    await pictured('walk', 'A runbook', shownIn(bot, 'C1'))
    await bot.slack.says({ user: 'U2', channel: 'C1', text: '<@UBOT> where is the zebra?' })
    await bot.quiet()
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'note Rolled back to 1.2.2', command: '/incident' })
    await bot.slack.command({ user: 'U1', channel: 'C1', text: 'end', command: '/incident' })
    // So many posts in one channel have to wait for their turn.
    await bot.until(() => shownIn(bot, 'C1').some((each) => JSON.stringify(each).includes('Postmortem: ')))
    await bot.quiet()
    const page = await pictured('incident', 'An incident', shownIn(bot, 'C1').slice(-4))
    expect(page).toContain('Postmortem: Payments are late')
  })

  it('the Home tab, and the forms', async () => {
    await using bot = await startBot({ given: { principals } })
    await bot.slack.says({ user: 'U1', channel: 'D1', text: 'where is lunch?' })
    await bot.quiet()
    await bot.slack.event({ type: 'app_home_opened', user: 'U1', channel: 'D1', tab: 'home', event_ts: '1' })
    await bot.quiet()
    const home = bot.slack.workspace.homes.get('U1')
    const wrong = buttonsIn(home?.blocks).find(({ text }) => text === 'Wrong')
    await bot.slack.press({ user: 'U1', channel: '', actionId: wrong?.action_id ?? '', value: wrong?.value ?? '' })
    await bot.quiet()
    const views = [home, bot.slack.workspace.modals.at(-1)]
    const page = await pictured(
      'home',
      'Home',
      views.map((view) => ({ who: 'Nightdesk', text: '', blocks: view?.blocks })),
    )
    expect(page).toContain('Documents you own')
    expect(page).toContain('Questions that found nothing')
  })

  it('and nothing that is unknown is passed over', () => {
    expect(() => blocksHtml([{ type: 'carousel' }])).toThrow('carousel')
  })
})
