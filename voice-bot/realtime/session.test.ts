import { describe, expect, it } from 'vitest'
import { tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { noFigures, type VoiceFigures } from '../figures.ts'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const pcm = (ms: number): Int16Array => new Int16Array((24_000 * ms) / 1000)
const loud = (ms: number): Int16Array => tone((24_000 * ms) / 1000, 24_000)

describe('a session', () => {
  it('answers a typed question aloud, in the documented order', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.ask(failOver)
    const done = await client.event('response.done')
    expect(client.openAiTypes()).toEqual([
      'session.created',
      'conversation.created',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      ...client.openAiTypes().slice(9, -6),
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(done.response).toMatchObject({ status: 'completed', status_details: { type: 'completed' } })
    const spoken = client.all('response.output_audio_transcript.delta').map(({ delta }) => delta)
    expect(done.response.output).toMatchObject([
      { role: 'assistant', status: 'completed', content: [{ type: 'output_audio', transcript: spoken.join('') }] },
    ])
    expect(done.response.usage?.output_token_details.audio_tokens).toBeGreaterThan(0)
    expect(client.all('nightdesk.citations').at(-1)?.citations[0]?.document.title).toBe('Redis runbook')
    const metrics = client.all('nightdesk.metrics')[0]
    expect(Object.values(metrics?.stages_ms ?? {}).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(
      metrics?.total_ms ?? -1,
      1,
    )
  })

  it('tells of an answer that is heard under which trace, and in which stages, but not of one that is read', async () => {
    const sounded: Parameters<VoiceFigures['sounded']>[0][] = []
    const figures: VoiceFigures = { ...noFigures, sounded: (turn) => void sounded.push(turn) }
    await using voice = await startVoice({ voice: { figures } })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    const [answer] = client.all('nightdesk.answer')
    const [metrics] = client.all('nightdesk.metrics')
    expect(sounded).toMatchObject([
      { traceId: answer?.answer.trace_id, principal: 'local', stagesMs: metrics?.stages_ms },
    ])
    expect(sounded[0]?.soundedMsAgo).toBeGreaterThanOrEqual(0)
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    client.ask(failOver)
    await client.event('response.done')
    expect(sounded).toHaveLength(1)
  })

  it('answers in writing where the client wants text', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    client.ask(failOver)
    const done = await client.event('response.done')
    const text = client
      .all('response.output_text.delta')
      .map(({ delta }) => delta)
      .join('')
    expect(text).toContain('redis-cli failover to 10.0.0.7 6379')
    expect(done.response.output).toMatchObject([{ content: [{ type: 'output_text', text }] }])
    expect(client.all('response.output_audio.delta')).toEqual([])
  })

  it('hears a question, ends the turn by itself, and answers', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 100, toMs: 1500 }] })
    const client = await voice.connect()
    client.audio(pcm(100))
    client.audio(loud(1400))
    client.audio(pcm(2000))
    await client.event('response.done')
    const user = client.all('conversation.item.input_audio_transcription.completed')[0]
    expect(user?.transcript).toBe(failOver)
    expect(client.openAiTypes().slice(2, 8)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ])
    expect(client.all('input_audio_buffer.speech_started')[0]?.item_id).toBe(user?.item_id)
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })

  it('answers what was committed by hand once it is asked to', async () => {
    await using voice = await startVoice({ script: [{ text: failOver, fromMs: 100, toMs: 900 }] })
    const client = await voice.connect()
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } })
    client.audio(loud(1000))
    client.send({ type: 'input_audio_buffer.commit' })
    const heard = await client.event('conversation.item.input_audio_transcription.completed')
    expect(heard.transcript).toBe(failOver)
    expect(client.all('response.created')).toEqual([])
    client.send({ type: 'response.create' })
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })
})
