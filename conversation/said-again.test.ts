import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { answersIn, fakeParts, never, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts } from './parts.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'
const wordMs = 200
const twoWordsMs = 450
const someWords = 'Check the replicas'

const typed = (text: string): ConversationInput => ({ kind: 'text', text })
const ends = ({ kind }: ConversationEvent): boolean => kind === 'done' || kind === 'interrupted' || kind === 'apology'

/** The answer is interrupted after two words, at `when`; then these are said one after the other. */
async function interruptedBy(
  parts: ConversationParts,
  when: (event: ConversationEvent) => boolean,
  words: readonly string[],
): Promise<ConversationEvent[]> {
  const waiting: ConversationInput[] = [typed(failOver)]
  let wake = Promise.withResolvers<void>()
  async function* inputs(): AsyncGenerator<ConversationInput> {
    while (true) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next
      await wake.promise
      wake = Promise.withResolvers()
    }
  }
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  const events: ConversationEvent[] = []
  let said = -1
  for await (const event of conversation.turns(inputs(), ongoing)) {
    events.push(event)
    if (said < 0 && event.turn === 1 && when(event)) {
      said = 0
      waiting.push({ kind: 'interruption', heardMs: twoWordsMs, turn: 1 })
      waiting.push(typed(words[said] ?? ''))
    } else if (said >= 0 && event.turn > 1 && ends(event)) {
      said += 1
      const next = words[said]
      waiting.push(next === undefined ? { kind: 'end' } : typed(next))
    }
    wake.resolve()
  }
  return events
}

const saidIn = (events: readonly ConversationEvent[], turn: number): string =>
  events.flatMap((event) => (event.kind === 'sentence' && event.turn === turn ? [event.text] : [])).join(' ')

const speaking = () => fakeParts(redisWiki, { speech: { toSpeech: new FakeTextToSpeech({ wordMs }) } })

async function storedIn(parts: ConversationParts, events: readonly ConversationEvent[]): Promise<string[]> {
  const id = answersIn(events)[0]?.conversationId ?? ''
  return (await parts.conversations.turns(id, 'local', 9, ongoing)).map(({ answer }) => answer)
}

describe('an answer that was interrupted', () => {
  it.each(['Say that again, please.', 'repeat', 'もう一度お願いします'])(
    'is said again whole to "%s", and what was heard of it at first stays what was heard',
    async (again) => {
      const parts = speaking()
      const events = await interruptedBy(parts, ({ kind }) => kind === 'done', [again])
      expect(saidIn(events, 2)).toBe(saidIn(events, 1))
      expect(saidIn(events, 2)).toContain(someWords)
      const [first] = await storedIn(parts, events)
      expect(first).toBe(saidIn(events, 1).split(' ').slice(0, 2).join(' '))
      expect(answersIn(events).at(-1)?.citations).not.toEqual([])
    },
  )

  it('is written anew where it was interrupted before it was written', async () => {
    const whole = speaking()
    let asked = 0
    const answering: ConversationParts['answering'] = (turn) =>
      async function* (question, signal) {
        asked += 1
        for await (const event of whole.answering(turn)(question, signal)) {
          yield event
          if (event.kind === 'delta' && asked === 1) await never(0, signal)
        }
      }
    const events = await interruptedBy({ ...whole, answering }, ({ kind }) => kind === 'delta', ['What was that?'])
    expect(saidIn(events, 1)).not.toContain(someWords)
    expect(saidIn(events, 2)).toContain(someWords)
  })

  it('is what is said again also after "stop" and "slower"', async () => {
    const events = await interruptedBy(speaking(), ({ kind }) => kind === 'done', ['stop', 'slower', 'say that again'])
    expect(saidIn(events, 4)).toBe(saidIn(events, 1))
  })

  it('is said again whole once more where that was interrupted, too', async () => {
    const parts = speaking()
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
    const inputs: ConversationInput[] = [typed(failOver), typed('repeat'), typed('repeat'), { kind: 'end' }]
    let wake = Promise.withResolvers<void>()
    async function* given(): AsyncGenerator<ConversationInput> {
      for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
        yield next
        await wake.promise
        wake = Promise.withResolvers()
      }
    }
    const events: ConversationEvent[] = []
    for await (const event of conversation.turns(given(), ongoing)) {
      events.push(event)
      if (event.kind !== 'done') continue
      if (event.turn < 3) inputs.unshift({ kind: 'interruption', heardMs: twoWordsMs, turn: event.turn })
      wake.resolve()
      await new Promise(setImmediate)
      wake.resolve()
    }
    expect(saidIn(events, 3)).toBe(saidIn(events, 1))
  })
})
