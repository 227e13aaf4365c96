import { describe, expect, it } from 'vitest'
import type { Answer, Ask } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { emptyAnswer, fakeParts, given, never, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent } from './events.ts'
import type { ConversationParts } from './parts.ts'

const ongoing = new AbortController().signal
const first = 'Check the replicas before anything else, and tell the channel.'
const second = 'Then promote the one that lags least.'

const fillerAfterMs = 111
const turnDeadlineMs = 222

const answer: Answer = { ...emptyAnswer, answer: `${first} ${second}`, spoken: `${first} ${second}`, traceId: 'trace' }

/** @param isLate Whether the model waits between its sentences until the listener was told something. */
async function said(isLate: boolean) {
  const told = Promise.withResolvers<void>()
  const ask: Ask = async function* () {
    yield { kind: 'delta', text: `${first} ` }
    if (isLate) await told.promise
    yield { kind: 'delta', text: second }
    yield { kind: 'done', answer }
  }
  const waits: number[] = []
  let open = 0
  const wait: ConversationParts['wait'] = async (ms, signal) => {
    // Until the first words, and until the turn has taken too long.
    const isOther = ms === fillerAfterMs || ms === turnDeadlineMs
    if (!isOther) waits.push(ms)
    open += 1
    try {
      if (!isLate || isOther) await never(ms, signal)
    } finally {
      open -= 1
    }
  }
  const parts = fakeParts(redisWiki, {
    wait,
    answering: () => ask,
    llm: new ScriptedLlm(says()),
    speech: { toSpeech: new FakeTextToSpeech() },
  })
  const conversation = new Conversation(parts, {
    principal: localPrincipal,
    mode: 'spoken',
    fillerAfterMs,
    turnDeadlineMs,
  })
  const events: ConversationEvent[] = []
  for await (const event of conversation.turns(given('How do I fail over Redis?'), ongoing)) {
    events.push(event)
    if (event.kind === 'sentence' && event.filler) told.resolve()
  }
  const done = events.find((event) => event.kind === 'done')
  const [turn] = await parts.conversations.turns(
    done?.kind === 'done' ? done.answer.conversationId : '',
    'local',
    1,
    ongoing,
  )
  const sentences = events.flatMap((event) => (event.kind === 'sentence' ? [event] : []))
  return { sentences, waits, open, remembered: turn?.answer }
}

describe('an answer that stops in the middle', () => {
  it('is bridged by a few words once what there is was heard, which are not remembered', async () => {
    const { sentences, waits, open, remembered } = await said(true)
    expect(sentences.map(({ written, filler }) => [written, filler])).toEqual([
      [first, false],
      ['One moment, I am still looking.', true],
      [second, false],
    ])
    // What 62 characters take, and the breath after them.
    expect(waits[0]).toBeGreaterThan(4_000)
    expect(waits[0]).toBeLessThan(6_000)
    expect(remembered).toBe(`${first} ${second}`)
    expect(open).toBe(0)
  })

  it('is not bridged when it does not', async () => {
    const { sentences, open } = await said(false)
    expect(sentences.map(({ filler }) => filler)).toEqual([false, false])
    expect(open).toBe(0)
  })
})
