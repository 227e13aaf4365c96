import { describe, expect, it } from 'vitest'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import { FakeTextToSpeech, tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { createTurnTaking } from '../turn-taking/create-turn-taking.ts'
import type { TurnTakingOptions } from '../turn-taking/options.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const session = (given: Record<string, unknown>) => ({ type: 'session.update', session: given })
const input = (given: Record<string, unknown>) => session({ audio: { input: given } })

async function spoken(client: FakeClient): Promise<void> {
  client.audio(tone(24_000, 24_000))
  client.send({ type: 'input_audio_buffer.commit' })
}

describe('max_output_tokens', () => {
  it('ends a spoken answer where it is used up; only what was given out is remembered', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.say(failOver)
    client.send({ type: 'response.create', response: { max_output_tokens: 40 } })
    const { response } = await client.event('response.done')
    expect(response).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'max_output_tokens' },
      max_output_tokens: 40,
    })
    expect(response.usage?.output_tokens).toBeLessThanOrEqual(40)
    client.ask('How much memory may Redis use?')
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
    const turns = await voice.parts.conversation.conversations.turns(
      response.conversation_id ?? '',
      'local',
      9,
      ongoing,
    )
    // Two seconds of it, which are ten words.
    const words = turns[0]?.answer.split(' ') ?? []
    expect(words.join('')).not.toBe('')
    expect(words.length).toBeLessThanOrEqual(10)
  })

  it('leaves room for the sound of the words that it lets out', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.say(failOver)
    client.send({ type: 'response.create', response: { max_output_tokens: 20 } })
    const { response } = await client.event('response.done')
    const soundMs = client
      .all('response.output_audio.delta')
      .reduce((ms, { delta }) => ms + Buffer.from(delta, 'base64').length / 48, 0)
    expect(soundMs).toBeGreaterThan(500)
    expect(response.usage?.output_tokens).toBeLessThanOrEqual(20)
    // The fake voice says a word in 200 ms.
    const [item] = response.output
    const said = JSON.stringify(item).match(/"transcript":"([^"]*)"/)?.[1] ?? ''
    expect(said.split(' ').length).toBeLessThanOrEqual(Math.ceil(soundMs / 200))
    expect(said).not.toBe('')
  })

  it('ends a written answer where it is used up', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(session({ output_modalities: ['text'], max_output_tokens: 10 }))
    client.ask(failOver)
    const { response } = await client.event('response.done')
    expect(response.status_details).toMatchObject({ reason: 'max_output_tokens' })
    expect(response.usage?.output_tokens).toBe(10)
    expect(JSON.stringify(response.output)).not.toContain('failover')
  })
})

describe('what a client wants of transcripts', () => {
  it('is none, where it says so, and it is answered all the same', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 900 }] })
    const client = await voice.connect()
    expect(client.all('session.created')[0]?.session.audio.input.transcription).toEqual({ model: 'nightdesk' })
    client.send(input({ transcription: null, turn_detection: null }))
    await spoken(client)
    client.send({ type: 'response.create' })
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
    expect(client.types().filter((type) => type.includes('input_audio_transcription'))).toEqual([])
  })

  it('reaches the recogniser: its words, and what its prompt lists, before all documented names', async () => {
    const toText = new ScriptedSpeechToText([])
    await using voice = await startVoice({ toText })
    const client = await voice.connect()
    const prompt = 'Expect words that have to do with the operation of servers. hawkeye-proxy, Blue Ridge'
    client.send(
      input({ transcription: { keywords: ['Frobnicator'], prompt, language: 'ja-JP' }, turn_detection: null }),
    )
    await spoken(client)
    await client.event('conversation.item.input_audio_transcription.completed')
    expect(toText.heard[0]?.lang).toBe('ja')
    expect(toText.heard[0]?.keyterms?.slice(0, 3)).toEqual(['Frobnicator', 'hawkeye-proxy', 'Blue Ridge'])
  })
})

describe('noise_reduction', () => {
  it('says how near the microphone is, and with it how loud a speaker must be', async () => {
    const taken: TurnTakingOptions[] = []
    await using voice = await startVoice({
      voice: {
        createTurnTaking: (options) => {
          taken.push(options)
          return createTurnTaking(options)
        },
      },
    })
    const client = await voice.connect()
    for (const noise_reduction of [{ type: 'near_field' }, { type: 'far_field' }, null])
      client.send(input({ noise_reduction }))
    await client.event('session.updated', 3)
    const [usual, near = 0, far = 0, none] = taken.map(({ minimumLevelDb }) => minimumLevelDb)
    expect([usual, none]).toEqual([undefined, undefined])
    expect(near).toBeGreaterThan(far)
  })
})

describe('tracing', () => {
  it('marks the trace of each turn from then on', async () => {
    const begun: Record<string, unknown>[] = []
    const telemetry = new Telemetry({
      sink: {
        begin: (_name, { traceId = '', asker, attributes = {} }) => {
          begun.push(attributes)
          return { traceId, asker, traceparent: undefined, set: () => undefined, end: () => undefined }
        },
        measure: () => undefined,
      },
    })
    await using voice = await startVoice({ conversation: { telemetry } })
    const client = await voice.connect()
    const tracing = { workflow_name: 'incident', group_id: 'g1', metadata: { service: 'checkout' } }
    client.send(session({ output_modalities: ['text'], tracing }))
    client.ask(failOver)
    await client.event('response.done')
    expect(client.all('session.updated')[0]?.session.tracing).toEqual(tracing)
    expect(begun.find((each) => 'gen_ai.conversation.id' in each)).toMatchObject({
      'nightdesk.workflow': 'incident',
      'nightdesk.group': 'g1',
      'nightdesk.metadata.service': 'checkout',
    })
  })
})

describe('output_audio_buffer.clear', () => {
  it('silences the answer that is heard, and none that is still being made', async () => {
    const reachable = Promise.withResolvers<void>()
    let words = 0
    const toSpeech = new FakeTextToSpeech({
      before: async (text) => {
        words += 1
        if (text.includes('maxmemory') && words > 0) await reachable.promise
      },
    })
    await using voice = await startVoice({ toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    client.ask('How do I raise the memory that Redis may use?')
    await client.event('nightdesk.caption', 2)
    client.send({ type: 'output_audio_buffer.clear' })
    client.send(session({}))
    await client.event('session.updated')
    reachable.resolve()
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
  })
})
