import { describe, expect, it } from 'vitest'
import { SpeechToTextError } from '#providers/speech-to-text/errors.ts'
import type { ScriptedSpeech } from '#providers/speech-to-text/scripted-speech.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import { TextToSpeechError } from '#providers/text-to-speech/errors.ts'
import { FakeTextToSpeech, tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const silence = (ms: number): Int16Array => new Int16Array((24_000 * ms) / 1000)
const voiceFor = (ms: number): Int16Array => saidAh(ms / 1000, 24_000)

/** In pieces as a microphone sends them. */
function speak(client: FakeClient, samples: Int16Array): void {
  for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
}

/** Deltas of sound that came after the response was over. */
function soundAfterEnd(client: FakeClient, responseId: string | undefined): number {
  const end = client.events.findIndex((event) => event.type === 'response.done' && event.response.id === responseId)
  return client.events
    .slice(end)
    .filter((event) => event.type === 'response.output_audio.delta' && event.response_id === responseId).length
}

/** A voice that never gets past so many words, the first time that it is asked. */
function stuckAfter(words: number): FakeTextToSpeech {
  let isStuck = false
  return new FakeTextToSpeech({
    before: async (_, at) => {
      if (isStuck || at < words) return
      isStuck = true
      await new Promise(() => undefined)
    },
  })
}

/** Somebody who wants no interruptions, and speaks while they are answered. */
async function talkedOver(voice: Awaited<ReturnType<typeof startVoice>>): Promise<FakeClient> {
  const client = await voice.connect()
  client.send({
    type: 'session.update',
    session: { audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: false } } } },
  })
  client.ask(failOver)
  await client.event('response.output_audio.delta')
  speak(client, voiceFor(1500))
  speak(client, silence(1500))
  return client
}

const stopThere: ScriptedSpeech[] = [{ text: 'wait stop what about the memory of Redis', fromMs: 0, toMs: 2000 }]

