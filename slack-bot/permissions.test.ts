import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Section } from '#conversation/conversation.fake.ts'
import { buttonsIn, wordsIn } from './block-kit.fake.ts'
import { fakeWiki, loopWiki, startBot, type WikiPage } from './bot.fake.ts'
import type { SlackPrincipal } from './people.ts'
import { FakeSlack } from './slack.fake.ts'

const circles = ['sre', 'dba', 'legal'] as const
const secret = (circle: string) => `SECRET-${circle}`
const pages: readonly WikiPage[] = [
  { id: 'open', about: 'lunch', says: 'SECRET-nobody Lunch is at noon [1].', owners: ['@open-owner'] },
  ...circles.map((circle) => ({
    id: circle,
    about: circle,
    says: `${secret(circle)} is how it is done [1].`,
    audience: [circle],
    owners: [`owner-${secret(circle)}`],
  })),
]

/** What a person may read: configured, nothing, or, where nobody is configured, what is for everybody. */
interface Somebody {
  id: string
  kind: 'configured' | 'plain' | 'guest' | 'stranger' | 'bot'
  audiences: readonly string[]
}

function mayRead(person: Somebody, circle: string, isConfigured: boolean): boolean {
  if (person.kind === 'configured') return circle === 'nobody' || person.audiences.includes(circle)
  return person.kind === 'plain' && !isConfigured && circle === 'nobody'
}

const somebody = fc.record({
  kind: fc.constantFrom('configured', 'configured', 'configured', 'plain', 'guest', 'stranger', 'bot'),
  audiences: fc.subarray([...circles]),
})

/** All that stands in Slack where this person can read it. */
function readBy({ workspace, responses }: FakeSlack, { id }: Somebody, channel: string): string {
  const hears = workspace.channels.get(channel)?.members.includes(id) === true
  const said = hears ? workspace.messages.filter((each) => each.channel === channel && each.user === 'UBOT') : []
  return [
    ...said.map(
      ({ blocks, text, stream }) => `${wordsIn(blocks)} ${text} ${stream?.text ?? ''} ${JSON.stringify(blocks)}`,
    ),
    ...workspace.ephemerals
      .filter(({ user }) => user === id)
      .map((each) => `${each.text} ${JSON.stringify(each.blocks)}`),
    ...workspace.messages.filter((each) => each.channel === `D${id}`).map(({ blocks }) => JSON.stringify(blocks)),
    ...responses.filter((each) => each.id.startsWith(`${id}-`)).map(({ body }) => JSON.stringify(body)),
    JSON.stringify(workspace.homes.get(id) ?? ''),
    ...workspace.modals.map((modal) => JSON.stringify(modal)),
  ].join('\n')
}

const ever = new AbortController().signal

describe('groups of Slack', () => {
  const groups = [
    { group: 'S1', audiences: ['sre'] },
    { group: 'S2', audiences: ['dba'] },
    { group: 'S404', audiences: ['legal'] },
  ]
  const asked = async (
    user: string,
    topic: string,
    principals: SlackPrincipal[] = [],
    more: { is_restricted?: boolean } = {},
  ): Promise<string> => {
    await using bot = await startBot({ wiki: await fakeWiki(pages), given: { groups, principals } })
    const { workspace } = bot.slack
    workspace.person('U5', more)
    workspace.channel('D5', ['U5'])
    workspace.groups.set('S1', ['U1', 'U5'])
    workspace.groups.set('S2', ['U1'])
    await bot.slack.says({ user, channel: `D${user.slice(1)}`, text: `how is ${topic} done?` })
    await bot.quiet()
    return wordsIn(workspace.posted(`D${user.slice(1)}`)[0]?.blocks)
  }

  it('let their members see what each of them may, and nobody else anything', async () => {
    expect(await asked('U1', 'sre')).toContain('SECRET-sre')
    expect(await asked('U1', 'dba')).toContain('SECRET-dba')
    expect(await asked('U5', 'sre')).toContain('SECRET-sre')
    expect(await asked('U5', 'dba')).not.toContain('SECRET-dba')
    expect(await asked('U1', 'legal')).not.toContain('SECRET-legal')
  })

  it('add to what somebody may see by name', async () => {
    const principals = [{ name: 'ann', slack: 'U1', audiences: ['legal'] }]
    expect(await asked('U1', 'legal', principals)).toContain('SECRET-legal')
    expect(await asked('U1', 'sre', principals)).toContain('SECRET-sre')
  })

  it('make no guest anything else', async () => {
    expect(await asked('U5', 'sre', [], { is_restricted: true })).not.toContain('SECRET')
  })
})

