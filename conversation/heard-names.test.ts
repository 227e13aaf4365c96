import { describe, expect, it } from 'vitest'
import type { Vocabulary } from '#graph/vocabulary.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { silentLog } from '#runtime/log.ts'
import { type NameChoice, nameChoice } from './asked-back.ts'
import { answersIn, fakeParts, given, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import { readRecording } from './recorded-entries.ts'
import { written } from './recorded-values.ts'
import { type RecordedEntry, recordedInputs, recordedParts } from './recording.ts'
import { replay } from './replay.ts'
import { parseLexicon } from './speech/lexicon.ts'

const ongoing = new AbortController().signal
const rate = 16_000

/** Knows two things: that `reddish` is Redis, and that `caftan` may be Kafka or Kaftan. */
const names: Vocabulary = {
  keyterms: (limit) => ['Redis', 'Kafka', 'Sentinel'].slice(0, limit),
  correct: (heard) => {
    const at = heard.indexOf('reddish')
    const text = heard.replace('reddish', 'Redis')
    const doubted = text.indexOf('caftan')
    return {
      text,
      corrections: at < 0 ? [] : [{ heard: 'reddish', meant: 'Redis', at, confidence: 0.9 }],
      doubts: doubted < 0 ? [] : [{ heard: 'caftan', at: doubted, candidates: ['Kafka', 'Kaftan'] }],
    }
  },
}

/** Each is said in two seconds, and then it is quiet for one. */
async function* audio(turns: number): AsyncGenerator<ConversationInput> {
  for (let frame = 0; frame < turns * 150; frame++) {
    yield { kind: 'audio', samples: new Int16Array(rate / 50), sampleRate: rate }
    await new Promise(setImmediate)
  }
}

function ear(...said: readonly string[]) {
  return new ScriptedSpeechToText(said.map((text, at) => ({ text, fromMs: at * 3000, toMs: at * 3000 + 2000 })))
}

async function spoken(
  said: readonly string[],
  options: Partial<ConversationOptions> = {},
  toText = ear(...said),
): Promise<ConversationEvent[]> {
  const parts = fakeParts(redisWiki, { speech: { toText }, vocabulary: () => names })
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', ...options })
  return await Array.fromAsync(conversation.turns(audio(said.length), ongoing))
}

describe('a name that was misheard', () => {
  it('is put right while it is being said, and whoever watches sees both', async () => {
    const events = await spoken(['How do I fail over reddish by hand?'])
    const corrections = [{ heard: 'reddish', meant: 'Redis', at: 19, confidence: 0.9 }]
    const heard = { heard: 'How do I fail over reddish by hand?', corrections, doubts: [] }
    const text = 'How do I fail over Redis by hand?'
    expect(events.find(({ kind }) => kind === 'final')).toMatchObject({ text, names: heard })
    expect(events.find(({ kind }) => kind === 'turn')).toMatchObject({ text, names: heard })
    expect(answersIn(events)[0]?.answer).toContain('redis-cli failover')
  })

  it('is left alone in what somebody typed', async () => {
    const parts = fakeParts(redisWiki, { vocabulary: () => names })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
    const typed: ConversationInput = { kind: 'text', text: 'Is reddish a colour?' }
    const events = await Array.fromAsync(conversation.turns(given(typed), ongoing))
    const turn = events.find(({ kind }) => kind === 'turn')
    expect(turn).toEqual({ kind: 'turn', turn: 1, text: 'Is reddish a colour?', lang: 'en' })
  })

  it("is put right in what the client's own recogniser heard", async () => {
    const parts = fakeParts(redisWiki, { vocabulary: () => names })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', turnEnds: 'caller' })
    const inputs: ConversationInput[] = [
      { kind: 'hearing', text: 'How do I fail over red' },
      { kind: 'hearing', text: 'How do I fail over reddish' },
      { kind: 'text', text: 'How do I fail over reddish by hand?' },
      { kind: 'text', text: 'reddish again, typed' },
    ]
    const events = await Array.fromAsync(conversation.turns(given(...inputs), ongoing))
    const turns = events.flatMap((event) => (event.kind === 'turn' ? [event.text] : []))
    expect(turns).toEqual(['How do I fail over Redis by hand?', 'reddish again, typed'])
  })

  it('is told with its place where the caller ends turns, and is known again when it comes back', async () => {
    const said = 'What lag of caftan pages somebody?'
    const toText = ear(said)
    const parts = fakeParts(redisWiki, { speech: { toText }, vocabulary: () => names })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', turnEnds: 'caller' })
    const back = Promise.withResolvers<string>()
    async function* inputs(): AsyncGenerator<ConversationInput> {
      yield* audio(1)
      yield { kind: 'speech-end' }
      yield { kind: 'text', text: `Well. ${await back.promise}` }
    }
    const events: ConversationEvent[] = []
    for await (const event of conversation.turns(inputs(), ongoing)) {
      events.push(event)
      if (event.kind === 'heard') back.resolve(event.text)
    }
    expect(events.find(({ kind }) => kind === 'heard')).toMatchObject({ names: { doubts: [{ at: 12 }] } })
    expect(events.find(({ kind }) => kind === 'turn')).toMatchObject({ names: { doubts: [{ at: 18 }] } })
  })

  it('is replayed as it was put right, without the vocabulary', async () => {
    const entries: RecordedEntry[] = []
    const record = (entry: RecordedEntry) => void entries.push(entry)
    const options: ConversationOptions = { principal: localPrincipal, mode: 'spoken' }
    record({ kind: 'talk', version: 2, options })
    const parts = fakeParts(redisWiki, {
      speech: { toText: ear('How do I fail over reddish by hand?') },
      vocabulary: () => names,
    })
    const conversation = new Conversation(recordedParts(parts, record), options)
    for await (const event of conversation.turns(recordedInputs(audio(1), record), ongoing))
      record({ kind: 'out', event })
    const lines = entries.map((entry) => written(entry)).join('\n')
    const { difference } = await replay(readRecording(lines), { lexicon: parseLexicon(''), log: silentLog }, ongoing)
    expect(difference).toBeUndefined()
  })
})

it('tells the recogniser what is likely to be said', async () => {
  const toText = ear('Hello there')
  await spoken(['Hello there'], {}, toText)
  expect(toText.heard[0]?.keyterms).toEqual(['Redis', 'Kafka', 'Sentinel'])
})

/** Hears the same, and doubts these words of it. */
function doubting(toText: SpeechToText, ...unsure: readonly string[]): SpeechToText {
  return {
    id: toText.id,
    async *hear(audioIn, options, signal) {
      for await (const event of toText.hear(audioIn, options, signal)) {
        if (!('transcript' in event)) yield event
        else {
          const words = event.transcript.words.map((word) =>
            unsure.includes(word.text) ? { ...word, confidence: 0.2 } : word,
          )
          yield { ...event, transcript: { ...event.transcript, words } }
        }
      }
    },
  }
}

it('asks back which name was meant by a word that the recogniser doubts', async () => {
  const vocabulary: Vocabulary = {
    keyterms: () => [],
    correct: (text, _, unsure = []) => ({
      text,
      corrections: [],
      doubts: unsure.map((heard) => ({ heard, at: text.indexOf(heard), candidates: ['Kafka'] })),
    }),
  }
  const said = 'Which lag of kaf pages the streaming team?'
  const parts = fakeParts(redisWiki, {
    speech: { toText: doubting(ear(said), 'kaf', 'the') },
    vocabulary: () => vocabulary,
  })
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  const [answer] = answersIn(await Array.fromAsync(conversation.turns(audio(1), ongoing)))
  expect(answer?.answer).toBe('Did you mean Kafka?')
})

describe('a name that may be another', () => {
  const question = 'Which lag of caftan pages the streaming team?'

  it('is asked about, and the answer is to what was meant', async () => {
    const answers = answersIn(await spoken([question, 'the first one']))
    expect(answers.map(({ answer }) => answer)).toEqual([
      'Did you mean Kafka or Kaftan?',
      expect.stringContaining('5000'),
    ])
  })

  it('is asked about in the language of the question', async () => {
    const answers = answersIn(await spoken(['caftan の遅延でどのチームが呼ばれますか？', 'Kafkaです']))
    expect(answers[0]?.answer).toBe('聞き取りに自信がありません。Kafka、それとも Kaftan ですか？')
    expect(answers[1]?.lang).toBe('ja')
  })

  it('is asked about once: whoever goes on talking is answered', async () => {
    const answers = answersIn(await spoken([question, question]))
    expect(answers[1]?.answer).not.toContain('Did you mean')
  })

  it('is not asked about when it was typed', async () => {
    const parts = fakeParts(redisWiki, { vocabulary: () => names })
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text' })
    const typed: ConversationInput = { kind: 'text', text: question }
    const events = await Array.fromAsync(conversation.turns(given(typed), ongoing))
    expect(answersIn(events)[0]?.answer).not.toContain('Did you mean')
  })

  const asked = {
    traceId: 't',
    question: 'restart pat roni',
    heard: 'pat roni',
    candidates: ['Patroni', 'Petunia'],
    lang: 'en',
  } as const
  const first: NameChoice = { kind: 'question', text: 'restart Patroni' }
  const second: NameChoice = { kind: 'question', text: 'restart Petunia' }
  it.each<[string, NameChoice | undefined]>([
    ['The first one, please.', first],
    ['Patroni', first],
    ['I meant Patroni.', first],
    ['the second', second],
    ['最初の方です', first],
    ['二つ目', second],
    ['Petuniaのほうです', second],
    ['Neither.', { kind: 'question', text: 'restart pat roni' }],
    ['いいえ、', { kind: 'question', text: 'restart pat roni' }],
    ['yes', { kind: 'again' }],
    ['How do I fail over Patroni by hand?', undefined],
    ['never mind that, what about Redis', undefined],
  ])('is chosen by its place or by its name: %s', (said, choice) => {
    expect(nameChoice(said, { ...asked, candidates: [...asked.candidates] })).toEqual(choice)
  })

  it('is agreed to where there is only one', () => {
    expect(nameChoice('はい', { ...asked, candidates: ['Patroni'] })).toEqual(first)
  })
})
