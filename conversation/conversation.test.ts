import { describe, expect, it } from 'vitest'
import type { Search } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { askByLoop } from './ask.ts'
import { answersIn, fakeParts, given, never, redisWiki, talk } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'

const ongoing = new AbortController().signal
const failOver = 'How do I fail over Redis by hand?'

describe('a conversation in writing', () => {
  it('tells what happens in order and ends each turn with its answer', async () => {
    const events = await talk(fakeParts(redisWiki), [failOver, 'What pages the streaming team?'])
    const kinds = events.filter(({ turn }) => turn === 1).map(({ kind }) => kind)
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual([
      'turn',
      'status',
      'citation',
      'delta',
      'metrics',
      'done',
    ])
    expect(events.at(-1)).toMatchObject({ kind: 'done', turn: 2 })
    const [first, second] = answersIn(events)
    expect(first?.answer).toContain('redis-cli failover to 10.0.0.7 6379')
    expect(second?.answer).toContain('5000')
    expect(second?.conversationId).toBe(first?.conversationId)
  })

  it('says in deltas what the answer says in the end', async () => {
    const events = await talk(fakeParts(redisWiki), [failOver])
    const text = events.map((event) => (event.kind === 'delta' ? event.text : '')).join('')
    expect(answersIn(events)[0]?.answer).toBe(text)
  })

  it('understands a follow-up in its conversation, and a new topic without it', async () => {
    const parts = fakeParts(redisWiki)
    const events = await talk(parts, [failOver, 'and how much memory does it take?', 'Which consumer lag is too high?'])
    const { conversationId = '' } = answersIn(events)[0] ?? {}
    const turns = await parts.conversations.turns(conversationId, 'local', 9, new AbortController().signal)
    expect(turns[1]?.standalone).toMatch(/redis/i)
    expect(turns[2]?.standalone).not.toMatch(/redis/i)
    const topics = events.flatMap((event) => (event.kind === 'metrics' ? [event.metrics.newTopic] : []))
    expect(topics).toEqual([false, false, true])
  })

  it('goes on with an earlier conversation of the same person, and of nobody else', async () => {
    const parts = fakeParts(redisWiki)
    const [first] = answersIn(await talk(parts, [failOver]))
    const conversationId = first?.conversationId
    await talk(parts, ['and how much memory does it take?'], { conversationId })
    expect(parts.asked.at(-1)).toMatch(/redis/i)
    const eve = { name: 'eve', audiences: 'all' as const }
    const [other] = answersIn(
      await talk(parts, ['and how much memory does it take?'], { conversationId, principal: eve }),
    )
    expect(parts.asked.at(-1)).not.toMatch(/redis/i)
    expect(other?.conversationId).not.toBe(conversationId)
  })

  it('answers a failed turn with an apology, and the next turn as if nothing had been', async () => {
    const parts = fakeParts(redisWiki)
    let calls = 0
    const search: Search = async (query, signal) => {
      calls += 1
      if (calls === 1) throw new Error('disk on fire')
      return await parts.search(query, signal)
    }
    const events = await talk({ ...parts, search }, [failOver, failOver])
    const ends = events.filter(({ kind }) => kind === 'apology' || kind === 'done')
    expect(ends.map(({ kind, turn }) => [kind, turn])).toEqual([
      ['apology', 1],
      ['done', 2],
    ])
    expect(JSON.stringify(ends[0])).not.toContain('disk on fire')
  })

  it('apologises when a turn takes too long', async () => {
    const hanging: Search = (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject))
    const events = await talk({ ...fakeParts(redisWiki), search: hanging, wait: async () => {} }, [failOver])
    expect(events.at(-1)).toMatchObject({ kind: 'apology', code: 'turn_too_slow' })
  })

  it('remembers of an interrupted answer what had been shown', async () => {
    const parts = fakeParts(redisWiki)
    const interrupted = Promise.withResolvers<void>()
    async function* inputs(): AsyncGenerator<ConversationInput> {
      yield { kind: 'text', text: failOver }
      await interrupted.promise
      yield { kind: 'interruption' }
      yield { kind: 'text', text: 'Which consumer lag is too high?' }
    }
    // Nothing comes after the first piece until the interruption has.
    const answering: typeof parts.answering = (turn) =>
      async function* (question, signal) {
        let deltas = 0
        for await (const event of parts.answering(turn)(question, signal)) {
          if (event.kind === 'delta' && ++deltas === 2 && question.text === failOver) await never(0, signal)
          yield event
        }
      }
    const conversation = new Conversation({ ...parts, answering }, { principal: localPrincipal, mode: 'text' })
    const events: ConversationEvent[] = []
    for await (const event of conversation.turns(inputs(), ongoing)) {
      events.push(event)
      if (event.kind === 'delta') interrupted.resolve()
    }
    const shown = events
      .filter(({ turn }) => turn === 1)
      .map((event) => (event.kind === 'delta' ? event.text : ''))
      .join('')
    expect(events.find(({ kind }) => kind === 'interrupted')).toMatchObject({ turn: 1, heard: shown })
    const answer = answersIn(events)[0]
    const stored = await parts.conversations.turns(answer?.conversationId ?? '', 'local', 9, ongoing)
    expect(stored.map((turn) => turn.answer)).toEqual([shown, answer?.answer])
  })

  it('stops at once when it is left, and asks nothing more of its source', async () => {
    const hanging: Search = (_, signal) => never(0, signal).then(() => Promise.reject(new Error('unreachable')))
    const stop = new AbortController()
    const conversation = new Conversation(
      { ...fakeParts(redisWiki), search: hanging },
      { principal: localPrincipal, mode: 'text' },
    )
    const events = conversation.turns(given(failOver), stop.signal)
    await events.next()
    const rest = Array.fromAsync(events)
    stop.abort(new Error('hung up'))
    await expect(rest).rejects.toThrow('hung up')
  })

  it('masks secrets before anything else sees them', async () => {
    const parts = fakeParts(redisWiki)
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'
    const events = await talk(parts, [`How do I fail over Redis? my token is ${secret}`])
    expect(JSON.stringify(events)).not.toContain(secret)
    expect(parts.asked.join()).not.toContain(secret)
    expect(events.find(({ kind }) => kind === 'verdict')).toMatchObject({
      verdict: { stage: 'input', guardrail: 'secrets' },
    })
  })

  it('keeps back passages outside the audiences, whatever the search gives', async () => {
    const sections = [{ ...redisWiki[0], text: 'The root password hint of Redis failover is teal.', audience: ['sre'] }]
    const parts = fakeParts(sections)
    const search: Search = (query, signal) => parts.search({ ...query, principal: localPrincipal }, signal)
    const eve = { name: 'eve', audiences: ['web'] }
    const events = await talk({ ...parts, search }, ['What is the root password hint of Redis failover?'], {
      principal: eve,
    })
    expect(JSON.stringify(events)).not.toContain('teal')
    expect(events).toContainEqual(
      expect.objectContaining({ verdict: expect.objectContaining({ guardrail: 'audience', outcome: 'blocked' }) }),
    )
  })
})

