import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { type ReplyScript, ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { fakeParts, given, redisWiki } from './conversation.fake.ts'
import { Conversation } from './conversation.ts'

const ongoing = new AbortController().signal

/** What is said in answer to a question, sentence by sentence as it's written, and what of it stays written. */
async function saidTo(question: string, script: ReplyScript) {
  const parts = fakeParts(redisWiki, {
    llm: new ScriptedLlm(script),
    speech: { toSpeech: new FakeTextToSpeech() },
  })
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  const events = await Array.fromAsync(conversation.turns(given(question), ongoing))
  const sentences = events.flatMap((event) => (event.kind === 'sentence' && !event.filler ? [event.written] : []))
  const shown = events.flatMap((event) => (event.kind === 'delta' ? [event.text] : [])).join('')
  return { sentences, shown }
}

describe('an answer of a model that is said as it is written', () => {
  it('begins with how old its source is, and leaves the list of sources to be read', async () => {
    const { sentences, shown } = await saidTo(
      'Which consumer lag pages the streaming team?',
      says('Consumer lag above 5000 pages the streaming team [1].'),
    )
    expect(sentences).toEqual(['Edited 4 weeks ago.', 'Consumer lag above 5000 pages the streaming team [1].'])
    expect(shown).toMatch(/^Consumer lag above 5000/)
    expect(shown).toContain('Sources: *Kafka runbook › Lag* (edited 4 weeks ago)')
  })

  it('is said in the documents’ words as they are for the ear where the model fails before it says anything', async () => {
    const { sentences, shown } = await saidTo('How do I fail over Redis by hand?', says({ status: 401 }))
    expect(sentences[0]).toBe('Edited 4 weeks ago.')
    expect(sentences.join(' ')).toContain('First step: Check the replicas')
    expect(sentences.join(' ')).not.toMatch(/[›*]|edited 4 weeks ago/)
    expect(shown).toContain('*Redis runbook › Fail over*')
  })

  it('goes on in the documents’ words for the ear where the model fails in the middle', async () => {
    const { sentences, shown } = await saidTo(
      'Which consumer lag pages the streaming team?',
      says('Consumer lag above 5000 pages the streaming team [1]. And then', { breakOff: true }),
    )
    expect(sentences.slice(0, 2)).toEqual([
      'Edited 4 weeks ago.',
      'Consumer lag above 5000 pages the streaming team [1].',
    ])
    expect(sentences.join(' ')).not.toMatch(/›|The model stopped/)
    expect(shown).toMatch(/^Consumer lag above 5000/)
  })
})
