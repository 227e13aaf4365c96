import { describe, expect, it } from 'vitest'
import type { HearingEvent, SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const question = 'How do I fail over Redis by hand?'

function speak(client: FakeClient): void {
  for (const samples of [saidAh(1.2, 24_000), new Int16Array(24_000 * 2)])
    for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
}

/** Says nothing at all, until it is told to: then it has understood the question. */
function lateEar() {
  const said = Promise.withResolvers<void>()
  const toText: SpeechToText = {
    id: 'late',
    async *hear(): AsyncGenerator<HearingEvent> {
      yield { kind: 'connected' }
      await said.promise
      const transcript = { text: question, words: [], confidence: 0.9, lang: 'en' as const }
      yield { kind: 'final', transcript }
      yield { kind: 'end-of-turn', cause: 'flush', transcript }
      await new Promise(() => undefined)
    },
  }
  return { toText, tell: () => said.resolve() }
}

const captions = (client: FakeClient) =>
  client.all('nightdesk.caption').map(({ written, filler }) => [written, filler] as const)

describe('somebody whose words take long to be understood', () => {
  it('hears that they are waited for, and then the answer, in one response', async () => {
    const { toText, tell } = lateEar()
    await using voice = await startVoice({ toText })
    const client = await voice.connect()
    speak(client)
    await client.event('response.output_audio.delta')
    expect(captions(client)).toEqual([['One moment.', true]])
    tell()
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect(client.all('response.created')).toHaveLength(1)
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
  })

  it('hears, where they never are, that it is waited and then why there is no answer', async () => {
    await using voice = await startVoice({ toText: lateEar().toText })
    const client = await voice.connect()
    speak(client)
    const { response } = await client.event('response.done')
    expect(response.status_details?.error?.code).toBe('speech_recognition_slow')
    expect(captions(client).map(([, filler]) => filler)).toEqual([true, false])
  })
})
