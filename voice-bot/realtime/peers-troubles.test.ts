import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { never } from '#conversation/conversation.fake.ts'
import { type ReplyStep, ScriptedLlm } from '#providers/llm/llm.fake.ts'
import { SpeechToTextError } from '#providers/speech-to-text/errors.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { realTiming, type Timing } from './playback.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const memory = 'How much memory may Redis use?'
const quietly = { type: 'session.update', session: { output_modalities: ['text'] } }
const silence = (ms: number): Int16Array => new Int16Array(24 * ms)

function speak(client: FakeClient, ...sounds: Int16Array[]): void {
  for (const samples of sounds)
    for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
}

const said = (client: FakeClient, nth: number): string =>
  JSON.stringify(client.all('response.done')[nth - 1]?.response.output)

const soundOf = (client: FakeClient, id: string): number =>
  client.all('response.output_audio.delta').filter(({ response_id }) => response_id === id).length

/** Waits that a listener would notice, a twentieth of them; all longer ones never end. */
function shortWaits(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 10_000) return never(ms, signal)
  return pause(ms / 20, undefined, { signal })
}

/** Bytes of buffers that can still be reached. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().arrayBuffers
}

describe('every audio frame is kept (agents-js#2046)', () => {
  it('not here: minutes of sound leave nothing behind', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    const minute = async (): Promise<void> => {
      for (let second = 0; second < 60; second++) client.audio(silence(1000))
      client.send({ type: 'session.update', session: {} })
      const updates = client.all('session.updated').length
      await client.event('session.updated', updates + 1)
    }
    await minute()
    const before = keptBytes()
    for (let at = 0; at < 4; at++) await minute()
    // Four minutes are 11.5 MB.
    expect(keptBytes() - before).toBeLessThan(3_000_000)
  })
})

describe('silent for good after an interruption (agents-js#2065, pipecat#3949)', () => {
  it.each(['response.created', 'nightdesk.caption', 'response.output_audio.delta', 'nightdesk.answer'] as const)(
    'not here: whoever interrupts at %s, again and again, is answered aloud each time',
    async (type) => {
      await using voice = await startVoice()
      const client = await voice.connect()
      for (let at = 1; at <= 3; at++) {
        const before = client.all(type).length
        client.ask(failOver)
        await client.event(type, before + 1)
        client.send({ type: 'response.cancel' })
        client.send({ type: 'output_audio_buffer.clear' })
        await client.event('response.done', 2 * at - 1)
        client.ask(memory)
        const { response } = await client.event('response.done', 2 * at)
        expect(response.status).toBe('completed')
        expect(soundOf(client, response.id)).toBeGreaterThan(0)
      }
    },
  )
})

describe('a lost tool result spoils the rest of the session (agents#3702, #5092)', () => {
  it('not here: whoever asks something else is answered, and a result that comes late or twice changes nothing', async () => {
    const steps: ReplyStep[] = [{ call: { id: 'c', name: 'last_deployment', arguments: '{}' } }]
    const llm: ScriptedLlm = new ScriptedLlm(async function* () {
      yield ((llm.asked.at(-1)?.tools ?? []).length > 0 ? steps.shift() : undefined) ?? 'QUESTION'
    })
    await using voice = await startVoice({ conversation: { llm } })
    const client = await voice.connect()
    client.send({
      type: 'session.update',
      session: { output_modalities: ['text'], tools: [{ type: 'function', name: 'last_deployment' }] },
    })
    client.ask('When was checkout deployed?')
    const [call] = (await client.event('response.done')).response.output
    const callId = call?.type === 'function_call' ? call.call_id : ''
    for (const nth of [2, 3]) {
      client.ask(failOver)
      expect((await client.event('response.done', nth)).response.status).toBe('completed')
      expect(said(client, nth)).toContain('Redis')
      const output = { type: 'function_call_output', call_id: callId, output: 'never mind' }
      client.send({ type: 'conversation.item.create', item: output })
    }
    expect(JSON.stringify(llm.heard.at(-1))).not.toContain('never mind')
    expect(client.all('error')).toEqual([])
  })
})

describe('a heard reply is lost or committed twice (pipecat#4996, agents-js#2457)', () => {
  it('not here: however it ends, and however often the client says so, it is remembered once', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    const { response } = await client.event('response.done')
    const item_id = response.output[0]?.id ?? ''
    for (const audio_end_ms of [1050, 1050, 450])
      client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms })
    client.send({ type: 'response.cancel' })
    client.send({ type: 'output_audio_buffer.clear' })
    await client.event('error')
    client.ask(memory)
    await client.event('response.done', 2)
    const turns = await voice.parts.conversation.conversations.turns(
      response.conversation_id ?? '',
      'local',
      9,
      ongoing,
    )
    expect(turns.map(({ question }) => question)).toEqual([failOver, memory])
    // Two words of 200 ms each.
    const [transcript = ''] = client.all('response.output_audio_transcript.done').map((done) => done.transcript)
    expect(turns[0]?.answer).toBe(transcript.split(' ').slice(0, 2).join(' '))
    const added = client.all('conversation.item.done').filter(({ item }) => item.id === item_id)
    expect(added).toHaveLength(1)
  })
})

describe('a turn is stuck on late or very short transcripts (pipecat#3643)', () => {
  it('not here: a turn of one short word is answered', async () => {
    await using voice = await startVoice({ script: [{ text: 'Memory?', fromMs: 0, toMs: 250 }] })
    const client = await voice.connect()
    speak(client, saidAh(0.4, 24_000), silence(2500))
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect(client.all('conversation.item.input_audio_transcription.completed')[0]?.transcript).toBe('Memory?')
  })

  it('not here: a recogniser that never comes back with its words ends in words of ours, and so does the next turn', async () => {
    const mute: SpeechToText = {
      id: 'mute',
      async *hear(audio, _, signal) {
        for await (const _piece of audio) if (signal.aborted) yield { kind: 'speech-started', atMs: 0 }
      },
    }
    // Only the last words are waited for so long.
    const after: Timing['after'] = (ms, call) => realTiming.after(ms === 4000 ? 200 : ms, call)
    const timing: Timing = { ...realTiming, after }
    const toSpeech = new FakeTextToSpeech({ wordMs: 10 })
    await using voice = await startVoice({ toText: mute, toSpeech, voice: { timing } })
    const client = await voice.connect()
    for (const nth of [1, 2]) {
      speak(client, saidAh(1.2, 24_000), silence(1500))
      const { response } = await client.event('response.done', nth)
      expect(soundOf(client, response.id)).toBeGreaterThan(0)
      await client.when(() => client.all('nightdesk.status').at(-1)?.state === 'listening' || undefined)
    }
  })
})

describe('interrupted by noise, "mm-hmm" or its own echo (agents#4039, pipecat#188)', () => {
  it.each([
    ['a nod', 'mm-hmm', 500],
    ['a nod in Japanese', 'うんうん', 500],
    ['our own words coming back', 'first step check the replicas', 1500],
  ])('not here: the answer goes on to its end over %s', async (_, text, lastsMs) => {
    const never = Promise.withResolvers<void>()
    const toSpeech = new FakeTextToSpeech({ before: async (_word, at) => (at === 8 ? await never.promise : undefined) })
    await using voice = await startVoice({ script: [{ text, fromMs: 0, toMs: lastsMs }], toSpeech })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta', 4)
    const soft = saidAh(lastsMs / 1000, 24_000).map((sample) => sample / 8)
    speak(client, soft, silence(1500))
    client.send({ type: 'session.update', session: {} })
    await client.event('session.updated')
    await new Promise((resolve) => setTimeout(resolve, 200))
    never.resolve()
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect(client.all('response.created')).toHaveLength(1)
  })
})

describe('a provider’s socket dies idle and stays dead (pipecat#1818, #1113)', () => {
  it('not here: a recogniser whose connection broke is connected again, and hears the next question', async () => {
    const failure = { name: 'Ear', keySetting: 'KEY', addressSetting: 'URL' }
    const breaking = new ScriptedSpeechToText([], { afterMs: 50, with: new SpeechToTextError('unreachable', failure) })
    const good = new ScriptedSpeechToText([{ text: failOver, fromMs: 0, toMs: 1000 }])
    let dials = 0
    const toText: SpeechToText = {
      id: 'dying',
      hear: (...asked) => {
        dials += 1
        return (dials === 1 ? breaking : good).hear(...asked)
      },
    }
    await using voice = await startVoice({ toText })
    let now = Date.now()
    voice.parts.conversation.clock = { now: () => new Date(now) }
    const client = await voice.connect()
    speak(client, silence(500))
    await client.when(() => client.all('nightdesk.status').find(({ code }) => code === 'speech_recognition_failed'))
    now += 60_000
    speak(client, saidAh(1.2, 24_000), silence(2000))
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })
})

describe('parts of the latency do not add up to the total (agents#5669)', () => {
  it('here they do, for what was said and for what was typed', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 0, toMs: 1200 }] })
    const client = await voice.connect()
    speak(client, saidAh(1.2, 24_000), silence(2000))
    await client.event('response.done')
    client.ask(memory)
    await client.event('response.done', 2)
    const metrics = client.all('nightdesk.metrics')
    expect(metrics).toHaveLength(2)
    for (const { stages_ms, total_ms } of metrics)
      expect(Object.values(stages_ms).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(total_ms, 1)
  })
})

describe('an answer that is begun early runs its side effects twice (agents#4219)', () => {
  it('not here: nothing is called before the turn is over, and then once', async () => {
    const llm: ScriptedLlm = new ScriptedLlm(async function* () {
      const mayCall = (llm.asked.at(-1)?.tools ?? []).length > 0
      const isAnswered = JSON.stringify(llm.heard.at(-1)).includes('restarted')
      if (mayCall && !isAnswered) yield { call: { id: 'c', name: 'restart', arguments: '{"service":"checkout"}' } }
      else yield 'Checkout was restarted.'
    })
    await using voice = await startVoice({ conversation: { llm } })
    const client = await voice.connect()
    const restart = { type: 'function', name: 'restart', description: 'Restarts a service.' }
    client.send({ type: 'session.update', session: { output_modalities: ['text'], tools: [restart] } })
    for (const text of ['Could you', 'Could you restart', 'Could you restart checkout'])
      client.send({ type: 'nightdesk.hearing', text })
    client.send({ type: 'session.update', session: {} })
    await client.event('session.updated', 2)
    expect(client.all('response.function_call_arguments.done')).toEqual([])
    client.ask('Could you restart checkout')
    const [call] = (await client.event('response.done')).response.output
    const call_id = call?.type === 'function_call' ? call.call_id : ''
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: 'restarted' },
    })
    client.send({ type: 'response.create' })
    await client.event('response.done', 2)
    expect(client.all('response.function_call_arguments.done')).toHaveLength(1)
  })
})

describe('dead air during tools and slow answers (pipecat#4492)', () => {
  it('not here: something is heard while the answer is still being made, and it is no part of the answer', async () => {
    const reachable = Promise.withResolvers<void>()
    const plain = await startVoice()
    const { answering } = plain.parts.conversation
    await plain[Symbol.asyncDispose]()
    await using voice = await startVoice({
      conversation: {
        wait: shortWaits,
        answering: (turn) =>
          async function* (question, signal) {
            await reachable.promise
            yield* answering(turn)(question, signal)
          },
      },
    })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    const [filler] = client.all('nightdesk.caption')
    expect(filler).toMatchObject({ filler: true })
    expect(client.all('nightdesk.answer')).toEqual([])
    reachable.resolve()
    const { response } = await client.event('response.done')
    const turns = await voice.parts.conversation.conversations.turns(
      response.conversation_id ?? '',
      'local',
      9,
      ongoing,
    )
    expect(turns[0]?.answer).toContain('First step:')
    expect(turns[0]?.answer).not.toContain(filler?.text)
  })
})

describe('a deploy kills calls (agents#4268)', () => {
  it('not here: what is being said is finished, and the talk goes on in the next process', async () => {
    const reachable = Promise.withResolvers<void>()
    const toSpeech = new FakeTextToSpeech({ before: async (_, at) => (at === 3 ? await reachable.promise : undefined) })
    await using old = await startVoice({ toSpeech })
    const client = await old.connect()
    client.ask(failOver)
    await client.event('response.output_audio.delta')
    const closed = new Promise<number>((resolve) => client.socket.once('close', resolve))
    const drained = old.sessions.drain(8000, AbortSignal.timeout(8000))
    const conversationId = client.all('session.created')[0]?.nightdesk?.conversation_id ?? ''
    expect((await client.event('nightdesk.draining')).deadline_ms).toBe(8000)
    reachable.resolve()
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect(await closed).toBe(1012)
    await drained
    // The store is what processes share.
    await using next = await startVoice({ conversation: { conversations: old.parts.conversation.conversations } })
    const again = await next.connect(`&conversation_id=${conversationId}`)
    again.send(quietly)
    again.ask('And how do I raise its memory?')
    await again.event('response.done')
    expect(again.all('session.created')[0]?.nightdesk?.conversation_id).toBe(conversationId)
    const turns = await next.parts.conversation.conversations.turns(conversationId, 'local', 9, ongoing)
    expect(turns.map(({ standalone }) => standalone.includes('Redis'))).toEqual([true, true])
  })
})
