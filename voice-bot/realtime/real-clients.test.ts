import { createConnection } from 'node:net'
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ReplyStep, ScriptedLlm } from '#providers/llm/llm.fake.ts'
import { FakeTextToSpeech, tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const loud = (ms: number): Int16Array => tone((24_000 * ms) / 1000, 24_000)
const silence = (ms: number): Int16Array => new Int16Array((24_000 * ms) / 1000)
const base64 = (samples: Int16Array): string => Buffer.from(samples.buffer).toString('base64')

/** The client of the `openai` package as it comes; it speaks TLS alone, so that its connection is made for it. */
function openAiClient(port: number): OpenAIRealtimeWS {
  const client = new OpenAI({ apiKey: 'sk-any', baseURL: `https://127.0.0.1:${port}/v1` })
  return new OpenAIRealtimeWS(
    { model: 'nightdesk', options: { createConnection: () => createConnection({ host: '127.0.0.1', port }) } },
    client,
  )
}

/** All events up to and with the first of that type. */
async function eventsUntil(client: OpenAIRealtimeWS, type: RealtimeServerEvent['type'], begin: () => void) {
  const events: RealtimeServerEvent[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  client.on('event', (event) => {
    events.push(event)
    if (event.type === 'session.created') begin()
    if (event.type === type) resolve()
  })
  client.on('error', reject)
  await promise
  return events
}

describe('the client of the openai package', () => {
  it('asks in writing and is answered in writing', async () => {
    await using voice = await startVoice()
    const client = openAiClient(voice.port)
    let text = ''
    client.on('response.output_text.delta', ({ delta }) => {
      text += delta
    })
    const events = await eventsUntil(client, 'response.done', () => {
      client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
      client.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: failOver }] },
      })
      client.send({ type: 'response.create' })
    })
    client.close()
    expect(text).toContain('redis-cli failover to 10.0.0.7 6379')
    expect(events.find(({ type }) => type === 'response.done')).toMatchObject({
      response: { status: 'completed', usage: { total_tokens: expect.any(Number) } },
    })
  })

  it('speaks, is heard, and hears the answer', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 1500 }] })
    const client = openAiClient(voice.port)
    let soundBytes = 0
    client.on('response.output_audio.delta', ({ delta }) => {
      soundBytes += Buffer.from(delta, 'base64').length
    })
    const events = await eventsUntil(client, 'response.done', () => {
      const turn_detection = { type: 'server_vad', silence_duration_ms: 300 } as const
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } })
      for (const sound of [loud(1500), silence(1500)])
        client.send({ type: 'input_audio_buffer.append', audio: base64(sound) })
    })
    client.close()
    expect(events.find(({ type }) => type.endsWith('transcription.completed'))).toMatchObject({ transcript: failOver })
    expect(soundBytes).toBeGreaterThan(48_000)
  })

  it('is told what it did wrong, by the id of its event', async () => {
    await using voice = await startVoice()
    const client = openAiClient(voice.port)
    const wrong = Promise.withResolvers<unknown>()
    client.on('error', ({ error }) => wrong.resolve(error))
    client.on('session.created', () => client.send({ type: 'response.cancel', event_id: 'mine' }))
    expect(await wrong.promise).toMatchObject({ code: 'response_cancel_not_active', event_id: 'mine' })
    client.close()
  })
})

