import { expect, it } from 'vitest'
import type { Vocabulary } from '#graph/vocabulary.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { ScriptedSpeech } from '#providers/speech-to-text/scripted-speech.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeParts, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import { readRecording } from './recorded-entries.ts'
import { written } from './recorded-values.ts'
import { type RecordedEntry, recordedInputs, recordedParts } from './recording.ts'
import { replay } from './replay.ts'
import { parseLexicon } from './speech/lexicon.ts'

const ongoing = new AbortController().signal
const rate = 16_000

/** What is known once that much audio has come. */
function laterKnown(when: () => boolean): Vocabulary {
  return {
    keyterms: () => (when() ? ['kubectl', 'PgBouncer'] : []),
    correct: (text) => ({ text, corrections: [], doubts: [] }),
  }
}

interface Heard {
  script?: readonly ScriptedSpeech[]
  /** Of each 100 ms of audio, by its number, how loud it is. */
  level?: (at: number) => number
}

async function heard({ script = [], level = () => 0 }: Heard, record?: (entry: RecordedEntry) => void) {
  let fed = 0
  const toText = new ScriptedSpeechToText(script)
  const vocabulary = () => laterKnown(() => fed >= 30)
  const parts = fakeParts(redisWiki, { speech: { toText }, vocabulary })
  async function* inputs(): AsyncGenerator<ConversationInput> {
    for (; fed < 120; fed++) {
      yield { kind: 'audio', samples: new Int16Array(rate / 10).fill(level(fed)), sampleRate: rate }
      await new Promise(setImmediate)
    }
    yield { kind: 'speech-end' }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const options = { principal: localPrincipal, mode: 'spoken', turnEnds: 'caller' } as const
  record?.({ kind: 'talk', version: 2, options })
  const conversation = new Conversation(record === undefined ? parts : recordedParts(parts, record), options)
  const given = record === undefined ? inputs() : recordedInputs(inputs(), record)
  const events: ConversationEvent[] = []
  for await (const event of conversation.turns(given, ongoing)) {
    record?.({ kind: 'out', event })
    events.push(event)
  }
  return { keyterms: toText.heard.map(({ keyterms = [] }) => keyterms.length), events }
}

it('names that are known only after hearing has begun are told to the recogniser in the next pause, once', async () => {
  const { keyterms, events } = await heard({})
  expect(keyterms).toEqual([0, 2])
  expect(events.filter(({ kind }) => kind === 'deaf')).toEqual([])
})

it('a microphone that begins with nothing at all is heard to be in a room', async () => {
  const { keyterms } = await heard({ level: (at) => (at < 5 ? 0 : 40) })
  expect(keyterms).toEqual([0, 2])
})

it('nobody who is speaking is cut in two for them', async () => {
  const speaks = { text: 'how do I fail over Redis by hand', fromMs: 2500, toMs: 11_900 }
  const { keyterms, events } = await heard({ script: [speaks], level: (at) => (at >= 25 ? 3000 : 0) })
  expect(keyterms).toEqual([0])
  expect(events.flatMap((event) => (event.kind === 'heard' ? [event.text] : []))).toEqual([speaks.text])
})

it('nor is anybody who speaks softly, of whom no word has come yet', async () => {
  const { keyterms } = await heard({ level: (at) => (at < 25 ? 20 : 200) })
  expect(keyterms).toEqual([0])
})

it('nor is anybody whom the recogniser alone hears, in the middle of their first word', async () => {
  const { keyterms, events } = await heard({ script: [{ text: 'Rrrrrredis', fromMs: 3900, toMs: 4700 }] })
  expect(keyterms).toEqual([0])
  expect(events.flatMap((event) => (event.kind === 'heard' ? [event.text] : []))).toEqual(['Rrrrrredis'])
})

it('is replayed without the vocabulary', async () => {
  const entries: RecordedEntry[] = []
  await heard({}, (entry) => void entries.push(entry))
  const lines = entries.map((entry) => written(entry)).join('\n')
  const { difference } = await replay(readRecording(lines), { lexicon: parseLexicon(''), log: silentLog }, ongoing)
  expect(difference).toBeUndefined()
})
