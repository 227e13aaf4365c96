import { describe, expect, it } from 'vitest'
import { type ReplyStep, ScriptedLlm } from '#providers/llm/llm.fake.ts'
import { answersIn, fakeParts, redisWiki, talk } from './conversation.fake.ts'
import type { ConversationInput } from './events.ts'

const ongoing = new AbortController().signal
const secretQuestion = 'How do I fail over Redis by hand?'
const forget = (turn: number): ConversationInput => ({ kind: 'forget', turn })
/** Needs a turn before it to be understood. */
const followUp = 'And how do I raise its memory?'

async function questionsIn(parts: ReturnType<typeof fakeParts>, conversationId: string): Promise<string[]> {
  return (await parts.conversations.turns(conversationId, 'local', 9, ongoing)).map(({ question }) => question)
}

describe('a turn that is to be forgotten', () => {
  it('is in nothing that a later turn is understood by', async () => {
    const kept = fakeParts(redisWiki)
    await talk(kept, [secretQuestion, followUp])
    expect(kept.asked.at(-1)).toContain('Redis')
    const parts = fakeParts(redisWiki)
    const [first] = answersIn(await talk(parts, [secretQuestion, forget(1), followUp]))
    expect(parts.asked.at(-1)).not.toContain('Redis')
    expect(await questionsIn(parts, first?.conversationId ?? '')).toEqual([followUp])
  })

  it('is not said again', async () => {
    const answers = answersIn(
      await talk(fakeParts(redisWiki), ['What pages the streaming team?', secretQuestion, forget(2), 'repeat']),
    )
    expect(answers.at(-1)?.answer).toBe(answers[0]?.answer)
  })

  it('is forgotten when it ends where it is still being taken, and when it comes where it has not begun', async () => {
    for (const inputs of [
      [secretQuestion, forget(1)],
      [forget(1), secretQuestion],
    ]) {
      const parts = fakeParts(redisWiki)
      const [first] = answersIn(await talk(parts, inputs))
      expect(await questionsIn(parts, first?.conversationId ?? '')).toEqual([])
    }
  })

  it('may be one that was told of by the client', async () => {
    const parts = fakeParts(redisWiki)
    const exchanges = [{ question: secretQuestion, answer: 'By hand.', traceId: 'told' }]
    await talk(parts, [{ kind: 'history', exchanges }, { kind: 'forget', traceId: 'told' }, followUp])
    expect(parts.asked.at(-1)).not.toContain('Redis')
  })

  it('is never one of another conversation', async () => {
    const parts = fakeParts(redisWiki)
    const [first] = answersIn(await talk(parts, [secretQuestion]))
    await talk(parts, ['What pages the streaming team?', { kind: 'forget', traceId: first?.traceId ?? '' }])
    expect(await questionsIn(parts, first?.conversationId ?? '')).toEqual([secretQuestion])
  })

  it('is taken out of the summary of older turns, whoever made it', async () => {
    const asked = Array.from({ length: 14 }, (_, at) => `How do I fail over Redis by hand on shard ${at}?`)
    const share = 'Share what we know about Redis shards with everybody'
    const shown: string[] = []
    const llm: ScriptedLlm = new ScriptedLlm(async function* (): AsyncGenerator<ReplyStep> {
      const prompt = JSON.stringify(llm.heard.at(-1))
      const isSumming = prompt.includes('Sum up these notes')
      if (!isSumming) shown.push(prompt)
      yield isSumming ? 'Asked how to fail over shard 2.' : 'QUESTION'
    })
    const parts = { ...fakeParts(redisWiki), llm }
    await talk(parts, [...asked, share])
    expect(shown.at(-1)).toContain('shard 2')
    await talk({ ...fakeParts(redisWiki), llm }, [...asked, forget(3), share])
    expect(shown.at(-1)).not.toContain('shard 2')
    expect(shown.at(-1)).toContain('shard 3')
  })
})
