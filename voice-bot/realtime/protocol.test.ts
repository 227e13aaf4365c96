import { describe, expect, it } from 'vitest'
import { toALaw } from '#providers/audio/a-law.ts'
import { fromMuLaw, toMuLaw } from '#providers/audio/mu-law.ts'
import { FakeTextToSpeech, tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
const pcm = (samples: Int16Array): string => base64(new Uint8Array(samples.buffer))
const session = (given: Record<string, unknown>) => ({ type: 'session.update', event_id: 'mine', session: given })
const message = (role: string, content: unknown[], more = {}) => ({
  type: 'conversation.item.create',
  event_id: 'mine',
  item: { type: 'message', role, content, ...more },
})

describe('a session', () => {
  it('is as the client says, and as it was where the client says nothing', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(
      session({
        audio: {
          input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } },
          output: { voice: 'marin', speed: 1.2 },
        },
      }),
    )
    client.send(session({ audio: { input: { format: { type: 'audio/pcmu' } } }, instructions: 'short' }))
    const { session: now } = await client.event('session.updated', 2)
    expect(now).toMatchObject({
      instructions: 'short',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          turn_detection: { type: 'semantic_vad', eagerness: 'low', create_response: true },
        },
        output: { voice: 'marin', speed: 1.2, format: { type: 'audio/pcm', rate: 24000 } },
      },
    })
  })

  it('refuses voices that are not to be had', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(session({ audio: { output: { voice: 'somebody-famous' } } }))
    expect((await client.event('error')).error).toMatchObject({
      code: 'invalid_value',
      param: 'session.audio.output.voice',
      message: expect.stringContaining('speech.voices'),
    })
  })

  it('speaks as fast and in the language that its client wants, and says nothing else for that', async () => {
    const toSpeech = new FakeTextToSpeech()
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.send(session({ audio: { output: { speed: 1.2 } } }))
    client.ask(failOver)
    await client.event('response.done')
    expect(toSpeech.utterances.at(-1)?.options).toMatchObject({ lang: 'en', speed: 1.2 })
    client.send(session({ audio: { output: { speed: 1 } }, instructions: '日本語で答えて。ゆっくり話して。' }))
    client.ask('What is the price of gold in Paris?')
    const { response } = await client.event('response.done', 2)
    expect(JSON.stringify(response.output)).toMatch(/見つかりません|文書/)
    expect(toSpeech.utterances.at(-1)?.options).toMatchObject({ lang: 'ja', speed: 0.85 })
    client.say('What is the price of gold in Paris?')
    client.send({ type: 'response.create', response: { instructions: 'Answer in English.' } })
    await client.event('response.done', 3)
    expect(toSpeech.utterances.at(-1)?.options).toMatchObject({ lang: 'en' })
  })

  it('keeps its voice once it was heard', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    client.send(session({ audio: { output: { voice: 'marin' } } }))
    expect((await client.event('error')).error.code).toBe('cannot_update_voice')
  })

  it.each([
    ['audio/pcmu', toMuLaw],
    ['audio/pcma', toALaw],
  ])('hears and speaks %s', async (type, encode) => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 900 }] })
    const client = await voice.connect()
    client.send(session({ audio: { input: { format: { type }, turn_detection: null }, output: { format: { type } } } }))
    client.send({ type: 'input_audio_buffer.append', audio: base64(encode(tone(8000, 8000))) })
    client.send({ type: 'input_audio_buffer.commit' })
    client.send({ type: 'response.create' })
    const done = await client.event('response.done')
    expect(client.all('conversation.item.input_audio_transcription.completed')[0]?.transcript).toBe(failOver)
    const bytes = client
      .all('response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    const words =
      JSON.stringify(done.response.output)
        .match(/"transcript":"([^"]*)"/)?.[1]
        ?.split(' ').length ?? 0
    // 200 ms a word, one byte for each of 8,000 samples a second.
    expect(bytes / (words * 1600)).toBeCloseTo(1, 1)
    const first = fromMuLaw(Buffer.from(client.all('response.output_audio.delta')[0]?.delta ?? '', 'base64'))
    expect(Math.max(...first)).toBeGreaterThan(1000)
  })
})

