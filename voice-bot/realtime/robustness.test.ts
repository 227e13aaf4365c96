import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const types = [
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.delete',
  'conversation.item.truncate',
  'response.create',
  'response.cancel',
  'nightdesk.hearing',
  'nonsense',
]

/** Events that are nearly right: fields of the right names with values of all kinds. */
const nearlyEvent = fc.record(
  {
    type: fc.constantFrom(...types),
    event_id: fc.oneof(fc.string(), fc.constant(undefined), fc.integer()),
    audio: fc.oneof(fc.base64String({ maxLength: 4000 }), fc.string(), fc.integer()),
    item_id: fc.oneof(fc.string(), fc.constantFrom('root', '__proto__', 'a')),
    content_index: fc.oneof(fc.integer(), fc.double()),
    audio_end_ms: fc.oneof(fc.integer(), fc.double()),
    previous_item_id: fc.oneof(fc.string(), fc.constant(null)),
    item: fc.oneof(
      fc.anything(),
      fc.record({
        id: fc.constantFrom('a', 'b', '', 'c'.repeat(100)),
        type: fc.constantFrom('message', 'function_call', 'function_call_output', 'x'),
        role: fc.constantFrom('user', 'assistant', 'system', 'x'),
        call_id: fc.string(),
        output: fc.string(),
        name: fc.string(),
        arguments: fc.string(),
        content: fc.array(
          fc.record({
            type: fc.constantFrom('input_text', 'input_audio', 'output_text', 'x'),
            text: fc.string(),
            audio: fc.base64String(),
          }),
          { maxLength: 3 },
        ),
      }),
    ),
    session: fc.oneof(
      fc.anything(),
      fc.record({
        type: fc.constantFrom('realtime', 'x'),
        audio: fc.record({
          input: fc.record({
            format: fc.constantFrom({ type: 'audio/pcm', rate: 24000 }, { type: 'audio/pcmu' }, { type: 'x' }),
            turn_detection: fc.constantFrom(null, { type: 'server_vad' }, { type: 'semantic_vad' }, { type: 'x' }),
          }),
        }),
      }),
    ),
    response: fc.oneof(fc.anything(), fc.constantFrom({}, { conversation: 'none' }, { output_modalities: ['text'] })),
    text: fc.string(),
  },
  { requiredKeys: ['type'] },
)

/** Everything that it sent has been looked at, since what comes after it is answered. */
async function isAlive(client: FakeClient): Promise<void> {
  const before = client.all('session.updated').length
  client.send({ type: 'session.update', session: {} })
  await client.event('session.updated', before + 1)
}

describe('a session', () => {
  it('survives any events in any order, and so do the others', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 300 }] })
    const other = await voice.connect()
    await fc.assert(
      fc.asyncProperty(fc.array(nearlyEvent, { maxLength: 12 }), async (events) => {
        const client = await voice.connect()
        for (const event of events) client.send(JSON.stringify(event) ?? '')
        await isAlive(client)
        client.socket.terminate()
      }),
      { numRuns: 60 },
    )
    other.ask(failOver)
    expect((await other.event('response.done')).response.status).toBe('completed')
  })

  it('survives any bytes, as text and not as text', async () => {
    await using voice = await startVoice()
    const other = await voice.connect()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), async (frames) => {
        const client = await voice.connect()
        for (const [at, bytes] of frames.entries()) {
          if (at % 2 === 0) client.socket.send(bytes)
          else client.send(Buffer.from(bytes).toString('latin1'))
        }
        await isAlive(client)
        client.socket.terminate()
      }),
      { numRuns: 40 },
    )
    await isAlive(other)
    expect(other.all('error')).toEqual([])
  })

  it('that breaks the WebSocket protocol itself is hung up on alone', async () => {
    await using voice = await startVoice()
    const [client, other] = [await voice.connect(), await voice.connect()]
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    // A frame with reserved bits, below the client that would never write one.
    const raw: unknown = Reflect.get(client.socket, '_socket')
    if (typeof raw === 'object' && raw !== null && 'write' in raw && typeof raw.write === 'function')
      raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]))
    await closed
    await isAlive(other)
    expect(other.all('error')).toEqual([])
  })

  it('takes audio as long as the protocol allows while others go on, and what follows it afterwards', async () => {
    await using voice = await startVoice()
    const [client, other] = [await voice.connect(), await voice.connect()]
    client.send({ type: 'session.update', session: { audio: { input: { turn_detection: null } } } })
    client.audio(tone(24_000 * 200, 24_000))
    client.send({ type: 'input_audio_buffer.commit' })
    await isAlive(other)
    await client.event('input_audio_buffer.committed')
    expect(client.all('error')).toEqual([])
  })

  it('with an event that is larger than that is closed, and the others are not', async () => {
    await using voice = await startVoice()
    const [client, other] = [await voice.connect(), await voice.connect()]
    const closed = new Promise<number>((resolve) => client.socket.once('close', resolve))
    client.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(17 * 1024 * 1024) })
    expect(await closed).toBe(1009)
    await isAlive(other)
  })

  it('whose client does not read is closed instead of being kept in memory', async () => {
    await using voice = await startVoice({ limits: { mostUnsentBytes: 200_000 } })
    const client = await voice.connect()
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    client.socket.pause()
    const text = 'x'.repeat(90_000)
    client.send({
      type: 'conversation.item.create',
      item: { id: 'long', type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    })
    // Some of it fits between us: in what the kernels of both sides keep.
    for (let nth = 0; nth < 300; nth++) client.send({ type: 'conversation.item.retrieve', item_id: 'long' })
    await expectClosedSession(voice)
    client.socket.resume()
    await closed
    expect(client.all('conversation.item.retrieved').length).toBeLessThan(300)
  })

  it('whose client does not answer pings is closed', async () => {
    await using voice = await startVoice({ limits: { goneAfterMs: 250 } })
    const [client, other] = [await voice.connect(), await voice.connect()]
    client.socket.pause()
    await expectClosedSession(voice)
    await isAlive(other)
    expect(voice.sessions.connectedCount).toBe(1)
    client.socket.resume()
  })
})

async function expectClosedSession(voice: { sessions: { count: number; connectedCount: number } }): Promise<void> {
  while (voice.sessions.connectedCount >= voice.sessions.count) await new Promise((resolve) => setImmediate(resolve))
}
