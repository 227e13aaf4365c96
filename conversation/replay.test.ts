import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { type ReplyStep, ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeParts, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts } from './parts.ts'
import { readRecording } from './recorded-entries.ts'
import { written } from './recorded-values.ts'
import { recordedInputs, recordedParts } from './recording.ts'
import { replay } from './replay.ts'
import { parseLexicon } from './speech/lexicon.ts'

const ongoing = new AbortController().signal

async function recordingOf(
  parts: ConversationParts,
  inputs: () => AsyncIterable<ConversationInput>,
  onEvent: (event: ConversationEvent) => void = () => undefined,
): Promise<string> {
  const options: ConversationOptions = { principal: localPrincipal, mode: 'spoken' }
  const lines: string[] = [written({ kind: 'talk', version: 2, options, voiceRate: 24_000, model: parts.llm?.id })]
  const conversation = new Conversation(
    recordedParts(parts, (entry) => lines.push(written(entry))),
    options,
  )
  const taken = recordedInputs(inputs(), (entry) => lines.push(written(entry)))
  for await (const event of conversation.turns(taken, ongoing)) {
    lines.push(written({ kind: 'out', event }))
    onEvent(event)
  }
  return lines.join('\n')
}

async function* heardAndTyped(): AsyncGenerator<ConversationInput> {
  for (let at = 0; at < 100; at++) {
    yield { kind: 'audio', samples: new Int16Array(320).fill(at), sampleRate: 16_000 }
    await new Promise(setImmediate)
  }
  yield { kind: 'speech-end' }
  yield { kind: 'text', text: 'and how much memory does Redis take?' }
  yield { kind: 'text', text: 'repeat' }
}

