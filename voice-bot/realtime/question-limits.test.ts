import { describe, expect, it } from 'vitest'
import type { ScriptedSpeech } from '#providers/speech-to-text/scripted-speech.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import type { Admission, QuestionLimits } from './question-limits.ts'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const memory = 'How much memory may Redis use?'

/** So many questions a minute, of everybody together. */
function limitedTo(limit: number): QuestionLimits & { allow(more: number): void } {
  let left = limit
  return {
    allow: (more) => (left += more),
    async take(): Promise<Admission> {
      left -= 1
      if (left >= 0) return { kind: 'counted', limit, left, resetMs: 30_000 }
      left = 0
      return { kind: 'refused', limit, retryAfterMs: 11_400 }
    },
  }
}

/** A voice whose first word comes once it may. */
function slowAtFirst(may: Promise<void>): FakeTextToSpeech {
  let words = 0
  return new FakeTextToSpeech({
    before: async () => {
      words += 1
      if (words === 1) await may
    },
  })
}

describe('a principal who asks too often', () => {
  it('is told so aloud, with when to try again, and is answered then', async () => {
    const limits = limitedTo(1)
    await using voice = await startVoice({ voice: { limits } })
    const client = await voice.connect()
    client.ask(failOver)
    expect((await client.event('response.done')).response.status).toBe('completed')
    client.ask(memory)
    const { response } = await client.event('response.done', 2)
    expect(response).toMatchObject({
      status: 'failed',
      status_details: { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
      output: [{ content: [{ transcript: expect.stringContaining('try again in 12 seconds') }] }],
    })
    expect(client.all('response.output_audio.delta').some(({ response_id }) => response_id === response.id)).toBe(true)
    expect(client.all('nightdesk.notice')).toMatchObject([{ response_id: response.id, code: 'rate_limit_exceeded' }])
    limits.allow(1)
    client.send({ type: 'response.create' })
    expect((await client.event('response.done', 3)).response.status).toBe('completed')
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('maxmemory')
  })

  it('is told so in their own language', async () => {
    await using voice = await startVoice({ voice: { limits: limitedTo(0) } })
    const client = await voice.connect()
    client.ask('Redisのフェイルオーバーはどうやりますか？')
    expect(JSON.stringify((await client.event('response.done')).response.output)).toContain('12秒後')
  })

  it('can still say what is no question', async () => {
    await using voice = await startVoice({ voice: { limits: limitedTo(1) } })
    const client = await voice.connect()
    client.ask(failOver)
    await client.event('response.done')
    client.ask('repeat that')
    expect((await client.event('response.done', 2)).response.status).toBe('completed')
  })

  it('gets no further by asking beside the conversation', async () => {
    await using voice = await startVoice({ voice: { limits: limitedTo(0) } })
    const client = await voice.connect()
    client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: memory }] }],
      },
    })
    const { response } = await client.event('response.done')
    expect(response.status_details).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(JSON.stringify(response.output)).toContain('12 seconds')
  })

  it('has not asked twice who pauses in the middle of a question', async () => {
    const script: ScriptedSpeech[] = [
      { text: 'How do I fail over', fromMs: 0, toMs: 1000 },
      { text: 'Redis by hand', fromMs: 2000, toMs: 3000 },
    ]
    const reachable = Promise.withResolvers<void>()
    await using voice = await startVoice({
      script,
      voice: { limits: limitedTo(1) },
      toSpeech: slowAtFirst(reachable.promise),
    })
    const client = await voice.connect()
    const speak = (samples: Int16Array): void => {
      for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
    }
    const silence = (ms: number): Int16Array => new Int16Array(24 * ms)
    speak(saidAh(1, 24_000))
    speak(silence(1000))
    await client.event('rate_limits.updated')
    speak(saidAh(1, 24_000))
    speak(silence(1500))
    await client.event('response.created', 2)
    reachable.resolve()
    const done = await client.event('response.done', 2)
    expect(done.response.status).toBe('completed')
    expect(client.all('rate_limits.updated')).toHaveLength(1)
  })
})

describe('limits of questions', () => {
  it('are told as they are, and not at all where there are none', async () => {
    await using limited = await startVoice({ voice: { limits: limitedTo(5) } })
    const client = await limited.connect()
    client.ask(failOver)
    await client.event('response.done')
    expect(client.all('rate_limits.updated')).toMatchObject([
      { rate_limits: [{ name: 'requests', limit: 5, remaining: 4, reset_seconds: 30 }] },
    ])
    await using free = await startVoice()
    const other = await free.connect()
    other.ask(failOver)
    await other.event('response.done')
    expect(other.types()).not.toContain('rate_limits.updated')
  })

  it('stop nobody while they can not be counted', async () => {
    const limits: QuestionLimits = { take: () => Promise.reject(new Error('the counter is away')) }
    await using voice = await startVoice({ voice: { limits } })
    const client = await voice.connect()
    client.ask(failOver)
    expect((await client.event('response.done')).response.status).toBe('completed')
  })
})
