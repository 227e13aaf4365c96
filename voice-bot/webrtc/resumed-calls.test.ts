import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { startVoice } from '../realtime/realtime.fake.ts'
import { WebrtcCalls } from './webrtc-calls.ts'
import { FakeWebrtcClient } from './webrtc-client.fake.ts'

type Voice = Awaited<ReturnType<typeof startVoice>>

const ongoing = new AbortController().signal
const Event = z.looseObject({ type: z.string(), event_id: z.string() })
const Created = z.object({
  nightdesk: z.object({
    resume_token: z.string(),
    conversation_id: z.string(),
    resumed: z.boolean(),
    gap: z.boolean(),
  }),
})

/** A call to the voice agent, and what came of it. */
async function call(voice: Voice, calls: WebrtcCalls, resuming: { resumeToken?: string; after?: string } = {}) {
  const client = new FakeWebrtcClient()
  const { sdp, transport } = await calls.begin(await client.offer(), localPrincipal.name, ongoing)
  voice.sessions.connect({ link: transport, principal: localPrincipal, ...resuming })
  await client.accept(sdp)
  const events = () => client.messages.map((message) => Event.parse(message))
  const event = async (type: string) => {
    await client.until(() => events().some((each) => each.type === type))
    return events().find((each) => each.type === type)
  }
  return {
    client,
    events,
    event,
    created: async () => Created.parse(await event('session.created')).nightdesk,
    ask(text: string) {
      const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
      client.send({ type: 'conversation.item.create', item })
      client.send({ type: 'response.create' })
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

describe('a call whose network is gone', () => {
  it('is gone on with by another one, each event once, as the same conversation', async () => {
    await using voice = await startVoice()
    await using calls = new WebrtcCalls({ log: silentLog })
    await using first = await call(voice, calls)
    const { resume_token: resumeToken, conversation_id } = await first.created()
    first.ask('How do I fail over Redis by hand?')
    const seen = await first.event('response.created')
    // It says no goodbye: for us it seems to be there.
    await using second = await call(voice, calls, { resumeToken, after: seen?.event_id ?? '' })
    expect(await second.created()).toMatchObject({ resumed: true, gap: false, conversation_id })
    await second.event('response.done')
    const ids = second.events().map(({ event_id }) => event_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).not.toContain(seen?.event_id)
    await first.client.until(() => first.client.isHungUpOn)
    expect(calls.count).toBe(1)
    expect(voice.sessions.count).toBe(1)
    second.ask('And how do I raise its memory?')
    await second.client.until(() => second.events().filter(({ type }) => type === 'response.done').length === 2)
    const turns = await voice.parts.conversation.conversations.turns(conversation_id, localPrincipal.name, 9, ongoing)
    expect(turns).toHaveLength(2)
    expect(turns.at(-1)?.standalone).toContain('Redis')
  })

  it('hears the rest of an answer that was whole before, on the call that goes on with it', async () => {
    await using voice = await startVoice()
    await using calls = new WebrtcCalls({ log: silentLog })
    await using first = await call(voice, calls)
    const { resume_token: resumeToken } = await first.created()
    first.ask('How do I fail over Redis by hand?')
    const done = await first.event('response.done')
    await first.client.until(() => first.client.heardMs > 300)
    await using second = await call(voice, calls, { resumeToken, after: done?.event_id ?? '' })
    await second.client.until(() => second.client.heardMs > 1000)
    expect(await second.event('output_audio_buffer.stopped')).toBeDefined()
  })

  it('is gone on with over a WebSocket, where no call gets through', async () => {
    await using voice = await startVoice()
    await using calls = new WebrtcCalls({ log: silentLog })
    await using first = await call(voice, calls)
    const { resume_token, conversation_id } = await first.created()
    const socket = await voice.connect(`&resume=${resume_token}`)
    expect(socket.all('session.created')[0]?.nightdesk).toMatchObject({ resumed: true, conversation_id })
    socket.ask('How do I fail over Redis by hand?')
    expect((await socket.event('response.done')).response.status).toBe('completed')
    expect(socket.all('response.output_audio.delta').length).toBeGreaterThan(0)
    await first.client.until(() => first.client.isHungUpOn)
  })
})
