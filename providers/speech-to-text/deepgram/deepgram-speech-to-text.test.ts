import { describe, expect, it, onTestFinished } from 'vitest'
import { inputs, silence, speechToTextContract } from '../speech-to-text.contract.ts'
import type { HearingEvent, HearingInput } from '../speech-to-text.ts'
import { type DeepgramScript, fakeDeepgram } from './deepgram.fake.ts'
import { DeepgramSpeechToText } from './deepgram-speech-to-text.ts'

const ongoing = new AbortController().signal
const options = { sampleRate: 16_000, lang: 'en' } as const
const question = { text: 'Restart the redis primary.', fromMs: 200, toMs: 1200 }

async function serve(script: DeepgramScript, model?: string) {
  const fake = await fakeDeepgram(script)
  onTestFinished(() => fake[Symbol.asyncDispose]())
  const recogniser = new DeepgramSpeechToText({
    apiKey: 'secret-key',
    baseUrl: fake.url,
    model,
    flushAnswerMs: 100,
    farewellMs: 400,
  })
  return { fake, recogniser }
}

function endsIn(events: readonly HearingEvent[]) {
  return events.flatMap((event) => (event.kind === 'end-of-turn' ? [[event.cause, event.transcript.text]] : []))
}

describe('DeepgramSpeechToText', () => {
  speechToTextContract(async (speech) => (await serve({ speech })).recogniser)

  it('says who it is, what it sends and what it wants to hear of', async () => {
    const { fake, recogniser } = await serve({})
    const keyterms = ['kubectl', 'PgBouncer', 'redis, primary', 'kubectl']
    const asked = { sampleRate: 24_000, lang: 'auto', keyterms, endOfTurnSilenceMs: 450.4 } as const
    await Array.fromAsync(recogniser.hear(inputs([]), asked, ongoing))
    expect(fake.connections).toHaveLength(1)
    const [connection] = fake.connections
    const query = connection?.query ?? new URLSearchParams()
    expect([connection?.path, connection?.authorization]).toEqual(['/v1/listen', 'Token secret-key'])
    expect(query.getAll('keyterm')).toEqual(['kubectl', 'PgBouncer', 'redis primary'])
    expect(query.getAll('language_hint')).toEqual(['en', 'ja'])
    expect(Object.fromEntries(query)).toMatchObject({
      model: 'nova-3',
      language: 'multi',
      encoding: 'linear16',
      sample_rate: '24000',
      interim_results: 'true',
      vad_events: 'true',
      endpointing: '450',
      utterance_end_ms: '1000',
    })
  })

  it('sends audio that came before the connection was there', async () => {
    const { fake, recogniser } = await serve({ speech: [question] })
    await Array.fromAsync(recogniser.hear(inputs(silence(1700)), options, ongoing))
    expect(fake.audioMs()).toBe(1700)
    expect(fake.received.map((text) => JSON.parse(text))).toEqual([{ type: 'CloseStream' }])
  })

  it('hangs up when told to stop, without waiting for a farewell', async () => {
    const { fake, recogniser } = await serve({ speech: [question], lingers: true })
    const hangUp = new AbortController()
    const never = new Promise<void>(() => undefined)
    const events = recogniser.hear(inputs(silence(500), never), options, hangUp.signal)
    await events.next()
    const next = events
      .next()
      .then(() => events.next())
      .then(() => events.next())
    hangUp.abort(new Error('hung up'))
    await expect(next).rejects.toThrow('hung up')
    await fake.hungUp
    await expect.poll(() => fake.open()).toBe(0)
  })

  it('hangs up when told to stop while it is still dialling', async () => {
    const { fake, recogniser } = await serve({})
    const hangUp = new AbortController()
    const next = recogniser.hear(inputs(silence(500)), options, hangUp.signal).next()
    hangUp.abort(new Error('hung up'))
    await expect(next).rejects.toThrow('hung up')
    await expect.poll(() => fake.open()).toBe(0)
  })

  it.each([
    [401, 'unauthorized', false],
    [402, 'no-quota', false],
    [429, 'rate-limited', true],
    [400, 'rejected', false],
    [503, 'unreachable', true],
  ])('tells a refusal with %i as %s', async (status, fault, retryable) => {
    const { recogniser } = await serve({ refuse: { status, reason: 'because' } })
    const events = Array.fromAsync(recogniser.hear(inputs(silence(100)), options, ongoing))
    await expect(events).rejects.toMatchObject({
      name: 'SpeechToTextError',
      fault,
      retryable,
      cause: { message: expect.stringContaining('because') },
    })
  })

  it('says which address and key to check', async () => {
    const nobody = new DeepgramSpeechToText({ apiKey: 'x', baseUrl: 'http://127.0.0.1:9' })
    await expect(Array.fromAsync(nobody.hear(inputs(silence(100)), options, ongoing))).rejects.toMatchObject({
      fault: 'unreachable',
      userMessage: expect.stringContaining('DEEPGRAM_BASE_URL'),
    })
    const { recogniser } = await serve({ refuse: { status: 401 } })
    await expect(Array.fromAsync(recogniser.hear(inputs([]), options, ongoing))).rejects.toMatchObject({
      userMessage: expect.stringContaining('DEEPGRAM_API_KEY'),
    })
  })

  it.each([
    ['cut', 'broken-off'],
    ['close', 'broken-off'],
    ['garbage', 'malformed'],
    ['error', 'rejected'],
  ] as const)('tells a connection that ends by %s as %s', async (does, fault) => {
    const { recogniser, fake } = await serve({ speech: [question], after: { audioMs: 700, does } })
    const events: HearingEvent[] = []
    const hear = async () => {
      for await (const event of recogniser.hear(inputs(silence(2000), new Promise(() => undefined)), options, ongoing))
        events.push(event)
    }
    await expect(hear()).rejects.toMatchObject({ fault })
    expect(endsIn(events)).toEqual([])
    await expect.poll(() => fake.open()).toBe(0)
  })

  it('does not reconnect by itself', async () => {
    const { recogniser, fake } = await serve({ after: { audioMs: 20, does: 'cut' } })
    const events = Array.fromAsync(recogniser.hear(inputs(silence(100)), options, ongoing))
    await expect(events).rejects.toThrow('broken-off')
    expect(fake.connections).toHaveLength(1)
  })

  it('answers a flush itself where Deepgram does not, and tells nothing twice when it answers late', async () => {
    const { recogniser } = await serve({ speech: [question], delayMs: 250 })
    const late = new Promise<void>((resolve) => setTimeout(resolve, 500))
    const audio = inputs([...silence(1240), { kind: 'flush' }], late)
    const events = await Array.fromAsync(recogniser.hear(audio, options, ongoing))
    expect(endsIn(events)).toEqual([['flush', '']])
    expect(events.filter(({ kind }) => kind === 'final')).toEqual([])
  })

  it('ends by itself where Deepgram never says farewell', async () => {
    const { recogniser } = await serve({ speech: [question], lingers: true })
    const events = await Array.fromAsync(recogniser.hear(inputs(silence(1300)), options, ongoing))
    expect(endsIn(events)).toHaveLength(1)
  })

  it('sees the end of an utterance that silence did not tell, once', async () => {
    const { recogniser } = await serve({ speech: [question] })
    const events = await Array.fromAsync(recogniser.hear(inputs(silence(4000)), options, ongoing))
    expect(endsIn(events)).toEqual([['silence', 'Restart the redis primary.']])
  })
})