describe('the loop as a way to ask', () => {
  it('answers like answering alone, under the id of its conversation', async () => {
    const parts = fakeParts(redisWiki)
    const ask = askByLoop(parts)
    const events = await Array.fromAsync(ask({ text: failOver, mode: 'text', principal: localPrincipal }, ongoing))
    const last = events.at(-1)
    expect(last).toMatchObject({ kind: 'done', answer: { abstained: false, provider: 'extractive' } })
    const answer = last?.kind === 'done' ? last.answer : undefined
    expect(await parts.conversations.turn(answer?.traceId ?? '', ongoing)).toMatchObject({
      conversationId: answer?.conversationId,
      question: failOver,
      answer: answer?.answer,
    })
    const { total = 0, ...stages } = answer?.timingsMs ?? {}
    expect(Object.values(stages).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(total, 0)
  })

  it('throws what went wrong to whoever asks', async () => {
    const search: Search = async () => {
      throw new Error('disk on fire')
    }
    const ask = askByLoop({ ...fakeParts(redisWiki), search })
    const events = ask({ text: failOver, mode: 'text', principal: localPrincipal }, ongoing)
    await expect(Array.fromAsync(events)).rejects.toThrow('disk on fire')
  })
})

describe('commands between questions', () => {
  it('repeats the last answer with its sources', async () => {
    const [first, again] = answersIn(await talk(fakeParts(redisWiki), [failOver, 'Say that again, please.']))
    expect(again?.answer).toBe(first?.answer)
    expect(again?.citations.map(({ quote }) => quote)).toEqual(first?.citations.map(({ quote }) => quote))
  })

  it('does not repeat what its source no longer says', async () => {
    const parts = fakeParts(redisWiki)
    const gone = { ...parts.reading, passages: async () => [] }
    const [, again] = answersIn(await talk({ ...parts, reading: gone }, [failOver, 'repeat']))
    expect(again).toMatchObject({ abstained: true, citations: [] })
    expect(again?.answer).not.toContain('redis-cli')
  })

  it('reads the source word for word', async () => {
    const [, source] = answersIn(
      await talk(fakeParts(redisWiki), ['What pages the streaming team?', 'read me the source']),
    )
    expect(source?.answer).toContain('Consumer lag above 5000 pages the streaming team.')
    expect(source?.citations[0]?.document.title).toBe('Kafka runbook')
  })

  it('takes a command for a question where there is nothing that it could be about', async () => {
    const parts = fakeParts(redisWiki)
    await talk(parts, ['repeat'])
    expect(parts.asked).toEqual(['repeat'])
  })
})