describe('the items of a conversation', () => {
  it('are added in their places, read, and deleted', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(message('user', [{ type: 'input_text', text: 'one' }], { id: 'a' }))
    client.send({ ...message('system', [{ type: 'input_text', text: 'zero' }], { id: 'z' }), previous_item_id: 'root' })
    client.send({ ...message('user', [{ type: 'input_text', text: 'half' }], { id: 'h' }), previous_item_id: 'z' })
    await client.event('conversation.item.done', 3)
    expect(client.all('conversation.item.added').map((event) => [event.item.id, event.previous_item_id])).toEqual([
      ['a', null],
      ['z', null],
      ['h', 'z'],
    ])
    client.send({ type: 'conversation.item.retrieve', item_id: 'h' })
    expect((await client.event('conversation.item.retrieved')).item).toMatchObject({ content: [{ text: 'half' }] })
    client.send({ type: 'conversation.item.delete', item_id: 'h' })
    expect((await client.event('conversation.item.deleted')).item_id).toBe('h')
    client.send({ type: 'conversation.item.retrieve', item_id: 'h' })
    expect((await client.event('error')).error.code).toBe('item_not_found')
  })

  it('of the user are answered together', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(session({ output_modalities: ['text'] }))
    client.say('How do I fail over')
    client.say('Redis by hand?')
    client.send({ type: 'response.create' })
    await client.event('response.done')
    expect(client.all('nightdesk.answer')).toHaveLength(1)
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })

  it('that tell what was said before are what a question is understood by', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.say('How do I fail over Redis?')
    client.send(message('assistant', [{ type: 'output_text', text: 'Promote a replica.' }]))
    client.ask('And how do I raise its memory?')
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('maxmemory')
  })

  it('can bring speech, which is recognised before it is answered', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 900 }] })
    const client = await voice.connect()
    client.send(message('user', [{ type: 'input_audio', audio: pcm(tone(24_000, 24_000)) }]))
    client.send({ type: 'response.create' })
    await client.event('response.done')
    expect((await client.event('conversation.item.input_audio_transcription.completed')).transcript).toBe(failOver)
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })
})

describe('a response', () => {
  it('is one at a time, but for those beside the conversation, which leave nothing in it', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    client.send({ type: 'response.create', event_id: 'second' })
    client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        metadata: { topic: 'memory' },
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How much memory may Redis use?' }] },
        ],
      },
    })
    expect((await client.event('error')).error).toMatchObject({
      code: 'conversation_already_has_active_response',
      event_id: 'second',
    })
    await client.event('response.done', 2)
    const [aside] = client.all('response.done').filter(({ response }) => response.conversation_id === null)
    expect(aside?.response).toMatchObject({ status: 'completed', metadata: { topic: 'memory' } })
    expect(JSON.stringify(aside?.response.output)).toContain('maxmemory')
    const asideItem = aside?.response.output[0]?.id
    expect(client.all('conversation.item.added').some(({ item }) => item.id === asideItem)).toBe(false)
  })

  it('takes what it is to answer from its request, by reference too', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(message('user', [{ type: 'input_text', text: failOver }], { id: 'asked' }))
    client.send({
      type: 'response.create',
      response: { output_modalities: ['text'], input: [{ type: 'item_reference', id: 'asked' }] },
    })
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })

  it('that nothing was asked for says that it listens', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send({ type: 'response.create' })
    expect(JSON.stringify((await client.event('response.done')).response.output)).toContain('listening')
  })

  it('is ended by the client, and what was not heard is forgotten', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    client.send({ type: 'response.cancel' })
    const { response } = await client.event('response.done')
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'client_cancelled' } })
    client.ask('How much memory may Redis use?')
    await client.event('response.done', 2)
    const turns = await voice.parts.conversation.conversations.turns(
      response.conversation_id ?? '',
      'local',
      9,
      new AbortController().signal,
    )
    expect(turns.map(({ answer }) => answer.includes('10.0.0.7'))).not.toContain(true)
  })

  it('has the format that was asked for it alone', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.say(failOver)
    client.send({ type: 'response.create', response: { audio: { output: { format: { type: 'audio/pcmu' } } } } })
    const { response } = await client.event('response.done')
    expect(response.audio.output.format).toEqual({ type: 'audio/pcmu' })
    const bytes = client
      .all('response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    const tokens = response.usage?.output_token_details.audio_tokens ?? 0
    expect(bytes / 8).toBeCloseTo(tokens * 50, -2)
  })

  it('counts what was said as sound and what was typed as text', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 1500 }] })
    const client = await voice.connect()
    client.send(session({ audio: { input: { turn_detection: null } } }))
    client.audio(tone(24 * 1500, 24_000))
    client.send({ type: 'input_audio_buffer.commit' })
    await client.event('conversation.item.input_audio_transcription.completed')
    client.send({ type: 'response.create' })
    const spoken = await client.event('response.done')
    expect(spoken.response.usage?.input_token_details).toMatchObject({ audio_tokens: 15, text_tokens: 0 })
    client.ask(failOver)
    const typed = await client.event('response.done', 2)
    expect(typed.response.usage?.input_token_details).toMatchObject({ audio_tokens: 0, text_tokens: 9 })
  })

  it('is asked for gently after a long silence, once', async () => {
    await using voice = await startVoice({ settings: { nightdesk: { idle_prompt_ms: 20 } } })
    const client = await voice.connect()
    client.send(session({ output_modalities: ['text'] }))
    client.ask(failOver)
    const silence = await client.event('input_audio_buffer.timeout_triggered')
    expect((await client.event('input_audio_buffer.committed')).item_id).toBe(silence.item_id)
    expect(silence.audio_end_ms).toBeGreaterThanOrEqual(silence.audio_start_ms)
    const prompted = await client.event('response.done', 2)
    expect(JSON.stringify(prompted.response.output)).toContain('still here')
    client.send(session({}))
    await client.event('session.updated', 2)
    expect(client.all('input_audio_buffer.timeout_triggered')).toHaveLength(1)
  })
})
