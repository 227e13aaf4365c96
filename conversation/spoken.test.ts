import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ask } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { answersIn, emptyAnswer, fakeParts, never, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts } from './parts.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const lag = 'Which consumer lag pages the streaming team?'
const wordMs = 200

/** A conversation whose inputs are chosen by what has come out. */
async function spokenTalk(
  parts: ConversationParts,
  steer: (event: ConversationEvent | undefined) => readonly ConversationInput[],
  options: Partial<ConversationOptions> = {},
  signal = ongoing,
): Promise<ConversationEvent[]> {
  const waiting: ConversationInput[] = [...steer(undefined)]
  let wake = Promise.withResolvers<void>()
  async function* inputs(): AsyncGenerator<ConversationInput> {
    while (true) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next
      await wake.promise
      wake = Promise.withResolvers()
    }
  }
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', ...options })
  const events: ConversationEvent[] = []
  for await (const event of conversation.turns(inputs(), signal)) {
    events.push(event)
    waiting.push(...steer(event))
    wake.resolve()
  }
  return events
}

const end: ConversationInput = { kind: 'end' }
const typed = (text: string): ConversationInput => ({ kind: 'text', text })
const ends = (event: ConversationEvent | undefined): boolean =>
  event?.kind === 'done' || event?.kind === 'interrupted' || event?.kind === 'apology'

function sentencesIn(events: readonly ConversationEvent[], turn = 1): string[] {
  return events.flatMap((event) =>
    event.kind === 'sentence' && event.turn === turn && !event.filler ? [event.written] : [],
  )
}

describe('a spoken turn', () => {
  it('is said aloud with the time of each word, and is done when all of it was handed out', async () => {
    const voice = new FakeTextToSpeech({ wordMs })
    const parts = fakeParts(redisWiki, { speech: { toSpeech: voice } })
    const events = await spokenTalk(parts, (event) => (event === undefined ? [typed(lag)] : ends(event) ? [end] : []))
    expect(events.at(-1)?.kind).toBe('done')
    const words = events.flatMap((event) => (event.kind === 'audio' ? event.words : []))
    expect(words.map(({ text }) => text).join(' ')).toBe(sentencesIn(events).join(' '))
    expect(words.at(-1)?.toMs).toBe(words.length * wordMs)
    expect(voice.utterances.map(({ outcome }) => outcome)).toEqual(['said'])
  })

  it('begins to speak at the first checked sentence of a model, while the rest is still being written', async () => {
    const rest = Promise.withResolvers<void>()
    const llm = new ScriptedLlm(async function* () {
      yield 'Consumer lag above 5000 pages the streaming team [1]. Watch '
      await rest.promise
      yield 'the lag for 5 minutes [2].'
    })
    const parts = fakeParts(redisWiki, { llm, speech: { toSpeech: new FakeTextToSpeech({ wordMs }) } })
    const events = await spokenTalk(parts, (event) => {
      if (event?.kind === 'audio') rest.resolve()
      return event === undefined ? [typed(lag)] : ends(event) ? [end] : []
    })
    expect(sentencesIn(events)[0]).toBe('Edited 4 weeks ago.')
    expect(sentencesIn(events)[1]).toContain('Consumer lag above 5000')
    expect(events.at(-1)?.kind).toBe('done')
  })

  it('bridges a long wait with a few words, which are not remembered', async () => {
    const found = Promise.withResolvers<void>()
    const parts = fakeParts(redisWiki, { speech: { toSpeech: new FakeTextToSpeech({ wordMs }) } })
    const search: typeof parts.search = async (...asked) => {
      await found.promise
      return await parts.search(...asked)
    }
    const wait: ConversationParts['wait'] = (ms, signal) => (ms === 2000 ? Promise.resolve() : never(ms, signal))
    const events = await spokenTalk({ ...parts, search: Object.assign(search, { asked: [] }), wait }, (event) => {
      if (event?.kind === 'sentence' && event.filler) found.resolve()
      return event === undefined ? [typed(lag)] : ends(event) ? [end] : []
    })
    const fillers = events.filter((event) => event.kind === 'sentence' && event.filler)
    expect(fillers).toHaveLength(1)
    const { traceId = '' } = answersIn(events)[0] ?? {}
    expect((await parts.conversations.turn(traceId, ongoing))?.answer).toBe(sentencesIn(events).join(' '))
  })

  it('leaves the answer in writing when speech fails, and says so', async () => {
    const broken = new FakeTextToSpeech({
      before: async () => {
        throw new Error('no voice')
      },
    })
    const parts = fakeParts(redisWiki, { speech: { toSpeech: broken } })
    const events = await spokenTalk(parts, (event) => (event === undefined ? [typed(lag)] : ends(event) ? [end] : []))
    expect(events.find(({ kind }) => kind === 'notice')).toMatchObject({ code: 'speech_failed' })
    expect(answersIn(events)[0]?.answer).toContain('5000')
  })
})

/** Without any searching; piece by piece, or all at once as documents are quoted. */
function scriptedAnswer(slowly: boolean): Ask {
  return async function* (question) {
    const spoken = question.text === lag ? 'The streaming team is paged by lag.' : sentences.join(' ')
    const pieces = question.text === lag ? [spoken] : sentences
    for (const text of pieces) {
      if (slowly) await new Promise(setImmediate)
      yield { kind: 'delta', text: `${text} ` }
    }
    yield {
      kind: 'done',
      answer: { ...emptyAnswer, answer: pieces.join(' '), spoken, traceId: `trace of ${question.text}` },
    }
  }
}

const sentences = [
  'Check the replicas before anything else, and tell the channel.',
  'Then promote the one that lags least, by hand.',
  'Watch it for a while, and write down what you saw.',
]