describe('somebody who talks over an answer', () => {
  it('silences it at once, is heard, and is answered; what they did not hear is forgotten', async () => {
    await using voice = await startVoice({ script: stopThere, toSpeech: stuckAfter(3) })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    const first = (await client.event('response.created')).response.id
    speak(client, voiceFor(2000))
    speak(client, silence(2500))
    const cancelled = await client.event('response.done')
    expect(cancelled.response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    })
    const second = await client.event('response.done', 2)
    expect(second.response.status).toBe('completed')
    expect(soundAfterEnd(client, first)).toBe(0)
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('maxmemory')
    const types = client.types()
    expect(types.indexOf('input_audio_buffer.speech_started')).toBeLessThan(types.indexOf('response.done'))
    const [began] = client.all('input_audio_buffer.speech_started')
    expect(began?.audio_start_ms).toBeLessThan(500)
    const turns = await voice.parts.conversation.conversations.turns(
      cancelled.response.conversation_id ?? '',
      'local',
      9,
      ongoing,
    )
    expect(turns[0]?.answer).not.toContain('10.0.0.7')
  })

  it('is answered where the voice has got stuck in the middle of its words', async () => {
    await using voice = await startVoice({ script: stopThere, toSpeech: stuckAfter(1) })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    await client.when(() => (client.all('nightdesk.status').at(-1)?.state === 'speaking' ? true : undefined))
    // The one word of 200 ms is over.
    await new Promise((resolve) => setTimeout(resolve, 300))
    speak(client, voiceFor(2000))
    speak(client, silence(2500))
    const stuck = await client.event('response.done')
    expect(stuck.response.status_details).toMatchObject({ reason: 'turn_detected' })
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
  })

  it('cuts off what they have not heard yet of a response that is over', async () => {
    await using voice = await startVoice({ script: stopThere })
    const client = await voice.connect()
    client.ask(failOver)
    const first = await client.event('response.done')
    speak(client, voiceFor(2000))
    speak(client, silence(2500))
    await client.event('response.done', 2)
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('maxmemory')
    const id = first.response.conversation_id ?? ''
    const [turn] = await voice.parts.conversation.conversations.turns(id, 'local', 9, ongoing)
    expect(turn?.answer).not.toContain('replication')
  })

  it('does not silence it by a click, after which it goes on as if nothing had been', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    speak(client, tone(24 * 60, 24_000))
    speak(client, silence(1500))
    const done = await client.event('response.done')
    expect(done.response.status).toBe('completed')
    expect(client.all('input_audio_buffer.speech_started')).toEqual([])
  })

  it('finishes by itself where the client wants no interruptions, and is answered afterwards', async () => {
    await using voice = await startVoice({
      script: [{ text: 'How much memory may Redis use?', fromMs: 0, toMs: 1500 }],
    })
    const client = await talkedOver(voice)
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
    expect(client.all('nightdesk.answer')[1]?.answer.answer).toContain('maxmemory')
  })

  it.each([
    ['is being made', stuckAfter(3)],
    ['is being heard', undefined],
  ])('is not told that it was not understood, where it was no words, while an answer %s', async (_, toSpeech) => {
    await using voice = await startVoice({ ...(toSpeech && { toSpeech }) })
    const client = await talkedOver(voice)
    await client.event('conversation.item.input_audio_transcription.completed')
    if (toSpeech !== undefined) client.send({ type: 'response.cancel' })
    await client.event('response.done')
    client.ask('How much memory may Redis use?')
    await client.event('response.done', 2)
    const said = client.all('nightdesk.caption').map(({ text }) => text)
    expect(said.join(' ')).not.toContain('catch that')
    expect(client.all('response.created')).toHaveLength(2)
  })

  it('can be told exactly how much was heard, and that is what is remembered', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    const done = await client.event('response.done')
    const item_id = done.response.output[0]?.id ?? ''
    client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 450 })
    await client.event('conversation.item.truncated')
    client.ask('And how much memory may Redis use?')
    await client.event('response.done', 2)
    const id = done.response.conversation_id ?? ''
    const [turn] = await voice.parts.conversation.conversations.turns(id, 'local', 9, ongoing)
    // Two words of 200 ms each.
    expect(turn?.answer).toBe('Edited 4')
    client.send({ type: 'conversation.item.retrieve', item_id })
    const { item } = await client.event('conversation.item.retrieved')
    expect(item).toMatchObject({ status: 'incomplete', content: [{ type: 'output_audio', transcript: 'Edited 4' }] })
  })

  it('is remembered as the client heard it, where it cancels and cuts in one go', async () => {
    const never = Promise.withResolvers<void>()
    let words = 0
    const toSpeech = new FakeTextToSpeech({
      before: async () => {
        words += 1
        if (words > 6) await never.promise
      },
    })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask('How do I fail over Redis by hand?')
    const { item_id, response_id } = await client.event('response.output_audio.delta')
    await new Promise((resolve) => setTimeout(resolve, 900))
    client.send({ type: 'response.cancel', response_id })
    client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 450 })
    const { response } = await client.event('response.done')
    await client.event('conversation.item.truncated')
    client.ask('And how much memory may Redis use?')
    await client.event('response.created', 2)
    await client.event('nightdesk.citations', 2)
    const id = response.conversation_id ?? ''
    const [turn] = await voice.parts.conversation.conversations.turns(id, 'local', 9, ongoing)
    expect(turn?.answer).toBe('Edited 4')
    client.send({ type: 'conversation.item.retrieve', item_id })
    expect((await client.event('conversation.item.retrieved')).item).toMatchObject({
      content: [{ transcript: 'Edited 4' }],
    })
  })
})

describe('a speaker who pauses', () => {
  it('is answered once, to all that they said, where they go on before the answer is heard', async () => {
    const script: ScriptedSpeech[] = [
      { text: 'How do I fail over', fromMs: 0, toMs: 1000 },
      { text: 'Redis by hand', fromMs: 2000, toMs: 3000 },
    ]
    const reachable = Promise.withResolvers<void>()
    let words = 0
    const toSpeech = new FakeTextToSpeech({
      before: async () => {
        words += 1
        if (words === 1) await reachable.promise
      },
    })
    await using voice = await startVoice({ script, toSpeech })
    const client = await voice.connect()
    speak(client, voiceFor(1000))
    speak(client, silence(1000))
    await client.event('response.created')
    speak(client, voiceFor(1000))
    speak(client, silence(1500))
    await client.event('response.created', 2)
    reachable.resolve()
    const done = await client.when(() =>
      client.all('response.done').find(({ response }) => response.status === 'completed'),
    )
    expect(client.all('response.done')[0]?.response).toMatchObject({ status: 'cancelled' })
    expect(done.response.status).toBe('completed')
    expect(client.all('nightdesk.answer')).toHaveLength(1)
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })
})

