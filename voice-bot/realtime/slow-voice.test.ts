import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

/** One word lasts so long. */
const wordMs = 200

function speak(client: FakeClient, ...parts: Int16Array[]): void {
  for (const samples of parts)
    for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
}

describe('a voice that pauses in the middle of an answer', () => {
  it.each(['mm-hmm', 'うんうん'])('is still answering: %s takes no turn', async (text) => {
    const goesOn = Promise.withResolvers<void>()
    const toSpeech = new FakeTextToSpeech({ wordMs, before: async (_, at) => (at === 1 ? goesOn.promise : undefined) })
    await using voice = await startVoice({ script: [{ text, fromMs: 0, toMs: 500 }], toSpeech })
    const client = await voice.connect()
    client.ask('How do I fail over Redis by hand?')
    await client.event('response.output_audio.delta')
    // All that was given out has been heard by then.
    await pause(2 * wordMs)
    speak(client, saidAh(0.5, 24_000), new Int16Array(24_000 * 1.5))
    client.send({ type: 'session.update', session: {} })
    await client.event('session.updated')
    await pause(wordMs)
    goesOn.resolve()
    expect((await client.event('response.done')).response.status).toBe('completed')
    expect(client.all('input_audio_buffer.speech_started')).toEqual([])
    expect(client.all('response.created')).toHaveLength(1)
  })
})