describe('who sees what', () => {
  it('shows nobody in a channel of any mixture what they may not read: 300 cases', { timeout: 120_000 }, async () => {
    await using slack = await new FakeSlack().listen()
    const configured: SlackPrincipal[] = [{ name: 'elsewhere', slack: 'U99', audiences: ['sre'] }]
    const wiki = await fakeWiki(pages)
    await using withPrincipals = await startBot({ slack, wiki, given: { principals: configured, fetch: slack.fetch } })
    await using without = await startBot({ slack, wiki, given: { fetch: slack.fetch } })
    let cases = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(somebody, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom(...circles, 'lunch'), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.boolean(),
        async (drawn, topics, isConfigured, isShared) => {
          cases += 1
          const people = drawn.map((each, n): Somebody => {
            const kind = each.kind === 'configured' && !isConfigured ? 'plain' : each.kind
            return { ...each, kind, id: `U${cases}X${n}` }
          })
          for (const { id, kind, audiences } of people) {
            const foreign = kind === 'stranger' ? { team_id: 'T2', is_stranger: true } : {}
            slack.workspace.person(id, { is_bot: kind === 'bot', is_ultra_restricted: kind === 'guest', ...foreign })
            if (kind === 'configured') configured.push({ name: `person-${id}`, slack: id, audiences: [...audiences] })
          }
          const channel = slack.workspace.channel(
            `C${cases}`,
            people.map(({ id }) => id),
            { isShared },
          )
          const { bot } = isConfigured ? withPrincipals : without
          const user = people[0]?.id ?? ''
          let thread: string | undefined
          for (const topic of topics) {
            const text = `${thread === undefined || topic === 'lunch' ? '<@UBOT> ' : ''}how is ${topic} done?`
            const said = { user, channel, text, ...(thread !== undefined && { thread_ts: thread }) }
            const { ts } = slack.workspace.add(said)
            for (const event of slack.eventsOf(said, ts)) await bot.take(slack.eventBody(event))
            await bot.settle(ever)
            thread ??= ts
          }
          // Whatever else can be done with an answer, by everybody who is there.
          const url = (id: string) => `${slack.url.replace(/api\/$/, '')}response/${id}-${cases}-${topics.length}`
          for (const { id } of people) {
            const text = `how is ${topics.at(-1)} done?`
            await bot.take({ ...slack.commandBody({ user: id, channel, text }), response_url: url(id) })
            await bot.take(slack.eventBody({ type: 'app_home_opened', user: id, channel: `D${id}`, tab: 'home' }))
          }
          await bot.settle(ever)
          const buttons = [
            ...slack.workspace.posted(channel).flatMap(({ blocks }) => buttonsIn(blocks)),
            ...slack.responses
              .filter(({ id }) => people.some((each) => id.startsWith(`${each.id}-`)))
              .flatMap(({ body }) => buttonsIn(body.blocks)),
          ]
          for (const { action_id: actionId, value } of buttons)
            for (const { id } of actionId === 'share' ? people : people.slice(-1))
              await bot.take({ ...slack.pressBody({ user: id, channel, actionId, value }), response_url: url(id) })
          await bot.settle(ever)
          // Other apps in a channel are no people: whoever installed them has let them read along.
          for (const person of people.filter(({ kind }) => kind !== 'bot')) {
            const read = readBy(slack, person, channel)
            const leaked = [...circles, 'nobody'].filter((circle) => read.includes(secret(circle)))
            expect(leaked.filter((circle) => !mayRead(person, circle, isConfigured))).toEqual([])
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(
      slack.workspace.posted().filter(({ blocks }) => wordsIn(blocks).includes('Shared by')).length,
    ).toBeGreaterThan(20)
    // It would prove nothing if nobody were ever answered.
    const told = (each: { blocks: unknown[] }) => wordsIn(each.blocks).includes('SECRET')
    expect(slack.workspace.posted().filter(told).length).toBeGreaterThan(20)
    expect(slack.workspace.ephemerals.filter(told).length).toBeGreaterThan(20)
  })
})

const steps = (circle: string) =>
  `${secret(circle)} is how ${circle} is done.\n\n1. Look at ${secret(circle)} first.\n2. Switch ${circle} over: \`${circle}-ctl ${secret(circle)}\`\n3. Check it.`
const sections: readonly Section[] = [...circles, 'nobody'].map((circle) => ({
  title: `${circle} runbook`,
  heading: `${circle} is down`,
  text: steps(circle),
  audience: circle === 'nobody' ? [] : [circle],
  owners: [`owner-${secret(circle)}`],
}))

describe('who sees what of walks, alerts, calls and incidents', () => {
  it('shows nobody in a channel of any mixture what they may not read: 25 cases', { timeout: 120_000 }, async () => {
    await using slack = await new FakeSlack().listen()
    const configured: SlackPrincipal[] = [{ name: 'elsewhere', slack: 'U99', audiences: ['sre'] }]
    // Its turns to post are not waited for, only the next look at what was left lying.
    const sweepEveryMs = 60_000
    const wait = (ms: number, signal: AbortSignal) => pause(ms === sweepEveryMs ? ms : 0, undefined, { signal })
    const given = {
      principals: configured,
      publicUrl: 'https://nightdesk.example',
      wait,
      sweepEveryMs,
      fetch: slack.fetch,
    }
    await using bot = await startBot({ slack, wiki: await loopWiki(sections), given })
    let cases = 0
    const people = fc.array(somebody, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(people, fc.constantFrom(...circles, 'nobody'), fc.nat(3), async (drawn, topic, joins) => {
        cases += 1
        const here = drawn.map((each, n): Somebody => ({ ...each, id: `U${cases}Y${n}` }))
        for (const { id, kind, audiences } of here) {
          const foreign = kind === 'stranger' ? { team_id: 'T2', is_stranger: true } : {}
          slack.workspace.person(id, { is_bot: kind === 'bot', is_ultra_restricted: kind === 'guest', ...foreign })
          if (kind === 'configured') configured.push({ name: `person-${id}`, slack: id, audiences: [...audiences] })
        }
        // Some come in only later, when half of it has been shown to others.
        const early = here.slice(0, Math.max(1, here.length - joins))
        const channel = slack.workspace.channel(
          `C${cases}`,
          early.map(({ id }) => id),
        )
        const url = (id: string) =>
          `${slack.url.replace(/api\/$/, '')}response/${id}-${cases}-${slack.responses.length}`
        const command = async (id: string, text: string) =>
          await bot.bot.take({
            ...slack.commandBody({ user: id, channel, text, command: '/incident' }),
            response_url: url(id),
          })
        const pressAll = async (of: readonly Somebody[]) => {
          const said = slack.workspace
            .posted(channel)
            .flatMap(({ blocks, ts, thread_ts }) =>
              buttonsIn(blocks).map((button) => ({ ...button, ts, thread: thread_ts })),
            )
          for (const { action_id: actionId, value, ts: messageTs, thread } of said) {
            for (const { id } of of) {
              const at = { messageTs, ...(thread !== undefined && { threadTs: thread }) }
              await bot.bot.take({
                ...slack.pressBody({ user: id, channel, actionId, value, ...at }),
                response_url: url(id),
              })
            }
          }
          await bot.bot.settle(ever)
        }
        const first = here[0]?.id ?? ''
        await command(first, `${topic} is down`)
        const attachments = [{ title: `[FIRING:1] ${topic} is down`, title_link: 'http://am/#/alerts?receiver=x' }]
        const alert = slack.workspace.add({ channel, user: 'UAPP', bot_id: 'BAPP', text: '' })
        const posted = { type: 'message', subtype: 'bot_message', bot_id: 'BAPP', channel, channel_type: 'channel' }
        await bot.bot.take(slack.eventBody({ ...posted, attachments, ts: alert.ts, event_ts: alert.ts }))
        await bot.bot.settle(ever)
        await pressAll(early.slice(0, 1))
        slack.workspace.channels.get(channel)?.members.push(...here.slice(early.length).map(({ id }) => id))
        await bot.bot.take(slack.eventBody({ type: 'member_joined_channel', user: here.at(-1)?.id, channel }))
        const before = slack.workspace.messages.length
        await pressAll(here)
        await command(first, 'end')
        await bot.bot.settle(ever)
        for (const person of here.filter(({ kind }) => kind !== 'bot')) {
          // What stood there before somebody came, they were let in to read.
          const isLate = !early.includes(person)
          const older = new Set(isLate ? slack.workspace.messages.slice(0, before) : [])
          const read = [
            ...slack.workspace.messages
              .filter((each) => each.channel === channel && each.user === 'UBOT' && !older.has(each))
              .map(({ blocks, text }) => `${text} ${JSON.stringify(blocks)}`),
            ...slack.workspace.ephemerals.filter(({ user }) => user === person.id).map((each) => JSON.stringify(each)),
            ...slack.workspace.messages
              .filter((each) => each.channel === `D${person.id}`)
              .map((each) => JSON.stringify(each.blocks)),
            ...slack.responses
              .filter(({ id }) => id.startsWith(`${person.id}-`))
              .map(({ body }) => JSON.stringify(body)),
          ].join('\n')
          const leaked = [...circles, 'nobody'].filter((circle) => read.includes(secret(circle)))
          expect(leaked.filter((circle) => !mayRead(person, circle, true))).toEqual([])
        }
      }),
      { numRuns: 25 },
    )
    const told = slack.workspace.posted().filter(({ blocks }) => wordsIn(blocks).includes('SECRET'))
    expect(told.length).toBeGreaterThan(5)
    expect(slack.workspace.posted().filter(({ blocks }) => wordsIn(blocks).includes('Step')).length).toBeGreaterThan(5)
  })
})
