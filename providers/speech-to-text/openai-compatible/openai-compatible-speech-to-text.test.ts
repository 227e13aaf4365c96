import { afterEach, describe, expect, it } from 'vitest'
import type { ScriptedSpeech } from '../scripted-speech.fake.ts'
import { inputs, silence, speechToTextContract } from '../speech-to-text.contract.ts'
import type { SpeechToText } from '../speech-to-text.ts'
import { OpenAiCompatibleSpeechToText } from './openai-compatible-speech-to-text.ts'
import { audible, fakeTranscriptions, type TranscriptionBehaviour } from './openai-transcriptions.fake.ts'

const ongoing = new AbortController().signal
const options = { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 } as const
const question = { text: 'restart the redis primary', fromMs: 200, toMs: 1200 }
const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
})

async function recogniser(script: readonly ScriptedSpeech[], model: string) {
  const fake = await fakeTranscriptions(script)
  opened.push(fake)
  const adapter = new OpenAiCompatibleSpeechToText({ baseUrl: fake.url, apiKey: 'key', model })
  const heard: SpeechToText = {
    id: adapter.id,
    hear: (audio, how, signal) => adapter.hear(audible(audio, script, how.sampleRate), how, signal),
  }
  return { fake, heard }
}

describe('recognition by Whisper', () => {
  speechToTextContract(async (script) => (await recogniser(script, 'whisper-1')).heard)
})

describe('recognition that is read while it is written', () => {
  it('tells words as they come, sends the language and the names, and shares out the time', async () => {
    const { fake, heard } = await recogniser([question], 'gpt-4o-mini-transcribe')
    const events = await Array.fromAsync(
      heard.hear(inputs(silence(2000)), { ...options, keyterms: ['redis', 'Kafka'] }, ongoing),
    )
    expect(events.flatMap((event) => (event.kind === 'interim' ? [event.transcript.text] : []))).toEqual([
      'restart',
      'restart the',
      'restart the redis',
      'restart the redis primary',
      'restart the redis primary',
    ])
    const end = events.at(-1)
    expect(end).toMatchObject({
      kind: 'end-of-turn',
      cause: 'silence',
      transcript: { text: 'restart the redis primary' },
    })
    const words = end?.kind === 'end-of-turn' ? end.transcript.words : []
    expect(words.map(({ text }) => text)).toEqual(['restart', 'the', 'redis', 'primary'])
    expect(words.at(-1)?.toMs).toBeCloseTo(1200, -1)
    expect(Object.fromEntries(fake.asked[0]?.fields ?? [])).toMatchObject({
      language: 'en',
      prompt: 'redis, Kafka',
      stream: 'true',
    })
    expect(fake.asked[0]?.authorization).toBe('Bearer key')
  })

  it.each<[TranscriptionBehaviour, string]>([
    ['cut', 'broken-off'],
    ['garbage', 'malformed'],
    [{ status: 401 }, 'unauthorized'],
    [{ status: 429 }, 'rate-limited'],
    [{ status: 429, body: '{"error":{"code":"insufficient_quota"}}' }, 'no-quota'],
    [{ status: 503 }, 'unreachable'],
  ])('fails where the server answers with %j', async (behaviour, fault) => {
    const { fake, heard } = await recogniser([question], 'gpt-4o-mini-transcribe')
    fake.state.behaviour = behaviour
    await expect(Array.fromAsync(heard.hear(inputs(silence(2000)), options, ongoing))).rejects.toMatchObject({ fault })
  })

  it('fails while it is still being talked to, not only at its end', async () => {
    const { fake, heard } = await recogniser([question], 'gpt-4o-mini-transcribe')
    fake.state.behaviour = { status: 503 }
    const endless = inputs(silence(2000), new Promise(() => {}))
    await expect(Array.fromAsync(heard.hear(endless, options, ongoing))).rejects.toMatchObject({ fault: 'unreachable' })
  })
})
