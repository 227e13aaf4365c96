import { describe, expect, it } from 'vitest'
import { nothingHeard, type SpeechToText, type Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import { saidAh } from '../voice-activity/voice-activity.fake.ts'
import { realTiming, type Timing } from './playback.ts'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const memory = 'How do I raise the memory of Redis?'
const lastWordsMs = 4000
const answersWhenAsked = { type: 'session.update', session: { audio: { input: { turn_detection: null } } } }

/** Tells the words of each turn when it is let. */
function lateEar(texts: readonly string[]) {
  const gates = texts.map(() => Promise.withResolvers<void>())
  const ear: SpeechToText = {
    id: 'late',
    async *hear(audio, { sampleRate }) {
      let heardMs = 0
      let turn = 0
      for await (const input of audio) {
        if (input.kind === 'audio') heardMs += (input.samples.length * 1000) / sampleRate
        else {
          await gates[turn]?.promise
          const transcript = saidUntil(texts[turn] ?? '', heardMs)
          turn += 1
          yield { kind: 'interim', transcript }
          yield { kind: 'end-of-turn', transcript, cause: 'flush' }
        }
      }
    },
  }
  return { ear, tell: (turn: number) => gates[turn]?.resolve() }
}

function saidUntil(text: string, ms: number): Transcript {
  const words = text.split(' ').map((word) => ({ text: word, fromMs: ms - 200, toMs: ms - 100, confidence: 0.9 }))
  return { text, words, confidence: 0.9 }
}

describe('words that come when their turn was given up on', () => {
  it('are told of its item, and are no part of the next question', async () => {
    const { ear, tell } = lateEar([failOver, memory])
    let waits = 0
    // The first turn's alone are waited for less long.
    const after: Timing['after'] = (ms, call) => realTiming.after(ms === lastWordsMs && ++waits === 1 ? 50 : ms, call)
    await using voice = await startVoice({ toText: ear, voice: { timing: { ...realTiming, after } } })
    const client = await voice.connect()
    client.send(answersWhenAsked)
    const say = () => {
      client.audio(new Int16Array(24_000))
      client.send({ type: 'input_audio_buffer.commit' })
      client.send({ type: 'response.create' })
    }
    say()
    const given = await client.event('conversation.item.input_audio_transcription.failed')
    expect(given.error.code).toBe('speech_recognition_slow')
    await client.event('response.done')
    say()
    const { item_id: next } = await client.event('input_audio_buffer.committed', 2)
    tell(0)
    const late = await client.event('conversation.item.input_audio_transcription.completed')
    expect(late).toMatchObject({ item_id: given.item_id, transcript: failOver })
    tell(1)
    await client.event('response.done', 2)
    expect(client.all('nightdesk.transcript')).toMatchObject([
      { item_id: given.item_id, text: failOver, is_late: true },
      { item_id: next, text: memory, is_final: true },
    ])
    expect(client.all('nightdesk.answer').map(({ answer }) => answer.answer)).toEqual([
      expect.stringContaining('maxmemory'),
    ])
    client.send({ type: 'conversation.item.retrieve', item_id: given.item_id })
    const { item } = await client.event('conversation.item.retrieved')
    expect(item).toMatchObject({ content: [{ type: 'input_audio', transcript: failOver }] })
  })

  it('answer it by those that came in time', async () => {
    const told = Promise.withResolvers<void>()
    const never = Promise.withResolvers<void>()
    const ear: SpeechToText = {
      id: 'broken',
      async *hear(audio, _, signal) {
        for await (const input of audio) {
          if (input.kind === 'audio') yield { kind: 'interim', transcript: saidUntil(failOver, 1000) }
          else if (!signal.aborted) await never.promise
          told.resolve()
        }
      },
    }
    const after: Timing['after'] = (ms, call) => realTiming.after(ms === lastWordsMs ? 50 : ms, call)
    await using voice = await startVoice({ toText: ear, voice: { timing: { ...realTiming, after } } })
    const client = await voice.connect()
    client.send(answersWhenAsked)
    client.audio(new Int16Array(24_000))
    await told.promise
    client.send({ type: 'input_audio_buffer.commit' })
    client.send({ type: 'response.create' })
    await client.event('response.done')
    expect(client.all('nightdesk.answer')[0]?.answer.answer).toContain('redis-cli failover')
    never.resolve()
  })
})

describe('words that come when their sound was taken for a noise', () => {
  it('are answered', async () => {
    const dropped = Promise.withResolvers<void>()
    const ear: SpeechToText = {
      id: 'stuck',
      async *hear(audio, { sampleRate }) {
        let heardMs = 0
        let flushes = 0
        let hasTold = false
        for await (const input of audio) {
          if (input.kind === 'audio') {
            heardMs += (input.samples.length * 1000) / sampleRate
            if (heardMs < 1000 || hasTold) continue
            hasTold = true
            yield { kind: 'interim', transcript: saidUntil(failOver, 1000) }
            continue
          }
          flushes += 1
          if (flushes === 1) yield { kind: 'end-of-turn', transcript: saidUntil(failOver, 1000), cause: 'flush' }
          if (flushes !== 2) continue
          // The next recogniser hears it all, and ends it by its silence.
          await dropped.promise
          const transcript = saidUntil(memory, heardMs - 800)
          yield { kind: 'interim', transcript }
          yield { kind: 'final', transcript }
          yield { kind: 'end-of-turn', transcript, cause: 'silence' }
          yield { kind: 'end-of-turn', transcript: nothingHeard, cause: 'flush' }
        }
      },
    }
    await using voice = await startVoice({ toText: ear })
    const client = await voice.connect()
    const hear = (samples: Int16Array) => {
      for (let from = 0; from < samples.length; from += 2400) client.audio(samples.slice(from, from + 2400))
    }
    const turn_detection = { type: 'semantic_vad' }
    client.send({
      type: 'session.update',
      session: { output_modalities: ['text'], audio: { input: { turn_detection } } },
    })
    const silence = new Int16Array(24_000 * 2)
    hear(saidAh(1.2, 24_000))
    await client.event('nightdesk.transcript')
    hear(silence)
    await client.event('response.done')
    const softly = saidAh(2.4, 24_000).map((sample) => sample / 2)
    hear(softly)
    hear(silence)
    await client.event('input_audio_buffer.speech_stopped', 2)
    dropped.resolve()
    await client.event('response.done', 2)
    expect(client.all('nightdesk.answer').at(-1)?.answer.answer).toContain('maxmemory')
    const [, noise, question] = client.all('input_audio_buffer.speech_started')
    expect(question?.audio_start_ms).toBe(noise?.audio_start_ms)
  })
})
