import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { SpeechToTextError } from '#providers/speech-to-text/errors.ts'
import type { ScriptedSpeech } from '#providers/speech-to-text/scripted-speech.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import type { SpeechToText, Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import { Channel } from './channel.ts'
import { answersIn, fakeParts, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'

const ongoing = new AbortController().signal
const rate = 16_000
const howTo: ScriptedSpeech[] = [
  { text: 'How do I fail over', fromMs: 100, toMs: 900 },
  { text: 'Redis by hand', fromMs: 2000, toMs: 2600 },
]

function audio(ms: number): ConversationInput[] {
  return Array.from({ length: ms / 20 }, () => ({
    kind: 'audio',
    samples: new Int16Array((rate * 20) / 1000),
    sampleRate: rate,
  }))
}

/** A caller that ends turns, and does something at some events. */
async function called(
  given: { script?: ScriptedSpeech[]; fails?: { afterMs: number; with: unknown }; ear?: SpeechToText },
  inputs: readonly ConversationInput[],
  at: (event: ConversationEvent) => readonly ConversationInput[] = () => [],
): Promise<ConversationEvent[]> {
  const ear = given.ear ?? new ScriptedSpeechToText(given.script ?? [], given.fails)
  const conversation = new Conversation(fakeParts(redisWiki, { speech: { toText: ear } }), {
    principal: localPrincipal,
    mode: 'text',
    turnEnds: 'caller',
  })
  const feed = new Channel<ConversationInput>(Number.POSITIVE_INFINITY)
  for (const input of inputs) void feed.send(input)
  const events: ConversationEvent[] = []
  for await (const event of conversation.turns(feed, ongoing)) {
    events.push(event)
    for (const input of at(event)) void feed.send(input)
  }
  return events
}

const endAtHeard = (event: ConversationEvent): ConversationInput[] => (event.kind === 'heard' ? [{ kind: 'end' }] : [])
const namedIn = (events: readonly ConversationEvent[]) =>
  events.flatMap((event) => (event.kind === 'heard' ? [[event.of, event.text]] : []))
/** Each word takes 200 ms. */
function wholeOf(text: string, fromMs: number): Transcript {
  const words = text.split(' ').map((word, at) => {
    return { text: word, fromMs: fromMs + at * 200, toMs: fromMs + (at + 1) * 200, confidence: 0.9 }
  })
  return { text, words, confidence: 0.9 }
}
const heardIn = (events: readonly ConversationEvent[]) =>
  events.flatMap((event) => (event.kind === 'heard' ? [event.text] : []))

describe('a conversation whose caller ends the turns', () => {
  it('answers nothing by itself, and takes the pauses of a turn for parts of it', async () => {
    const events = await called({ script: howTo }, [...audio(3000), { kind: 'speech-end' }], endAtHeard)
    expect(heardIn(events)).toEqual(['How do I fail over Redis by hand'])
    expect(answersIn(events)).toEqual([])
    expect(events.filter(({ kind }) => kind === 'hint')).toHaveLength(2)
    expect(events.findLast(({ kind }) => kind === 'interim')).toMatchObject({
      text: 'How do I fail over Redis by hand',
    })
  })

  it('answers what comes back as text, by what was searched for while it was said', async () => {
    const events = await called(
      { script: howTo },
      [...audio(3000), { kind: 'likely-speech-end' }, { kind: 'speech-end' }],
      (event) => (event.kind === 'heard' ? [{ kind: 'text', text: event.text }, { kind: 'end' }] : []),
    )
    expect(answersIn(events)[0]?.answer).toContain('redis-cli failover to 10.0.0.7 6379')
    expect(events.find(({ kind }) => kind === 'metrics')).toMatchObject({ metrics: { speculation: 'answer-kept' } })
  })

  it.each<[string, number, string]>([
    ['goes on to the answer', 3000, 'answer-kept'],
    ['waits for the words where they surely lack some', 4600, 'retrieval-kept'],
  ])('%s as soon as one is wanted, before the last words are known for good', async (_, ms, speculation) => {
    const events = await called(
      { script: howTo },
      [...audio(ms), { kind: 'speech-end' }, { kind: 'answer-wanted' }],
      (event) => (event.kind === 'heard' ? [{ kind: 'text', text: event.text }, { kind: 'end' }] : []),
    )
    expect(answersIn(events)[0]?.answer).toContain('redis-cli failover to 10.0.0.7 6379')
    expect(events.find(({ kind }) => kind === 'metrics')).toMatchObject({ metrics: { speculation } })
  })

  it('begins anew where another language is asked for than was expected', async () => {
    const events = await called({ script: howTo }, [...audio(3000), { kind: 'speech-end' }], (event) =>
      event.kind === 'heard' ? [{ kind: 'text', text: event.text, lang: 'ja' }, { kind: 'end' }] : [],
    )
    expect(answersIn(events)[0]?.lang).toBe('ja')
  })

  it('does not ask the recogniser again for what it has closed up to the end of the speech', async () => {
    const ends: ConversationInput[] = [{ kind: 'speech-end', spokenMs: 2600 }, { kind: 'speech-end' }]
    let heard = 0
    const events = await called({ script: howTo }, [...audio(3000), ...ends], (event) =>
      event.kind === 'heard' && ++heard === 2 ? [{ kind: 'end' }] : [],
    )
    expect(heardIn(events)).toEqual(['How do I fail over Redis by hand', ''])
  })

  it('is told that nothing was heard where nobody spoke, and where nothing can hear', async () => {
    expect(heardIn(await called({ script: [] }, [...audio(200), { kind: 'speech-end' }], endAtHeard))).toEqual([''])
    const deaf = new Conversation(fakeParts(redisWiki), { principal: localPrincipal, mode: 'text', turnEnds: 'caller' })
    async function* ended(): AsyncGenerator<ConversationInput> {
      yield { kind: 'speech-end' }
    }
    expect(heardIn(await Array.fromAsync(deaf.turns(ended(), ongoing)))).toEqual([''])
  })

  it('forgets what was nobody’s question', async () => {
    const events = await called({ script: howTo }, audio(1400), (event) =>
      event.kind === 'hint' && event.hint === 'end'
        ? [{ kind: 'drop-heard' }, ...audio(1300), { kind: 'speech-end' }]
        : endAtHeard(event),
    )
    expect(heardIn(events)).toEqual(['Redis by hand'])
  })

  it('gets what was heard until the recogniser broke off, and hears of that', async () => {
    const failure = new SpeechToTextError('broken-off', { name: 'Ear', keySetting: 'KEY', addressSetting: 'URL' })
    const events = await called(
      { script: howTo, fails: { afterMs: 2300, with: failure } },
      [...audio(2300), { kind: 'speech-end' }],
      endAtHeard,
    )
    expect(heardIn(events)[0]).toMatch(/^How do I fail over/)
    expect(events.filter(({ kind }) => kind === 'deaf')).toHaveLength(1)
  })

  it('is told of each of its turns once, by name, where the recogniser broke off before the last words', async () => {
    const failure = new SpeechToTextError('broken-off', { name: 'Ear', keySetting: 'KEY', addressSetting: 'URL' })
    const ear: SpeechToText = {
      id: 'breaking',
      async *hear(audio) {
        let flushes = 0
        for await (const input of audio) if (input.kind === 'flush' && ++flushes === 2) break
        yield { kind: 'interim', transcript: wholeOf('Redis by hand', 0) }
        throw failure
      },
    }
    const ends: ConversationInput[] = [
      ...audio(1000),
      { kind: 'speech-end', of: 'one' },
      { kind: 'speech-end', of: 'two' },
    ]
    const events = await called({ ear }, ends, (event) =>
      event.kind === 'heard' && event.of === 'two' ? [{ kind: 'end' }] : [],
    )
    expect(namedIn(events)).toEqual([
      ['one', 'Redis by hand'],
      ['two', ''],
    ])
  })

  it('has dropped nothing that turns out to be of its turn', async () => {
    const ends = (fromMs: number): ConversationInput[] => [
      ...audio(3000),
      { kind: 'drop-heard' },
      ...audio(200),
      { kind: 'speech-end', fromMs },
    ]
    expect(heardIn(await called({ script: howTo }, ends(2000), endAtHeard))).toEqual([
      'How do I fail over Redis by hand',
    ])
    expect(heardIn(await called({ script: howTo }, ends(3100), endAtHeard))).toEqual([''])
  })

  it('is heard from the end of a turn on that ended while nobody could hear', async () => {
    let seconds = 0
    const now = () => {
      seconds += 2
      return new Date(seconds * 1000)
    }
    let connections = 0
    const heardMs: number[] = []
    const ear: SpeechToText = {
      id: 'comes-back',
      async *hear(input) {
        connections += 1
        const connection = connections
        heardMs.push(0)
        let isOver = false
        for await (const piece of input) {
          isOver ||= piece.kind === 'flush'
          if (connection === 1) throw new Error('the line is down')
          if (connection === 2 && isOver && piece.kind === 'audio') throw new Error('still down')
          if (piece.kind === 'audio') heardMs[connection - 1] = (heardMs[connection - 1] ?? 0) + 20
        }
        yield { kind: 'connected' }
      },
    }
    const conversation = new Conversation(
      { ...fakeParts(redisWiki, { speech: { toText: ear } }), clock: { now } },
      { principal: localPrincipal, mode: 'text', turnEnds: 'caller' },
    )
    async function* saidAfterwards(): AsyncGenerator<ConversationInput> {
      for (const input of [...audio(100), { kind: 'speech-end' } as const, ...audio(200)]) {
        yield input
        await new Promise(setImmediate)
      }
    }
    const events: ConversationEvent[] = []
    for await (const event of conversation.turns(saidAfterwards(), ongoing)) events.push(event)
    expect(namedIn(events)).toEqual([[undefined, '']])
    expect(heardMs).toEqual([0, expect.any(Number), 200])
  })

  it('gets no words of a later turn for one that the recogniser never ended', async () => {
    const ear: SpeechToText = {
      id: 'forgetful',
      async *hear(audio) {
        let flushes = 0
        for await (const input of audio) if (input.kind === 'flush' && ++flushes === 2) break
        yield { kind: 'end-of-turn', cause: 'flush', transcript: wholeOf('Redis by hand', 1200) }
      },
    }
    const events = await called(
      { ear },
      [...audio(1000), { kind: 'speech-end', of: 'one' }, ...audio(1000), { kind: 'speech-end', of: 'two' }],
      (event) => (event.kind === 'heard' && event.of === 'two' ? [{ kind: 'end' }] : []),
    )
    expect(namedIn(events)).toEqual([
      ['one', ''],
      ['two', 'Redis by hand'],
    ])
  })

  it('keeps what was said before the end of a turn where a noise after it is dropped', async () => {
    const events = await called({ script: howTo }, audio(1400), (event) =>
      event.kind === 'hint' && event.hint === 'end'
        ? [...audio(1300), { kind: 'speech-end', of: 'one' }, { kind: 'drop-heard' }]
        : event.kind === 'heard'
          ? [{ kind: 'end' }]
          : [],
    )
    expect(namedIn(events)).toEqual([['one', 'How do I fail over Redis by hand']])
  })

  it('understands a question by what the client says was said before', async () => {
    const events = await called({ script: [] }, [
      { kind: 'history', exchanges: [{ question: 'How do I fail over Redis?', answer: 'Promote a replica.' }] },
      { kind: 'text', text: 'And how do I raise its memory?' },
      { kind: 'end' },
    ])
    expect(answersIn(events)[0]?.answer).toContain('maxmemory')
  })

  it('answers one turn in writing where the others are said aloud', async () => {
    const events = await called({ script: [] }, [
      { kind: 'text', text: 'How do I fail over Redis by hand?', mode: 'text' },
      { kind: 'end' },
    ])
    expect(answersIn(events)).toHaveLength(1)
    expect(events.some(({ kind }) => kind === 'audio')).toBe(false)
  })
})