describe('an interrupted answer', () => {
  it('is remembered to the word as it was heard, wherever it was cut, and nothing is left of it', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (heardMs, at, byModel) => {
          const voice = new FakeTextToSpeech({ wordMs })
          let waits = 0
          const wait: ConversationParts['wait'] = (ms, signal) => {
            waits += 1
            return never(ms, signal).finally(() => (waits -= 1))
          }
          const parts = fakeParts(redisWiki, {
            wait,
            speech: { toSpeech: voice },
            answering: () => scriptedAnswer(byModel),
            ...(byModel ? { llm: new ScriptedLlm(says()) } : {}),
          })
          const stop = new AbortController()
          let chunks = 0
          let interrupted = false
          const events = await spokenTalk(
            parts,
            (event) => {
              if (event === undefined) return [typed(failOver)]
              if (event.kind === 'audio' && event.turn === 1) chunks += 1
              if (!interrupted && (chunks === at || (event.kind === 'done' && event.turn === 1))) {
                interrupted = true
                return [{ kind: 'interruption', heardMs, turn: 1 }, typed(lag)]
              }
              return ends(event) && event.turn === 2 ? [end] : []
            },
            {},
            stop.signal,
          )
          const words = events.flatMap((event) => (event.kind === 'audio' && event.turn === 1 ? event.words : []))
          const heard = words
            .filter(({ toMs }) => toMs <= heardMs)
            .map(({ text }) => text)
            .join('')
          const [conversationId] = answersIn(events).map((answer) => answer.conversationId)
          const stored = await parts.conversations.turns(conversationId ?? '', 'local', 9, ongoing)
          expect(stored).toHaveLength(2)
          const whole = sentencesIn(events).join(' ')
          expect(whole.startsWith(stored[0]?.answer ?? '?')).toBe(true)
          expect(stored[0]?.answer.replace(/\s+/g, '')).toBe(heard.replace(/\s+/g, ''))
          const cut = events.find(({ kind }) => kind === 'interrupted' || kind === 'revised')
          const told = cut !== undefined && 'heard' in cut ? cut.heard : stored[0]?.answer
          expect(stored[0]?.answer).toBe(told)
          expect(sentencesIn(events, 2).join(' ')).not.toContain('Check the replicas')
          expect(voice.utterances.filter(({ outcome }) => outcome === 'speaking')).toEqual([])
          expect(getEventListeners(stop.signal, 'abort')).toEqual([])
          expect(waits).toBe(0)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a heard turn', () => {
  const rate = 16_000
  const audio = (ms: number): ConversationInput[] =>
    Array.from({ length: ms / 20 }, () => ({
      kind: 'audio',
      samples: new Int16Array((rate * 20) / 1000),
      sampleRate: rate,
    }))

  it('is searched for while it is being said, once, and answered when it is over', async () => {
    const ear = new ScriptedSpeechToText([{ text: lag, fromMs: 100, toMs: 1500 }])
    const parts = fakeParts(redisWiki, { speech: { toText: ear } })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    async function* inputs(): AsyncGenerator<ConversationInput> {
      for (const frame of audio(2400)) {
        yield frame
        await new Promise(setImmediate)
      }
    }
    const events = await Array.fromAsync(conversation.turns(inputs(), ongoing))
    expect(events.find(({ kind }) => kind === 'interim')).toMatchObject({ turn: 1 })
    expect(answersIn(events)[0]?.answer).toContain('5000')
    const metrics = events.flatMap((event) => (event.kind === 'metrics' ? [event.metrics] : []))
    expect(metrics[0]?.speculation).toMatch(/-kept$/)
    expect(parts.asked.at(-1)).toBe(lag)
    expect(parts.asked.filter((text) => text === lag)).toHaveLength(1)
  })

  it('throws away what it began when the speaker goes on, and remembers none of it', async () => {
    const ear = new ScriptedSpeechToText([
      { text: failOver, fromMs: 0, toMs: 1000 },
      { text: 'no, tell me about consumer lag', fromMs: 1200, toMs: 2200 },
    ])
    const parts = fakeParts(redisWiki, { speech: { toText: ear } })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    async function* inputs(): AsyncGenerator<ConversationInput> {
      for (const frame of audio(3000)) {
        yield frame
        await new Promise(setImmediate)
      }
    }
    const events = await Array.fromAsync(conversation.turns(inputs(), ongoing))
    const [answer] = answersIn(events)
    expect(answersIn(events)).toHaveLength(1)
    expect(await parts.conversations.turns(answer?.conversationId ?? '', 'local', 9, ongoing)).toHaveLength(1)
    expect(parts.asked.length).toBeGreaterThan(1)
  })

  it('apologises when recognition breaks off, and hears again afterwards', async () => {
    const ear = new ScriptedSpeechToText([{ text: lag, fromMs: 0, toMs: 1000 }], {
      afterMs: 500,
      with: new Error('cut'),
    })
    const parts = fakeParts(redisWiki, { speech: { toText: ear } })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    async function* inputs(): AsyncGenerator<ConversationInput> {
      for (const frame of audio(520)) {
        yield frame
        await new Promise(setImmediate)
      }
      parts.clock.advance(1000)
      for (const frame of audio(100)) yield frame
      yield typed(lag)
    }
    const events = await Array.fromAsync(conversation.turns(inputs(), ongoing))
    expect(events.find(({ kind }) => kind === 'apology')).toMatchObject({ code: 'turn_failed' })
    expect(ear.heard).toHaveLength(2)
    expect(answersIn(events)).toHaveLength(1)
  })
})
