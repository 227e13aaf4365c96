import { getEventListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { ReplyScript } from '#providers/llm/llm.fake.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { fakeOpenAi } from '#providers/llm/openai-compatible/openai.fake.ts'
import { OpenAiCompatibleLlm } from '#providers/llm/openai-compatible/openai-compatible.ts'
import { fakeDeepgram } from '#providers/speech-to-text/deepgram/deepgram.fake.ts'
import { DeepgramSpeechToText } from '#providers/speech-to-text/deepgram/deepgram-speech-to-text.ts'
import { fakeCartesia } from '#providers/text-to-speech/cartesia/cartesia.fake.ts'
import { CartesiaTextToSpeech } from '#providers/text-to-speech/cartesia/cartesia-text-to-speech.ts'
import { EspeakTextToSpeech } from '#providers/text-to-speech/espeak/espeak-text-to-speech.ts'
import { answersIn, fakeParts, type Section } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts } from './parts.ts'

const ongoing = new AbortController().signal
const sentences = [
  'Check the replicas before anything else.',
  'Then promote the one that lags least, by hand.',
  'Watch it for a while.',
]
const wiki: readonly Section[] = [
  { heading: 'Fail over', text: sentences.join(' '), owners: ['@data'] },
  { title: 'Kafka runbook', heading: 'Lag', text: 'The streaming team is paged by lag of a consumer.' },
]
const failOver = 'How do I fail over Redis by hand?'
const lag = 'Who is paged by lag of a consumer?'

/** A reply that never ends. */
const forever: ReplyScript = async function* () {
  yield `${sentences[0]} [1]. `
  await new Promise<never>(() => undefined)
}

function model(url: string): Llm {
  return new OpenAiCompatibleLlm({ model: 'm', apiKey: 'k', baseUrl: url })
}

function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isAt(stage: string, event: ConversationEvent): boolean {
  return event.kind === 'status' && event.stage === stage
}

/** Resources that keep the process busy, by kind. */
function resources(): Map<string, number> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => /Socket|Process|Pipe|Timeout|TTY|Req/.test(kind))
  return new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]))
}

/** Resolves once no more is in use than before; it is for the test's own time to say when that takes too long. */
async function usedAsBefore(before: ReadonlyMap<string, number>): Promise<void> {
  while ([...resources()].some(([kind, count]) => count > (before.get(kind) ?? 0))) await soon()
}

const typed = (): AsyncIterable<ConversationInput> => from([{ kind: 'text', text: failOver }])

async function* from(inputs: readonly ConversationInput[]): AsyncGenerator<ConversationInput> {
  yield* inputs
}

/** Speech without an end. */
async function* microphone(): AsyncGenerator<ConversationInput> {
  while (true) {
    yield { kind: 'audio', samples: new Int16Array(320), sampleRate: 16_000 }
    await soon()
  }
}

/** Takes turns until an event is the one, and hangs up there. @returns What was thrown. */
async function hungUpAt(
  parts: ConversationParts,
  inputs: AsyncIterable<ConversationInput>,
  isTheOne: (event: ConversationEvent) => boolean | Promise<boolean>,
): Promise<{ thrown: unknown; listeners: number }> {
  const stop = new AbortController()
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  let thrown: unknown
  try {
    for await (const event of conversation.turns(inputs, stop.signal)) {
      if (await isTheOne(event)) stop.abort(new Error('hung up'))
    }
  } catch (error) {
    thrown = error
  }
  return { thrown, listeners: getEventListeners(stop.signal, 'abort').length }
}

const hungUp = { thrown: expect.objectContaining({ message: 'hung up' }), listeners: 0 }

describe('who hangs up', () => {
  it('on a model that is writing has its request closed, and nothing is left', async () => {
    await using openAi = await fakeOpenAi(forever)
    const before = resources()
    const parts = fakeParts(wiki, { llm: model(openAi.url) })
    const isAsked = async (event: ConversationEvent) => {
      if (!isAt('writing', event)) return false
      while (openAi.requests.length === 0) await soon()
      return true
    }
    expect(await hungUpAt(parts, typed(), isAsked)).toEqual(hungUp)
    await openAi.hungUp
    await usedAsBefore(before)
  })

  it('on a recogniser that is hearing has its socket closed, and nothing is left', async () => {
    await using deepgram = await fakeDeepgram({ speech: [{ text: failOver, fromMs: 0, toMs: 60_000 }] })
    const before = resources()
    const toText = new DeepgramSpeechToText({ apiKey: 'k', baseUrl: deepgram.url })
    const parts = fakeParts(wiki, { speech: { toText } })
    expect(await hungUpAt(parts, microphone(), ({ kind }) => kind === 'interim')).toEqual(hungUp)
    await deepgram.hungUp
    await usedAsBefore(before)
    expect(deepgram.open()).toBe(0)
  })

  it('on a voice that is speaking has it told to stop, hears nothing more of it, and nothing is left', async () => {
    await using cartesia = await fakeCartesia({ betweenChunksMs: 5, wordMs: 1000 })
    const before = resources()
    const toSpeech = new CartesiaTextToSpeech({ apiKey: 'k', baseUrl: cartesia.url, voiceId: 'v', sampleRate: 8000 })
    const parts = fakeParts(wiki, { speech: { toSpeech } })
    expect(await hungUpAt(parts, typed(), (event) => event.kind === 'audio' && event.samples.length > 0)).toEqual(
      hungUp,
    )
    while (cartesia.cancelled.length === 0) await soon()
    await toSpeech[Symbol.asyncDispose]()
    await usedAsBefore(before)
    expect(cartesia.open()).toBe(0)
  })

  it('on the voice of this machine has its program ended', async () => {
    const before = resources()
    await using toSpeech = new EspeakTextToSpeech()
    const parts = fakeParts(wiki, { speech: { toSpeech } })
    const running = () => process.getActiveResourcesInfo().includes('ProcessWrap')
    const isRunning = async ({ kind }: ConversationEvent) => {
      if (kind !== 'sentence') return false
      // The program is begun once the sentence was handed on.
      for (let tries = 0; tries < 50 && !running(); tries++) await soon()
      return true
    }
    expect(await hungUpAt(parts, typed(), isRunning)).toEqual(hungUp)
    await usedAsBefore(before)
  })

  it('on a search that hangs has its request closed, and its result dropped', async () => {
    const asked = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    await using store = await listening(
      createServer((request) => {
        asked.resolve()
        request.on('close', () => left.resolve())
      }),
    )
    const before = resources()
    const known = fakeParts(wiki)
    const search: ConversationParts['search'] = async (query, signal) => {
      await fetch(store.url, { signal })
      return await known.search(query, signal)
    }
    const parts = { ...known, search }
    const isAsked = async (event: ConversationEvent) => {
      if (!isAt('searching', event)) return false
      await asked.promise
      return true
    }
    expect(await hungUpAt(parts, typed(), isAsked)).toEqual(hungUp)
    await left.promise
    await usedAsBefore(before)
    expect(known.asked).toEqual([])
  })
})

