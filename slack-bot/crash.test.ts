import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { wordsIn } from './block-kit.fake.ts'
import { FakeSlack } from './slack.fake.ts'

const program = join(import.meta.dirname, 'bot-process.fake.ts')

/** What is left by a process that died is gone on with soon. */
const shortLeaseMs = 600
/** Where nobody dies, nobody is to be taken for dead because the machine has much else to do. */
const longLeaseMs = 60_000

function botProcess({ url }: FakeSlack, ledger: string, leaseMs: number, stops = ''): ChildProcess {
  return spawn(process.execPath, [program, url, ledger, String(leaseMs), stops], { stdio: 'ignore' })
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}

describe('a process that is killed in mid-stream', () => {
  it('leaves questions that are each answered once, by messages that said what had happened', {
    timeout: 60_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightdesk-slack-crash-'))
    const ledger = join(folder, 'work.db')
    await using slack = await new FakeSlack({ ackWithinMs: 1000, redeliveries: 30 }).listen()
    const { workspace } = slack
    const users = ['U1', 'U2', 'U3', 'U4', 'U5']
    for (const id of users) workspace.person(id)
    for (const user of users) workspace.channel(`D${user}`, [user])
    const broken = botProcess(slack, ledger, shortLeaseMs, 'stops')
    await until(() => slack.connections === 1)
    const asked = users.map(
      async (user) => await slack.says({ user, channel: `D${user}`, text: `redis, says ${user}?` }),
    )
    const streaming = () => workspace.posted().filter(({ stream }) => stream?.open === true && stream.text !== '')
    await until(() => streaming().length === users.length)
    await killed(broken)
    await until(() => slack.connections === 0)
    // And one that comes while nobody is there.
    const later = slack.says({ user: 'U1', channel: 'DU1', text: 'redis, again?' })
    const heir = botProcess(slack, ledger, shortLeaseMs)
    const threads = [...(await Promise.all(asked)), await later]
    const answers = () => workspace.posted().filter(({ blocks }) => wordsIn(blocks).includes('Fail over Redis'))
    await until(() => answers().length === threads.length)
    await pause(900)
    await killed(heir)
    expect(
      answers()
        .map(({ thread_ts }) => thread_ts ?? '')
        .toSorted(),
    ).toEqual(threads.toSorted())
    expect(workspace.posted()).toHaveLength(threads.length)
    expect(workspace.posted().filter(({ stream }) => stream?.open === true)).toEqual([])
    const interrupted = slack.calls.filter(
      ({ method, args }) => method === 'chat.update' && String(args.text).includes('interrupted'),
    )
    expect(interrupted).toHaveLength(users.length)
    await rm(folder, { recursive: true, force: true })
  })
})

describe('deliveries over a bad line', () => {
  it('are answered once each: reordered, doubled, lost and cut off, between two bots', {
    timeout: 60_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightdesk-slack-line-'))
    const ledger = join(folder, 'work.db')
    await using slack = await new FakeSlack({ ackWithinMs: 400, redeliveries: 100 }).listen()
    slack.workspace.person('U1')
    for (let n = 0; n < 10; n++) slack.workspace.channel(`C${n}`, ['U1'])
    const bots = [botProcess(slack, ledger, longLeaseMs), botProcess(slack, ledger, longLeaseMs)]
    await until(() => slack.connections === 2)
    const questions = Array.from({ length: 30 }, (_, n) => {
      const said = { user: 'U1', channel: `C${n % 10}`, text: `<@UBOT> redis, ${n}?` }
      const { ts } = slack.workspace.add(said)
      return { ts, events: slack.eventsOf(said, ts) }
    })
    const events = questions.flatMap(({ events: all }, n) => [...all, ...(n % 2 === 0 ? all : [])])
    const shuffled = events
      .map((event, n) => ({ event, at: (n * 7919) % 101 }))
      .toSorted((one, other) => one.at - other.at)
    const delivering = shuffled.map(async ({ event, at }) => {
      await pause(at * 10)
      return await slack.event(event)
    })
    for (let cuts = 0; cuts < 3; cuts++) {
      await pause(250)
      slack.cut()
    }
    const delivered = await Promise.all(delivering)
    expect(delivered.every(({ ackMs }) => ackMs !== undefined)).toBe(true)
    const answered = () => slack.workspace.posted().filter(({ blocks }) => wordsIn(blocks).includes('Fail over Redis'))
    await until(() => answered().length >= questions.length)
    await pause(700)
    for (const bot of bots) await killed(bot)
    expect(
      answered()
        .map(({ thread_ts }) => thread_ts ?? '')
        .toSorted(),
    ).toEqual(questions.map(({ ts }) => ts).toSorted())
    expect(slack.workspace.posted()).toHaveLength(questions.length)
    await rm(folder, { recursive: true, force: true })
  })
})