describe('DeepgramSpeechToText with a Flux model', () => {
  const model = 'flux-general-en'
  const script = [
    { text: 'restart redis', fromMs: 0, toMs: 500 },
    { text: 'in staging', fromMs: 700, toMs: 1100 },
    { text: 'now production', fromMs: 2000, toMs: 2600 },
  ]

  it('tells likely ends of turns, and when the speaker went on', async () => {
    const { fake, recogniser } = await serve({ speech: script }, model)
    const events = await Array.fromAsync(recogniser.hear(inputs(silence(3500)), options, ongoing))
    expect(fake.connections[0]?.path).toBe('/v2/listen')
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'interim')
    expect(kinds).toEqual([
      'connected',
      'speech-started',
      'likely-end-of-turn',
      'turn-resumed',
      'likely-end-of-turn',
      'final',
      'end-of-turn',
      'speech-started',
      'likely-end-of-turn',
      'final',
      'end-of-turn',
    ])
    expect(endsIn(events)).toEqual([
      ['silence', 'restart redis in staging'],
      ['silence', 'now production'],
    ])
  })

  it('tells what is open at the end of the audio, though Flux does not', async () => {
    const { recogniser } = await serve({ speech: script }, model)
    const events = await Array.fromAsync(recogniser.hear(inputs(silence(600)), options, ongoing))
    expect(endsIn(events)).toEqual([['end-of-audio', 'restart redis']])
  })

  it.each([
    ['', false],
    [', also where words have no times', true],
  ])('takes what was heard until a flush as the turn, and only what comes after as the next%s', async (_, timeless) => {
    const { recogniser } = await serve({ speech: script, timeless }, model)
    const events: HearingEvent[] = []
    async function* spoken(): AsyncGenerator<HearingInput> {
      yield* silence(600)
      await expect.poll(() => events.at(-1)).toMatchObject({ transcript: { text: 'restart redis' } })
      yield { kind: 'flush' }
      await expect.poll(() => endsIn(events)).toHaveLength(1)
      yield* silence(1400)
    }
    for await (const event of recogniser.hear(spoken(), options, ongoing)) events.push(event)
    expect(endsIn(events)).toEqual([
      ['flush', 'restart redis'],
      ['silence', 'in staging'],
    ])
  })
})
