import { describe, expect, it, onTestFinished } from 'vitest'
import { pieces, said, textToSpeechContract } from '../text-to-speech.contract.ts'
import type { SpeakingOptions } from '../text-to-speech.ts'
import { type CartesiaScript, fakeCartesia } from './cartesia.fake.ts'
import { CartesiaTextToSpeech } from './cartesia-text-to-speech.ts'

const ongoing = new AbortController().signal
const english: SpeakingOptions = { lang: 'en' }

async function serve(script: CartesiaScript = {}) {
  const fake = await fakeCartesia(script)
  const voice = new CartesiaTextToSpeech({ apiKey: 'secret-key', baseUrl: fake.url, voiceId: 'calm' })
  onTestFinished(async () => {
    await voice[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })
  const say = (texts: readonly string[], options = english, signal = ongoing) =>
    said(voice.say(pieces(texts), options, signal), voice.sampleRate)
  return { fake, voice, say }
}

describe('CartesiaTextToSpeech', () => {
  textToSpeechContract(async () => (await serve()).voice)

  it('says who it is and what it wants to hear', async () => {
    const { fake, say } = await serve()
    await say(['Restart it.', 'Then wait.'], { lang: 'en', speed: 0.8 })
    expect(fake.connections).toEqual([
      {
        path: '/tts/websocket',
        authorization: 'Bearer secret-key',
        version: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      },
    ])
    expect(fake.requests.map(({ transcript, continue: goesOn }) => [transcript, goesOn])).toEqual([
      ['Restart it. ', true],
      ['Then wait. ', true],
      ['', false],
    ])
    expect(new Set(fake.requests.map(({ context_id }) => context_id)).size).toBe(1)
    expect(fake.requests[0]).toMatchObject({
      model_id: 'sonic-3',
      language: 'en',
      voice: { mode: 'id', id: 'calm' },
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 24_000 },
      add_timestamps: true,
      generation_config: { speed: 0.8 },
    })
  })

  it('keeps one connection, and opens another when that was closed for being idle', async () => {
    const { fake, say } = await serve()
    await say(['One.'])
    await say(['Two.'])
    expect(fake.connections).toHaveLength(1)
    fake.hangUp()
    await expect.poll(() => fake.open()).toBe(0)
    expect((await say(['Three.'])).words.map(({ text }) => text)).toEqual(['Three.'])
    expect(fake.connections).toHaveLength(2)
  })

  it('opens no connection where there is nothing to say', async () => {
    const { fake, say } = await serve()
    await say(['', ' '])
    expect(fake.connections).toEqual([])
  })

  it('puts samples together that are cut in the middle', async () => {
    const { say } = await serve({ chunkBytes: 333 })
    const { ms, loudest } = await say(['One two three.'])
    expect(ms).toBeCloseTo(600, 0)
    expect(loudest).toBeLessThan(8001)
  })

  it('cancels what nobody listens to any more, and drops what is made of it nevertheless', async () => {
    const { fake, voice, say } = await serve({ betweenChunksMs: 5, deafToCancel: true })
    const interrupt = new AbortController()
    const audio = voice.say(pieces(['Delete the volume and everything on it right now.']), english, interrupt.signal)
    await audio.next()
    interrupt.abort(new Error('barge-in'))
    await expect(audio.next()).rejects.toThrow('barge-in')
    const { words, ms } = await say(['Never mind.'])
    expect(words.map(({ text }) => text)).toEqual(['Never', 'mind.'])
    expect(ms).toBeCloseTo(400, 0)
    expect(fake.cancelled).toHaveLength(1)
    expect(fake.lateChunks()).toBeGreaterThan(0)
    expect(fake.open()).toBe(1)
  })

  it('cancels nothing that was said to the end', async () => {
    const { fake, say } = await serve()
    await say(['Done.'])
    await say(['And done.'])
    expect(fake.cancelled).toEqual([])
  })

  it('hangs up when closed, also on who still listens', async () => {
    const { fake, voice } = await serve({ betweenChunksMs: 20 })
    const audio = voice.say(pieces(['One two three four five six.']), english, ongoing)
    await audio.next()
    await voice[Symbol.asyncDispose]()
    await expect(audio.next()).rejects.toThrow('closed')
    await expect.poll(() => fake.open()).toBe(0)
  })

  it.each([
    [401, 'unauthorized', false],
    [402, 'no-quota', false],
    [429, 'rate-limited', true],
    [400, 'rejected', false],
    [503, 'unreachable', true],
  ])('tells a refused connection (%i) as %s, and asks anew the next time', async (status, fault, retryable) => {
    const { fake, say } = await serve({ refuse: status })
    await expect(say(['Hello.'])).rejects.toMatchObject({ name: 'TextToSpeechError', fault, retryable })
    await expect(say(['Hello.'])).rejects.toMatchObject({ fault })
    expect(fake.connections).toHaveLength(2)
  })

  it.each([
    [402, 'no-quota'],
    [429, 'rate-limited'],
    [400, 'rejected'],
  ])('tells a refused utterance (%i) as %s, and keeps the connection', async (status, fault) => {
    const { fake, say } = await serve({ error: { status, title: 'No' } })
    await expect(say(['Hello.'])).rejects.toMatchObject({ fault, cause: { message: `${status} No: no` } })
    expect(fake.open()).toBe(1)
  })

  it('tells that nobody is there', async () => {
    const voice = new CartesiaTextToSpeech({ apiKey: 'x', baseUrl: 'http://127.0.0.1:9', voiceId: 'calm' })
    await expect(said(voice.say(pieces(['Hello.']), english, ongoing), voice.sampleRate)).rejects.toMatchObject({
      fault: 'unreachable',
      userMessage: expect.stringContaining('CARTESIA_BASE_URL'),
    })
  })

  it.each([
    ['cut', 'broken-off'],
    ['garbage', 'malformed'],
    ['error', 'unreachable'],
  ] as const)('tells a connection that ends by %s as %s, to all who listen', async (does, fault) => {
    const { say } = await serve({ after: { chunks: 2, does }, betweenChunksMs: 5 })
    const both = await Promise.allSettled([say(['One two three four.']), say(['Five six seven eight.'])])
    expect(both).toMatchObject([
      { status: 'rejected', reason: { fault } },
      { status: 'rejected', reason: { fault } },
    ])
  })
})
