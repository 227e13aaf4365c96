import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime'
import { describe, expect, it } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const lag = 'What pages the streaming team?'
/** Needs a turn before it to be understood. */
const followUp = 'And how do I raise its memory?'

type Voice = Awaited<ReturnType<typeof startVoice>>

async function stored({ parts }: Voice, client: FakeClient) {
  const id = client.all('session.created')[0]?.nightdesk?.conversation_id ?? ''
  return await parts.conversation.conversations.turns(id, 'local', 9, ongoing)
}

const message = (role: string, text: string, more = {}) => {
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  return { type: 'conversation.item.create', item: { type: 'message', role, content: [{ type, text }], ...more } }
}

/** Ids of the messages of the conversation so far, in the order in which they came. */
const messagesOf = (client: FakeClient): string[] =>
  client.all('conversation.item.done').flatMap(({ item }) => (item.type === 'message' ? [item.id] : []))

async function asked(client: FakeClient, text: string, nth: number): Promise<void> {
  client.ask(text)
  await client.event('response.done', nth)
}

describe('an item that is deleted', () => {
  it.each([
    ['a question', 0],
    ['an answer', 1],
  ])('takes its turn out of what the conversation remembers: %s', async (_, at) => {
    await using voice = await startVoice()
    const client = await voice.connect()
    await asked(client, failOver, 1)
    client.send({ type: 'conversation.item.delete', item_id: messagesOf(client)[at] })
    await client.event('conversation.item.deleted')
    await asked(client, followUp, 2)
    expect((await stored(voice, client)).map(({ question }) => question)).toEqual([followUp])
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).not.toContain('failover')
  })

  it('leaves all other turns as they were', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    await asked(client, failOver, 1)
    await asked(client, lag, 2)
    client.send({ type: 'conversation.item.delete', item_id: messagesOf(client)[2] })
    await asked(client, followUp, 3)
    expect((await stored(voice, client)).map(({ question }) => question)).toEqual([failOver, followUp])
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('Redis')
  })

  it('is forgotten also where it is deleted while it is being answered', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send({ type: 'session.update', session: { output_modalities: ['text'] } })
    client.send(message('user', failOver, { id: 'asked' }))
    client.send({ type: 'response.create' })
    client.send({ type: 'conversation.item.delete', item_id: 'asked' })
    await client.event('response.done')
    await asked(client, lag, 2)
    expect((await stored(voice, client)).map(({ question }) => question)).toEqual([lag])
  })

  it('is no question any more where it was not answered yet', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(message('user', failOver, { id: 'asked' }))
    client.send({ type: 'conversation.item.delete', item_id: 'asked' })
    client.send({ type: 'response.create' })
    expect(JSON.stringify((await client.event('response.done')).response.output)).toContain('listening')
  })
})

describe('an item in its place among those that were answered', () => {
  it('is no new question, but part of the one that was answered there', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    await asked(client, lag, 1)
    const [question = ''] = messagesOf(client)
    client.send({ ...message('user', 'I mean the Redis runbook.', { id: 'more' }), previous_item_id: question })
    client.send({ type: 'response.create' })
    expect(JSON.stringify((await client.event('response.done', 2)).response.output)).toContain('listening')
    expect((await stored(voice, client)).map((turn) => turn.question)).toEqual([`${lag}\nI mean the Redis runbook.`])
  })

  it('can be changed by a client of @openai/agents-realtime, and is remembered as it is now, where it was', async () => {
    await using voice = await startVoice()
    voice.parts.conversation.clock = systemClock
    const session = new RealtimeSession(new RealtimeAgent({ name: 'on-call' }), { transport: 'websocket' })
    const errors: unknown[] = []
    session.on('error', (error) => errors.push(error))
    const ended = { next: Promise.withResolvers<void>() }
    session.on('agent_end', () => ended.next.resolve())
    let conversationId = ''
    session.transport.on('*', (event: { type: string; nightdesk?: { conversation_id: string } }) => {
      if (event.type === 'session.created') conversationId = event.nightdesk?.conversation_id ?? ''
    })
    await session.connect({ apiKey: 'sk-any', url: voice.url })
    for (const question of [failOver, lag]) {
      session.sendMessage(question)
      await ended.next.promise
      ended.next = Promise.withResolvers()
    }
    const turns = async () => await voice.parts.conversation.conversations.turns(conversationId, 'local', 9, ongoing)
    await expect.poll(async () => (await turns()).map(({ question }) => question)).toEqual([failOver, lag])
    session.updateHistory((history) =>
      history.map((item, at) =>
        at === 0 && item.type === 'message' && item.role === 'user'
          ? { ...item, content: [{ type: 'input_text' as const, text: 'How do I fail over Valkey?' }] }
          : item,
      ),
    )
    await expect
      .poll(async () => (await turns()).map(({ question }) => question))
      .toEqual(['How do I fail over Valkey?', lag])
    session.close()
    expect(errors).toEqual([])
  })
})