describe('@openai/agents-realtime', () => {
  it('talks with us over its WebSocket as it does with its maker', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 1500 }] })
    const session = new RealtimeSession(new RealtimeAgent({ name: 'on-call' }), { transport: 'websocket' })
    const errors: unknown[] = []
    session.on('error', (error) => errors.push(error))
    let soundBytes = 0
    session.on('audio', ({ data }) => {
      soundBytes += data.byteLength
    })
    const ended = Promise.withResolvers<void>()
    session.on('agent_end', () => ended.resolve())
    await session.connect({ apiKey: 'sk-any', url: voice.url })
    session.sendAudio(bufferOf(loud(1500)))
    session.sendAudio(bufferOf(silence(3000)))
    await ended.promise
    const said = session.history.map((item) => (item.type === 'message' ? [item.role, item.content] : [item.type]))
    session.close()
    expect(errors).toEqual([])
    expect(said[0]).toMatchObject(['user', [{ type: 'input_audio', transcript: failOver }]])
    expect(said[1]).toMatchObject([
      'assistant',
      [{ type: 'output_audio', transcript: expect.stringContaining('replicas') }],
    ])
    expect(soundBytes).toBeGreaterThan(48_000)
  })

  it('runs its own tool for us, once, and says what came of it', async () => {
    const call: ReplyStep = { call: { id: 'c', name: 'last_deployment', arguments: '{"service":"checkout"}' } }
    const steps: ReplyStep[] = [call, 'Checkout was deployed 3 hours ago.']
    let at = 0
    const llm = new ScriptedLlm(async function* () {
      yield steps[at++] ?? 'QUESTION'
    })
    await using voice = await startVoice({ conversation: { llm } })
    const calls: unknown[] = []
    const lastDeployment = tool({
      name: 'last_deployment',
      description: 'When a service was deployed last.',
      parameters: z.object({ service: z.string() }),
      execute: async (given) => {
        calls.push(given)
        return 'deployed 3 hours ago'
      },
    })
    const agent = new RealtimeAgent({ name: 'on-call', tools: [lastDeployment] })
    const session = new RealtimeSession(agent, { transport: 'websocket' })
    const said = Promise.withResolvers<string>()
    session.on('agent_end', (_context, _agent, output) => {
      if (output !== '') said.resolve(output)
    })
    await session.connect({ apiKey: 'sk-any', url: voice.url })
    session.sendMessage('When was checkout deployed?')
    expect(await said.promise).toContain('3 hours ago')
    session.close()
    expect(calls).toEqual([{ service: 'checkout' }])
  })

  it('hands over to another agent of its own, whose tools are ours from then on', async () => {
    const offered: string[][] = []
    const llm: ScriptedLlm = new ScriptedLlm(async function* () {
      const names = (llm.asked.at(-1)?.tools ?? []).map(({ name }) => name)
      if (names.length > 0) offered.push(names)
      const wants = ['transfer_to_database', 'replica_lag'].find((name) => names.includes(name))
      const result = JSON.stringify(llm.heard.at(-1)).includes('"role":"tool"')
      if (wants !== undefined && !result) yield { call: { id: wants, name: wants, arguments: '{}' } }
      else yield result ? 'The lag is 4 seconds.' : 'QUESTION'
    })
    await using voice = await startVoice({ conversation: { llm } })
    const lag = tool({
      name: 'replica_lag',
      description: 'How far the replicas lag behind.',
      parameters: z.object({}),
      execute: async () => 'The lag is 4 seconds.',
    })
    const database = new RealtimeAgent({ name: 'database', handoffDescription: 'Knows replicas.', tools: [lag] })
    const agent = new RealtimeAgent({ name: 'on-call', handoffs: [database] })
    const session = new RealtimeSession(agent, { transport: 'websocket' })
    const errors: unknown[] = []
    session.on('error', (error) => errors.push(error))
    const handedTo = Promise.withResolvers<string>()
    session.on('agent_handoff', (_context, _from, to) => handedTo.resolve(to.name))
    const said = Promise.withResolvers<string>()
    session.on('agent_end', (_context, _agent, output) => {
      if (output.includes('lag')) said.resolve(output)
    })
    await session.connect({ apiKey: 'sk-any', url: voice.url })
    session.sendMessage('Who can look at the replicas?')
    expect(await handedTo.promise).toBe('database')
    session.sendMessage('How far do the replicas lag behind?')
    expect(await said.promise).toContain('4 seconds')
    session.close()
    expect(offered[0]).toEqual(['transfer_to_database'])
    expect(offered.at(-1)).toEqual(['replica_lag'])
    expect(errors).toEqual([])
  })

  it('is interrupted by its speaker, who is answered', async () => {
    const never = Promise.withResolvers<void>()
    let words = 0
    const toSpeech = new FakeTextToSpeech({
      before: async () => {
        words += 1
        if (words === 5) await never.promise
      },
    })
    const script = [{ text: 'wait stop how much memory may Redis use', fromMs: 0, toMs: 2000 }]
    await using voice = await startVoice({ script, toSpeech })
    const session = new RealtimeSession(new RealtimeAgent({ name: 'on-call' }), { transport: 'websocket' })
    const errors: unknown[] = []
    session.on('error', (error) => errors.push(error))
    const interrupted = Promise.withResolvers<void>()
    session.on('audio_interrupted', () => interrupted.resolve())
    const heard = Promise.withResolvers<void>()
    session.on('audio', () => heard.resolve())
    const answered = Promise.withResolvers<string>()
    session.on('agent_end', (_context, _agent, output) => {
      if (output.includes('evicts')) answered.resolve(output)
    })
    await session.connect({ apiKey: 'sk-any', url: voice.url })
    session.sendMessage(failOver)
    await heard.promise
    session.sendAudio(bufferOf(saidAh(2, 24_000)))
    session.sendAudio(bufferOf(silence(3000)))
    await interrupted.promise
    expect(await answered.promise).toContain('12 gigabytes')
    session.close()
    expect(errors).toEqual([])
  })
})

function bufferOf(samples: Int16Array): ArrayBuffer {
  return samples.slice().buffer
}
