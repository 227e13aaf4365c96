import { afterEach, describe, expect, it } from 'vitest'
import { pieces, said, textToSpeechContract } from '../text-to-speech.contract.ts'
import { OpenAiCompatibleTextToSpeech } from './openai-compatible-text-to-speech.ts'
import { fakeSpeech, type SpeechBehaviour } from './openai-speech.fake.ts'

const ongoing = new AbortController().signal
const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
})

async function voice() {
  const fake = await fakeSpeech()
  opened.push(fake)
  return {
    fake,
    voice: new OpenAiCompatibleTextToSpeech({ baseUrl: fake.url, apiKey: 'key', model: 'tts-1', voice: 'alloy' }),
  }
}

describe('speech by an OpenAI-compatible server', () => {
  textToSpeechContract(async () => (await voice()).voice)

  it('asks for each sentence by itself, at the pace and with the voice that are wanted', async () => {
    const { fake, voice: alloy } = await voice()
    const text = pieces(['Restart the primary.', 'Then wait.'])
    await said(alloy.say(text, { lang: 'en', voice: 'nova', speed: 0.8 }, ongoing), alloy.sampleRate)
    expect(fake.asked).toEqual(
      ['Restart the primary.', 'Then wait.'].map((input) => ({
        model: 'tts-1',
        input,
        voice: 'nova',
        response_format: 'pcm',
        speed: 0.8,
      })),
    )
  })

  it.each<[SpeechBehaviour, string]>([
    [{ cutAfterBytes: 9000 }, 'broken-off'],
    ['silent', 'broken-off'],
    ['html', 'malformed'],
    [{ status: 401 }, 'unauthorized'],
    [{ status: 429 }, 'rate-limited'],
    [{ status: 400, body: 'no such voice' }, 'rejected'],
    [{ status: 503 }, 'unreachable'],
  ])('fails where the server answers with %j', async (behaviour, fault) => {
    const { fake, voice: alloy } = await voice()
    fake.state.behaviour = behaviour
    const audio = alloy.say(pieces(['Restart the primary.']), { lang: 'en' }, ongoing)
    await expect(said(audio, alloy.sampleRate)).rejects.toMatchObject({ fault })
  })
})
