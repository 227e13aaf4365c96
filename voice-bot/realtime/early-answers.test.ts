import { describe, expect, it } from 'vitest'
import type { Llm } from '#providers/llm/llm.ts'
import type { SpeechToText, Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import { tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { startVoice } from './realtime.fake.ts'

const question: Transcript = { text: 'How do I fail over Redis by hand?', words: [], confidence: 0.9 }

/** A recogniser that knows the words at once, and that they are the last only when it's let. */
function hesitantEar(last: Promise<Transcript>): SpeechToText {
  return {
    id: 'hesitant',
    async *hear(input) {
      let isHeard = false
      for await (const { kind } of input) {
        if (kind === 'audio' && !isHeard) {
          isHeard = true
          yield { kind: 'interim', transcript: question }
        }
        if (kind === 'flush') yield { kind: 'end-of-turn', transcript: await last, cause: 'flush' }
      }
    },
  }
}

/** A model that says when it's asked. */
function listenedTo() {
  const first = Promise.withResolvers<void>()
  let times = 0
  const llm: Llm = {
    id: 'listened-to',
    async *reply() {
      times += 1
      first.resolve()
      yield { kind: 'text', text: 'Promote one: `redis-cli failover to 10.0.0.7 6379` [1].' }
      yield { kind: 'end', reason: 'stop', model: 'listened-to' }
    },
  }
  return { llm, asked: first.promise, times: () => times }
}

async function spokenTo(last: Promise<Transcript>) {
  const model = listenedTo()
  const voice = await startVoice({ toText: hesitantEar(last), conversation: { llm: model.llm } })
  const client = await voice.connect()
  client.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection: null } } },
  })
  client.audio(tone(24_000, 24_000))
  client.send({ type: 'input_audio_buffer.commit' })
  await client.event('input_audio_buffer.committed')
  return { model, client, [Symbol.asyncDispose]: () => voice[Symbol.asyncDispose]() }
}

describe('an answer whose turn the client ended', () => {
  it('is asked of the model while the last words are still being recognised, and once', async () => {
    const last = Promise.withResolvers<Transcript>()
    await using talk = await spokenTo(last.promise)
    talk.client.send({ type: 'response.create' })
    await talk.model.asked
    expect(talk.client.all('conversation.item.input_audio_transcription.completed')).toEqual([])
    last.resolve({ ...question, text: 'how do I fail over redis by hand' })
    const { response } = await talk.client.event('response.done')
    expect([response.status, talk.model.times()]).toEqual(['completed', 1])
  })

  it('is asked anew where the last words mean something else', async () => {
    const last = Promise.withResolvers<Transcript>()
    await using talk = await spokenTo(last.promise)
    talk.client.send({ type: 'response.create' })
    await talk.model.asked
    last.resolve({ ...question, text: 'How do I fail over Redis without Sentinel?' })
    const { response } = await talk.client.event('response.done')
    expect([response.status, talk.model.times()]).toEqual(['completed', 2])
  })

  it('is asked of nobody where none is wanted', async () => {
    await using talk = await spokenTo(Promise.resolve(question))
    await talk.client.event('conversation.item.input_audio_transcription.completed')
    expect(talk.model.times()).toBe(0)
  })
})
