import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { localPrincipal } from '#knowledge/principal.ts'
import type { ReplyStep } from '#providers/llm/llm.fake.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { answersIn, fakeParts, given, never, redisWiki, talk } from '../conversation.fake.ts'
import { Conversation } from '../conversation.ts'
import type { ConversationEvent } from '../events.ts'
import type { PageCall } from '../outlets/pager.ts'
import type { ConversationParts } from '../parts.ts'
import { clientTools, machineFaults } from '../states/machine.ts'
import { onCallMachine } from '../states/on-call-machine.ts'
import { allTools } from './all-tools.ts'
import { defineTool } from './tool.ts'

const failOver = 'How do I fail over Redis by hand?'

function outlets() {
  const posts: { channel?: string | undefined; text: string }[] = []
  const pages: PageCall[] = []
  return {
    posts,
    pages,
    poster: {
      post: async (post: { channel?: string | undefined; text: string }) => ({ url: String(posts.push(post)) }),
    },
    pager: {
      wayTo: () => 'paged' as const,
      page: async (call: PageCall) => {
        pages.push(call)
        return 'paged' as const
      },
    },
  }
}

function phases(events: readonly ConversationEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'tool' ? [`${event.tool} ${event.phase}`] : []))
}

/** Calls a tool in each round, then says something of its own. */
function calling(...calls: (readonly [string, unknown])[]): ScriptedLlm {
  let at = 0
  return new ScriptedLlm(async function* (): AsyncGenerator<ReplyStep> {
    const call = calls[at]
    at += 1
    if (call !== undefined) yield { call: { id: `call-${at}`, name: call[0], arguments: JSON.stringify(call[1]) } }
    else yield 'I ran rm -rf / for you.'
  })
}

describe('commands that act', () => {
  it('post the last answer with its sources where they are told to, once that was agreed to', async () => {
    const { posts, poster } = outlets()
    const asked = [failOver, 'send it to Slack', 'yes', 'post that to #inc-42', 'yes', 'send it to Slack', 'no', 'yes']
    const events = await talk(fakeParts(redisWiki, { poster }), asked)
    expect(posts.map(({ channel }) => channel)).toEqual([undefined, '#inc-42'])
    expect(posts.map(({ text }) => text.includes('redis-cli failover'))).toEqual([true, true])
    expect(posts[0]).toMatchObject({ by: localPrincipal, documentIds: ['redis-runbook.md'] })
    expect(posts[0]?.text).toContain('https://wiki.example/')
    expect(phases(events)).toEqual(Array(5).fill(['post_to_slack started', 'post_to_slack result']).flat())
    expect(answersIn(events)[1]?.answer).toBe(`Shall I post the answer to "${failOver}" to Slack? Say "yes" to do it.`)
  })

  it('do not stay agreed to when they went wrong', async () => {
    const poster: ConversationParts['poster'] = { post: () => Promise.reject(new Error('no')) }
    const parts = fakeParts(redisWiki, { poster })
    const events = await talk(parts, [failOver, 'send it to Slack', 'yes'])
    expect(events.flatMap((event) => (event.kind === 'state' ? [event.state] : []))).toEqual([
      'confirming-action',
      'open',
    ])
  })

  it('page the owner only after a yes, and not after a no', async () => {
    const { pages, pager } = outlets()
    const parts = fakeParts(redisWiki, { pager })
    const [, asked, cancelled] = answersIn(await talk(parts, [failOver, 'page the owner', 'no']))
    expect(asked?.answer).toBe('Shall I page @data? Say "yes" to do it.')
    expect(cancelled?.answer).toContain('do not do that')
    expect(pages).toEqual([])
    const events = await talk(parts, [failOver, 'page the owner', 'yes'])
    expect(pages).toMatchObject([{ owners: ['@data'], about: failOver, by: 'local' }])
    expect(events.flatMap((event) => (event.kind === 'state' ? [event.state] : []))).toEqual([
      'confirming-action',
      'handed-over',
    ])
  })

  it('say what to set where nothing is connected', async () => {
    const [, posted, paged] = answersIn(
      await talk(fakeParts(redisWiki), [failOver, 'send it to Slack', 'page the owner']),
    )
    expect(posted?.answer).toContain('SLACK_BOT_TOKEN')
    expect(paged?.answer).toContain('page_webhook')
  })

  it('remember what the user says, in both languages', async () => {
    const parts = fakeParts(redisWiki)
    const [first, second] = answersIn(
      await talk(parts, ['remember that the incident is INC-7', '担当は田中さんと覚えておいて']),
    )
    expect([first?.answer, second?.answer]).toEqual(['Noted.', '記録しました。'])
    const saved = await parts.conversations.position(first?.conversationId ?? '', 'local', new AbortController().signal)
    expect(saved).toContain('the incident is INC-7')
  })
})

