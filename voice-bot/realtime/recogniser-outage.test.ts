import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fakeParts, redisWiki } from '#conversation/conversation.fake.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { type DeepgramScript, fakeDeepgram } from '#providers/speech-to-text/deepgram/deepgram.fake.ts'
import { DeepgramSpeechToText } from '#providers/speech-to-text/deepgram/deepgram-speech-to-text.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { type FakeClient, startVoice } from './realtime.fake.ts'

const question = { text: 'how do I fail over Redis', fromMs: 100, toMs: 900 }
const commit = { type: 'input_audio_buffer.commit' }
const listening = { type: 'session.update', session: { audio: { input: { turn_detection: null } } } }
/** Ours, and the gateway's and the conversation's: an outage of three seconds is over in 300 ms. */
const fast = 10
const frameMs = 20

/** Microphones that send for as long as they aren't let go of; a busy machine sends less than a clock would have it. */
function microphones(clients: readonly FakeClient[]) {
  const frame = new Int16Array(24 * frameMs)
  let sentMs = 0
  const timer = setInterval(() => {
    for (const client of clients) client.audio(frame)
    sentMs += frameMs
  }, frameMs)
  return { sentMs: () => sentMs, [Symbol.dispose]: () => clearInterval(timer) }
}

const codesOf = (client: FakeClient): (string | undefined)[] =>
  client.all('nightdesk.status').flatMap(({ code }) => (code === undefined ? [] : [code]))

async function outage(script: DeepgramScript, count: number) {
  await using opened = new AsyncDisposableStack()
  const deepgram = opened.use(await fakeDeepgram(script))
  const ear = new DeepgramSpeechToText({ apiKey: 'key', baseUrl: deepgram.url })
  const clock = { now: () => new Date(performance.now() * fast) }
  const toText = createSpeechToTextGateway([ear], { clock, log: silentLog, now: () => performance.now() * fast })
  const speech = { toText, toSpeech: new FakeTextToSpeech() }
  const conversation = { ...fakeParts(redisWiki, { speech }), clock }
  const voice = opened.use(await startVoice({ voice: { conversation } }))
  const clients = await Promise.all(Array.from({ length: count }, () => voice.connect()))
  for (const client of clients) client.send(listening)
  const sending = opened.use(microphones(clients))
  await expect.poll(() => deepgram.open()).toBe(count)
  const refuse = (): void => {
    script.refuse = { status: 429 }
    deepgram.cut()
  }
  /** No more is said, and all that was, and is not kept back, has come to the recogniser. */
  const fallSilent = async (): Promise<void> => {
    sending[Symbol.dispose]()
    // Sent to the recogniser however little was said, which a commit may not be.
    for (const client of clients) client.send({ type: 'input_audio_buffer.clear' })
    const finalized = () => deepgram.received.filter((text) => text.includes('Finalize')).length
    await expect.poll(finalized).toBeGreaterThanOrEqual(count)
  }
  const kept = opened.move()
  return {
    deepgram,
    toText,
    clients,
    refuse,
    fallSilent,
    /** What each microphone has sent until now. */
    sentMs: sending.sentMs,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

describe('after an outage of the recogniser', () => {
  it('all of twenty talks are heard again, without anybody saying anything', async () => {
    const script: DeepgramScript = {}
    await using stage = await outage(script, 20)
    stage.refuse()
    await Promise.all(stage.clients.map((client) => client.when(() => codesOf(client)[0])))
    await pause(3000 / fast)
    script.speech = [question]
    script.refuse = undefined
    const wellHeard = () => stage.deepgram.openAudioMs().filter((ms) => ms > 1200)
    await expect.poll(wellHeard).toHaveLength(20)
    for (const client of stage.clients) client.send(commit)
    const heard = stage.clients.map((client) => client.event('conversation.item.input_audio_transcription.completed'))
    expect((await Promise.all(heard)).map(({ transcript }) => transcript)).toEqual(
      stage.clients.map(() => question.text),
    )
    expect(stage.deepgram.open()).toBe(20)
    expect(stage.toText.pool.health().map(({ state }) => state)).toEqual(['closed'])
    for (const client of stage.clients) {
      expect(codesOf(client)).toEqual(['speech_recognition_failed'])
      expect(client.all('nightdesk.status').at(-1)?.code).toBeUndefined()
    }
  })

  it('what was said while nobody could hear is heard later', async () => {
    const script: DeepgramScript = {}
    await using stage = await outage(script, 1)
    const [client] = stage.clients
    stage.refuse()
    await client?.when(() => codesOf(client)[0])
    const before = { heardMs: stage.deepgram.audioMs(), sentMs: stage.sentMs() }
    await expect.poll(() => stage.sentMs() - before.sentMs).toBeGreaterThan(1000)
    script.refuse = undefined
    await expect.poll(() => stage.deepgram.open()).toBe(1)
    await stage.fallSilent()
    expect(stage.deepgram.audioMs() - before.heardMs).toBeGreaterThanOrEqual(stage.sentMs() - before.sentMs)
  })

  it('a turn that ends meanwhile is told so, and is not heard once more', async () => {
    const script: DeepgramScript = {}
    await using stage = await outage(script, 1)
    const [client] = stage.clients
    if (client === undefined) throw new Error('there is no client')
    stage.refuse()
    await client.when(() => codesOf(client)[0])
    const deafFromMs = stage.sentMs()
    await expect.poll(() => stage.sentMs() - deafFromMs).toBeGreaterThan(300)
    const before = { heardMs: stage.deepgram.audioMs(), sentMs: stage.sentMs() }
    client.send(commit)
    client.send({ type: 'response.create' })
    const { response } = await client.event('response.done')
    expect(JSON.stringify(response)).toContain('I cannot hear you')
    script.refuse = undefined
    await expect.poll(() => stage.deepgram.open()).toBe(1)
    await stage.fallSilent()
    expect(stage.deepgram.audioMs() - before.heardMs).toBeLessThanOrEqual(stage.sentMs() - before.sentMs)
  })
})
