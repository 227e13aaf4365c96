import { describe, expect, it } from 'vitest'
import { fakeVoiceActivity, saidAh } from '../voice-activity/voice-activity.fake.ts'
import type { VoiceActivityDetector } from '../voice-activity/voice-activity.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const rate = 24_000

/** As sure of what it takes for a voice as that. */
function detector(probability: number): VoiceActivityDetector {
  const sure = fakeVoiceActivity()
  return {
    open: ({ onFrame, ...options }) =>
      sure.open({
        ...options,
        onFrame: (frame) => onFrame({ ...frame, probability: Math.min(probability, frame.probability) }),
      }),
    [Symbol.asyncDispose]: () => sure[Symbol.asyncDispose](),
  }
}

/** A sound, and silence until what it was is decided. */
function sound(client: FakeClient): void {
  const samples = [saidAh(0.6, rate), new Int16Array(rate * 2.5)]
  for (const part of samples)
    for (let from = 0; from < part.length; from += 2400) client.audio(part.slice(from, from + 2400))
}

const saidBy = (client: FakeClient, nth: number): string => {
  const response = client.all('response.done')[nth - 1]?.response
  return JSON.stringify([response?.status, response?.output])
}

describe.each(['server_vad', 'semantic_vad'] as const)('with %s, a sound without words', (type) => {
  const listening = {
    type: 'session.update',
    session: { output_modalities: ['text'], audio: { input: { turn_detection: { type } } } },
  }

  it('is passed over in silence when it may have been nobody', async () => {
    await using voice = await startVoice({ voice: { detector: detector(0.58) } })
    const client = await voice.connect()
    client.send(listening)
    for (const nth of [1, 2]) {
      sound(client)
      await client.event('response.done', nth)
      expect(saidBy(client, nth)).toBe('["completed",[]]')
    }
    expect(client.all('nightdesk.status').at(-1)?.state).toBe('listening')
  })

  it('is asked about when it was surely a voice, and not for ever', async () => {
    await using voice = await startVoice({ voice: { detector: detector(0.95) } })
    const client = await voice.connect()
    client.send(listening)
    const expected = ["didn't catch that", 'type', '["completed",[]]']
    for (const [at, words] of expected.entries()) {
      sound(client)
      await client.event('response.done', at + 1)
      expect(saidBy(client, at + 1)).toContain(words)
    }
  })
})