describe('a model that may act', () => {
  it('chooses a tool, whose words are what is said', async () => {
    const { posts, poster } = outlets()
    const parts = fakeParts(redisWiki, { poster })
    const [first] = answersIn(await talk(parts, [failOver]))
    const llm = calling(['post_to_slack', { channel: 'inc-42' }])
    const [answer] = answersIn(
      await talk({ ...parts, llm }, ['Share this with the folks in inc-42 would you kindly', 'yes'], {
        conversationId: first?.conversationId,
      }),
    )
    expect(answer?.answer).toMatch(/^Shall I post the answer to .* to inc-42\?/)
    expect(posts).toMatchObject([{ channel: 'inc-42' }])
  })

  it('goes on from what a search found, one call at a time', async () => {
    const llm = calling(['search', { query: 'redis fail over' }], ['read_passage', { id: 'redis-runbook.md#0' }])
    const events = await talk(fakeParts(redisWiki, { llm }), ['Tell me the words of the fail over section, please'])
    expect(phases(events)).toEqual(['search started', 'search result', 'read_passage started', 'read_passage result'])
    expect(answersIn(events)[0]?.answer).toContain('redis-cli failover to 10.0.0.7 6379')
    const tokens = events.flatMap((event) => (event.kind === 'metrics' ? [event.metrics.promptTokens] : []))[0]
    expect(tokens?.question).toBeGreaterThan(0)
  })

  it.each([
    ['arguments that do not fit', ['post_to_slack', { channel: 7 }]],
    ['a channel that nobody named', ['post_to_slack', { channel: 'general' }]],
    ['a page that nobody confirmed', ['page_owner', { confirmed: true }]],
    ['a note that nobody said', ['remember', { note: 'the owner is mallory' }]],
  ] as const)('is refused %s, and the call is closed', async (_, call) => {
    const { posts, pages, poster, pager } = outlets()
    const parts = fakeParts(redisWiki, { poster, pager })
    const [first] = answersIn(await talk(parts, [failOver]))
    const events = await talk({ ...parts, llm: calling(call) }, ['Share this with everybody now'], {
      conversationId: first?.conversationId,
    })
    expect(phases(events)).toEqual([`${call[0]} started`, `${call[0]} failed`])
    expect([posts, pages]).toEqual([[], []])
  })

  it('acts once in a turn, whatever it asks for', async () => {
    const { posts, poster } = outlets()
    const parts = fakeParts(redisWiki, { poster })
    const [first] = answersIn(await talk(parts, [failOver]))
    const llm = new ScriptedLlm(
      says(
        { call: { id: 'a', name: 'post_to_slack', arguments: '{}' } },
        { call: { id: 'b', name: 'post_to_slack', arguments: '{}' } },
      ),
    )
    const events = await talk({ ...parts, llm }, ['Share that answer'], { conversationId: first?.conversationId })
    expect(phases(events)).toEqual(['post_to_slack started', 'post_to_slack result'])
    expect(posts).toEqual([])
  })

  it('has its own words thrown away', async () => {
    const events = await talk(fakeParts(redisWiki, { llm: calling() }), ['Start the fail over of Redis'])
    expect(JSON.stringify(events)).not.toContain('rm -rf')
    expect(events.at(-1)?.kind).toBe('done')
  })
})

describe('a call', () => {
  const slow = (work: (signal: AbortSignal) => Promise<void>) =>
    defineTool({
      name: 'search',
      description: 'Slow.',
      parameters: z.strictObject({ query: z.string() }),
      acts: false,
      run: async (_, __, signal) => {
        await work(signal)
        return { kind: 'done', say: { text: 'Found at last.' }, result: 'found' }
      },
    })

  it('that is cut off is told to be cancelled, and stops', async () => {
    let stopped = false
    const tool = slow((signal) => never(0, signal).finally(() => (stopped = true)))
    const parts: ConversationParts = fakeParts(redisWiki, { llm: calling(['search', { query: 'x' }]), tools: [tool] })
    const started = Promise.withResolvers<void>()
    async function* inputs() {
      yield* given('Start looking for it')
      await started.promise
      yield* given({ kind: 'interruption' })
    }
    const events: ConversationEvent[] = []
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    for await (const event of conversation.turns(inputs(), new AbortController().signal)) {
      events.push(event)
      if (event.kind === 'tool') started.resolve()
    }
    expect(phases(events)).toEqual(['search started', 'search cancelled'])
    expect(stopped).toBe(true)
  })

  it('that takes long is bridged, goes on in the background, and is told of between turns', async () => {
    const found = Promise.withResolvers<void>()
    const tool = slow(() => found.promise)
    // Only the deadline of a turn is not reached.
    const wait: ConversationParts['wait'] = (ms, signal) => (ms >= 60_000 ? never(ms, signal) : Promise.resolve())
    const parts = fakeParts(redisWiki, { llm: calling(['search', { query: 'x' }]), tools: [tool], wait })
    async function* inputs() {
      yield* given('Start looking for it')
      yield* given('repeat')
    }
    const events: ConversationEvent[] = []
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    for await (const event of conversation.turns(inputs(), new AbortController().signal)) {
      events.push(event)
      if (event.kind === 'done') found.resolve()
    }
    expect(phases(events)).toEqual(['search started', 'search progress', 'search result'])
    expect(answersIn(events)[0]?.answer).toContain('background')
    expect(events.find(({ kind }) => kind === 'notice')).toMatchObject({ text: 'Found at last.' })
  })
})

describe('the states', () => {
  it('lead everywhere and nowhere else, and name tools that there are', () => {
    expect(machineFaults(onCallMachine)).toEqual([])
    const names = new Set([...allTools.map(({ name }) => name), clientTools])
    expect(onCallMachine.states.flatMap(({ tools }) => tools).filter((name) => !names.has(name))).toEqual([])
  })
})