describe('a committed turn', () => {
  const failure = { name: 'Ear', keySetting: 'KEY', addressSetting: 'URL' }

  it('whose recogniser is dead ends in spoken words that say so', async () => {
    const toText = new ScriptedSpeechToText([], { afterMs: 50, with: new SpeechToTextError('unreachable', failure) })
    await using voice = await startVoice({ toText })
    const client = await voice.connect()
    speak(client, voiceFor(1200))
    speak(client, silence(1500))
    const done = await client.event('response.done')
    expect(done.response).toMatchObject({ status: 'failed', output: [{ content: [{ type: 'output_audio' }] }] })
    expect(client.all('response.output_audio.delta').length).toBeGreaterThan(0)
    expect(client.all('conversation.item.input_audio_transcription.failed')).toHaveLength(1)
    expect(client.all('nightdesk.status').some(({ code }) => code === 'speech_recognition_failed')).toBe(true)
  })

  it('where there is no recogniser is told so, and typed questions are answered aloud', async () => {
    await using voice = await startVoice({ deaf: true })
    const client = await voice.connect()
    expect((await client.event('nightdesk.status')).code).toBe('no_speech_recognition')
    speak(client, voiceFor(1200))
    speak(client, silence(1500))
    expect((await client.event('response.done')).response.status).toBe('failed')
    client.ask(failOver)
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
    expect(client.all('response.output_audio.delta').length).toBeGreaterThan(0)
  })

  it('whose voice is dead is answered in writing, and that is said', async () => {
    const broken = { name: 'Voice', remedy: 'Check it.' }
    const toSpeech = new FakeTextToSpeech({
      before: async () => {
        throw new TextToSpeechError('unreachable', broken)
      },
    })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    const done = await client.event('response.done')
    expect(done.response.status).toBe('completed')
    expect(JSON.stringify(done.response.output)).toContain('redis cli')
    expect(client.all('nightdesk.notice')).toHaveLength(1)
  })

  it('that fails inside ends in a spoken apology, and the session goes on', async () => {
    const answering = () => (): AsyncIterable<never> => {
      throw new TypeError('a fault of ours')
    }
    await using voice = await startVoice({ conversation: { answering } })
    const client = await voice.connect()
    for (const nth of [1, 2]) {
      client.ask(failOver)
      const done = await client.event('response.done', nth)
      expect(done.response).toMatchObject({ status: 'failed', status_details: { error: { code: 'turn_failed' } } })
      expect(JSON.stringify(done.response.output)).toContain('Sorry')
    }
    expect(client.all('response.output_audio.delta').length).toBeGreaterThan(0)
  })

  it('in which nothing was understood is asked for again once, and then writing is offered', async () => {
    await using voice = await startVoice({ toSpeech: new FakeTextToSpeech({ wordMs: 10 }) })
    const client = await voice.connect()
    for (let nth = 1; nth <= 2; nth++) {
      speak(client, voiceFor(1200))
      speak(client, silence(4000))
      await client.event('response.done', nth)
      await client.when(() => client.all('nightdesk.status').at(-1)?.state === 'listening' || undefined)
    }
    const said = client.all('response.output_audio_transcript.done').map(({ transcript }) => transcript)
    expect(said[0]).toContain('say it again')
    expect(said[1]).toContain('type')
  })
})

describe('a noise while an answer is being made', () => {
  it('keeps it back until it is known to be none of the speaker’s words, and then lets it be heard', async () => {
    const reachable = Promise.withResolvers<void>()
    let isFirst = true
    const toSpeech = new FakeTextToSpeech({
      before: async () => {
        if (isFirst) await reachable.promise
        isFirst = false
      },
    })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('nightdesk.caption')
    speak(client, voiceFor(900))
    await client.event('input_audio_buffer.speech_started')
    reachable.resolve()
    client.send({ type: 'input_audio_buffer.clear' })
    await client.event('input_audio_buffer.cleared')
    const done = await client.event('response.done')
    expect(done.response.status).toBe('completed')
    const types = client.types()
    expect(types.indexOf('response.output_audio.delta')).toBeGreaterThan(types.indexOf('input_audio_buffer.cleared'))
  })
})