async function listening(server: Server): Promise<{ url: string } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('an answer over sockets', async () => {
  const cartesia = await fakeCartesia({ wordMs: 200 })
  const toSpeech = new CartesiaTextToSpeech({ apiKey: 'k', baseUrl: cartesia.url, voiceId: 'v', sampleRate: 8000 })
  const openAi = await fakeOpenAi(async function* () {
    const isFirst = openAi.requests.at(-1)?.messages.some((message) => JSON.stringify(message).includes(failOver))
    const text =
      isFirst === true
        ? sentences.map((each) => `${each.slice(0, -1)} [1]. `).join('')
        : 'The streaming team is paged by lag of a consumer [1].'
    for (const token of text.match(/\s*\S+/g) ?? []) {
      yield token
      await soon()
    }
  })
  afterAll(async () => {
    await toSpeech[Symbol.asyncDispose]()
    await cartesia[Symbol.asyncDispose]()
    await openAi[Symbol.asyncDispose]()
  })

  it('is remembered as it was heard, wherever it is interrupted, and leaves no context, timer or listener', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.integer({ min: 1, max: 40 }), fc.nat(7), async (heardMs, at, eighth) => {
        const llm = eighth === 0 ? { llm: model(openAi.url) } : {}
        const parts = fakeParts(wiki, { ...llm, speech: { toSpeech } })
        const stop = new AbortController()
        const events = await interrupted(parts, { heardMs, at }, stop.signal)
        const sounds = events.filter((event) => event.kind === 'audio').filter(({ turn }) => turn === 1)
        const soundedMs = sounds.reduce(
          (sum, { samples, sampleRate }) => sum + durationMs(samples.length, sampleRate),
          0,
        )
        const words = sounds.flatMap((sound) => sound.words)
        // Words may be told of before their sound comes.
        const heard = words.filter(({ toMs }) => toMs <= Math.min(heardMs, soundedMs)).map(({ text }) => text)
        const [answer] = answersIn(events)
        const stored = await parts.conversations.turns(answer?.conversationId ?? '', 'local', 9, ongoing)
        expect(stored).toHaveLength(2)
        expect(letters(stored[0]?.answer ?? '?')).toBe(letters(heard.join('')))
        expect(letters(stored[1]?.answer ?? '')).toMatch(
          /^(?:Edited4weeksago)?Thestreamingteamispagedbylagofaconsumer(?:Sources|$)/,
        )
        expect(getEventListeners(stop.signal, 'abort')).toEqual([])
      }),
      { numRuns: 500 },
    )
    // One connection for all, in which nothing is being said any more; all others were those of questions.
    expect(cartesia.connections).toHaveLength(1)
    const begun = new Set(cartesia.requests.filter(({ cancel }) => cancel !== true).map(({ context_id }) => context_id))
    const ended = new Set(
      cartesia.requests
        .filter(({ cancel, continue: goesOn }) => cancel === true || !goesOn)
        .map(({ context_id }) => context_id),
    )
    expect([...begun].filter((id) => !ended.has(id))).toEqual([])
    await toSpeech[Symbol.asyncDispose]()
    while (cartesia.open() > 0) await soon()
  })
})

/** One question, cut off at its `at`th piece of sound or at its end, and another one behind it. */
async function interrupted(
  parts: ConversationParts,
  { heardMs, at }: { heardMs: number; at: number },
  signal: AbortSignal,
): Promise<ConversationEvent[]> {
  const cut = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  async function* inputs(): AsyncGenerator<ConversationInput> {
    yield { kind: 'text', text: failOver }
    await cut.promise
    yield { kind: 'interruption', heardMs, turn: 1 }
    yield { kind: 'text', text: lag }
    await over.promise
  }
  const events: ConversationEvent[] = []
  let sounds = 0
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  for await (const event of conversation.turns(inputs(), signal)) {
    events.push(event)
    if (event.kind === 'audio' && event.turn === 1) sounds += 1
    if (sounds === at || (event.turn === 1 && event.kind === 'done')) cut.resolve()
    if (event.turn === 2 && (event.kind === 'done' || event.kind === 'apology')) over.resolve()
  }
  return events
}

/** What is spoken of a text: no spaces, no marks of citations. */
function letters(text: string): string {
  return text.replace(/\[\d+\]/g, '').replace(/[\s.,]+/g, '')
}