describe('a recorded conversation', () => {
  it.each([
    ['quoted', undefined],
    [
      'written by a model',
      new ScriptedLlm(says('Promote one: `redis-cli failover to 10.0.0.7 6379` [1]. ', 'Rest [1].')),
    ],
  ])('gives the same events whenever it is replayed: %s', async (_, llm) => {
    const ear = new ScriptedSpeechToText([{ text: 'how do i fail over redis by hand', fromMs: 0, toMs: 1200 }])
    const speech = { toText: ear, toSpeech: new FakeTextToSpeech({ wordMs: 200 }) }
    const recording = await recordingOf(
      fakeParts(redisWiki, { speech, ...(llm === undefined ? {} : { llm }) }),
      heardAndTyped,
    )
    const first = await replay(readRecording(recording), { lexicon: parseLexicon(''), log: silentLog }, ongoing)
    expect(first.difference).toBeUndefined()
    expect(first.events.filter(({ kind }) => kind === 'done').length).toBeGreaterThanOrEqual(3)
    expect(
      await replay(readRecording(recording), { lexicon: parseLexicon(''), log: silentLog }, ongoing),
    ).toMatchObject({ difference: undefined })
  })

  it('takes in results of the client’s tools, interruptions and names put right as they came', async () => {
    const steps: ReplyStep[] = [
      { call: { id: 'c', name: 'last_deployment', arguments: '{}' } },
      'Checkout was deployed at 10:02.',
    ]
    let asked = 0
    const llm = new ScriptedLlm(async function* () {
      const step = steps[asked]
      asked += 1
      yield step ?? 'QUESTION'
    })
    const vocabulary: ConversationParts['vocabulary'] = () => ({
      keyterms: () => [],
      correct: (text) => ({
        text: text.replace('readis', 'Redis'),
        corrections: text.includes('readis') ? [{ heard: 'readis', meant: 'Redis', at: 0, confidence: 0.9 }] : [],
        doubts: [],
      }),
    })
    const ear = new ScriptedSpeechToText([{ text: 'how do i fail over readis by hand', fromMs: 0, toMs: 1200 }])
    const speech = { toText: ear, toSpeech: new FakeTextToSpeech({ wordMs: 200 }) }
    const happened: ConversationEvent[] = []
    const until = async (holds: (event: ConversationEvent) => boolean) => {
      while (!happened.some(holds)) await new Promise(setImmediate)
    }
    const recording = await recordingOf(
      fakeParts(redisWiki, { llm, speech, vocabulary }),
      async function* () {
        const parameters = { type: 'object', properties: {}, additionalProperties: false }
        yield {
          kind: 'client-tools',
          tools: [{ name: 'last_deployment', description: 'When it was deployed last.', parameters }],
        }
        yield { kind: 'text', text: 'When was checkout deployed?' }
        await until(({ kind }) => kind === 'tool')
        const call = happened.find((event) => event.kind === 'tool')
        yield { kind: 'tool-result', callId: call?.callId ?? '', text: 'checkout was deployed at 10:02' }
        await until(({ kind }) => kind === 'done')
        yield { kind: 'client-tools', tools: [] }
        yield* heardAndTyped()
        await until(({ kind, turn }) => kind === 'audio' && turn === 2)
        yield { kind: 'interruption', heardMs: 300, turn: 2 }
        await until(({ kind, turn }) => kind === 'done' && turn === 4)
      },
      (event) => happened.push(event),
    )
    const { events, difference } = await replay(
      readRecording(recording),
      { lexicon: parseLexicon(''), log: silentLog },
      ongoing,
    )
    expect(difference).toBeUndefined()
    expect(events.flatMap((event) => (event.kind === 'tool' ? [event.phase] : []))).toEqual(['started', 'result'])
    expect(events.some(({ kind }) => kind === 'interrupted' || kind === 'revised')).toBe(true)
    expect(JSON.stringify(events)).toContain('"meant":"Redis"')
  })

  it('gives a search its own result where one before it was given up sooner', async () => {
    const text = 'how do i fail over redis by hand'
    const toText = new ScriptedSpeechToText([{ text, fromMs: 0, toMs: 1200 }])
    const parts = fakeParts(redisWiki, { speech: { toText, toSpeech: new FakeTextToSpeech() } })
    const search: typeof parts.search = async (query, signal) => {
      if (text.startsWith(query.text) && query.text !== text) await once(signal, 'abort')
      signal.throwIfAborted()
      return await parts.search(query, signal)
    }
    const recording = await recordingOf({ ...parts, search }, heardAndTyped)
    const lines = recording.split('\n')
    const searched = lines.findIndex((line) => line.includes('"note":"search"'))
    const askedAnew = lines.findIndex((line) => line.includes('"port":"answering","call":2'))
    lines.splice(askedAnew, 0, ...lines.slice(searched, searched + 1))
    lines.splice(searched, 1)
    const { events, difference } = await replay(
      readRecording(lines.join('\n')),
      { lexicon: parseLexicon(''), log: silentLog },
      ongoing,
    )
    expect(difference).toBeUndefined()
    expect(events.map(({ kind }) => kind)).toContain('done')
  })

  it('shows what failed as it failed', async () => {
    const parts = fakeParts(redisWiki, { speech: { toSpeech: new FakeTextToSpeech() } })
    const search: typeof parts.search = () => Promise.reject(new Error('disk on fire'))
    const recording = await recordingOf({ ...parts, search }, async function* () {
      yield { kind: 'text', text: 'How do I fail over Redis?' }
    })
    const { events, difference } = await replay(
      readRecording(recording),
      { lexicon: parseLexicon(''), log: silentLog },
      ongoing,
    )
    expect(difference).toBeUndefined()
    expect(events.at(-1)?.kind).toBe('apology')
  })

  it('tells where a replay differs', async () => {
    const parts = fakeParts(redisWiki, { speech: { toSpeech: new FakeTextToSpeech() } })
    const recording = await recordingOf(parts, async function* () {
      yield { kind: 'text', text: 'How do I fail over Redis?' }
    })
    const changed = recording
      .replaceAll('How do I fail over Redis?', 'How do I fail over Valkey?')
      .replace('Valkey', 'Redis')
    const { difference } = await replay(readRecording(changed), { lexicon: parseLexicon(''), log: silentLog }, ongoing)
    expect(difference?.at).toBe(0)
  })

  it('says which line it cannot read', () => {
    expect(() => readRecording('{"kind":"id","value":"x"}\n{"kind":"?"}')).toThrow('line 2')
  })
})
