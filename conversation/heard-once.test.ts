import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import type { HearingEvent, HearingInput, SpeechToText, Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import { fakeParts, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import { HeardOnce } from './heard-once.ts'

const ongoing = new AbortController().signal

/** Each word takes 200 ms. */
function said(text: string, fromMs: number, between = ' '): Transcript {
  const words = text.split(between).map((word, at) => {
    return { text: word, fromMs: fromMs + at * 200, toMs: fromMs + (at + 1) * 200, confidence: 0.9 }
  })
  return { text, words, confidence: 0.9 }
}

function turn(transcript: Transcript, cause: 'silence' | 'flush' | 'end-of-audio' = 'silence'): HearingEvent[] {
  return [
    { kind: 'interim', transcript },
    { kind: 'final', transcript },
    { kind: 'end-of-turn', transcript, cause },
  ]
}

const texts = (events: readonly (HearingEvent | undefined)[]) =>
  events.flatMap((event) => (event !== undefined && 'transcript' in event ? [event.transcript.text] : []))

describe('what a recogniser tells of sound', () => {
  it('that it has told a turn of before is no news', () => {
    const once = new HeardOnce()
    for (const event of turn(said('how do I fail over', 1000))) expect(once.newOf(event, 0)).toBe(event)
    // Heard again by another connection, whose time begins later.
    const again = turn(said('fail over', 600), 'end-of-audio')
    expect(again.map((event) => once.newOf(event, 1000))).toEqual([undefined, undefined, undefined])
  })

  it('is news from the first word on that comes after it', () => {
    const once = new HeardOnce()
    for (const event of turn(said('how do I fail over', 1000))) once.newOf(event, 0)
    const goesOn = turn(said('over the payments database', 0)).map((event) => once.newOf(event, 1800))
    expect(texts(goesOn)).toEqual(['the payments database', 'the payments database', 'the payments database'])
  })

  it('is put together again without spaces where it is written without', () => {
    const once = new HeardOnce()
    for (const event of turn(said('決済 の', 0))) once.newOf(event, 0)
    const [goesOn] = turn(said('の データベース を 切り替え', 200)).map((event) => once.newOf(event, 0))
    expect(texts([goesOn])).toEqual(['データベースを切り替え'])
  })

  it('answers whoever asked for the end of a turn, also with nothing', () => {
    const once = new HeardOnce()
    for (const event of turn(said('next', 0))) once.newOf(event, 0)
    const [, , end] = turn(said('next', 0), 'flush').map((event) => once.newOf(event, 0))
    expect(end).toMatchObject({ kind: 'end-of-turn', cause: 'flush', transcript: { text: '', words: [] } })
  })

  it('is always news where it tells no times', () => {
    const once = new HeardOnce()
    const timeless = turn({ text: 'next', words: [], confidence: 0.9 })
    for (const event of [...timeless, ...timeless]) expect(once.newOf(event, 0)).toBe(event)
  })
})

it('what a recogniser hears twice of the same sound is asked once', async () => {
  const question = said('How do I fail over Redis by hand', 100)
  const stutters: SpeechToText = {
    id: 'stutters',
    async *hear(audio: AsyncIterable<HearingInput>) {
      yield { kind: 'connected' }
      yield* turn(question)
      yield* turn(question)
      for await (const _input of audio);
    },
  }
  async function* inputs(): AsyncGenerator<ConversationInput> {
    yield { kind: 'audio', samples: new Int16Array(1600), sampleRate: 16_000 }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const conversation = new Conversation(fakeParts(redisWiki, { speech: { toText: stutters } }), {
    principal: localPrincipal,
    mode: 'text',
  })
  const events: ConversationEvent[] = []
  for await (const event of conversation.turns(inputs(), ongoing)) events.push(event)
  expect(events.flatMap((event) => (event.kind === 'turn' ? [event.text] : []))).toEqual([question.text])
})
