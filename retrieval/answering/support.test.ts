import { describe, expect, it } from 'vitest'
import { candidatesOf } from './scoring.ts'
import { supportedFrom, supportOf } from './support.ts'
import { passagesOf } from './wiki.fake.ts'

const good = { words: 0.3, context: 0.2, meaning: 0.4 }

function support(question: string, text: string, relevance = 0.6, score = good): number {
  const groups = passagesOf([{ text }]).map((passage) => ({ passage, candidates: candidatesOf([passage]) }))
  return supportOf(question, { relevance }, { score, groups })
}

describe('supportOf', () => {
  const rotation = 'The data rotation gets 12 pages a week.'

  it('grows with what the search and the sentences say for the answer', () => {
    const question = 'How many pages does the data rotation get?'
    const strong = support(question, rotation)
    expect(strong).toBeGreaterThan(supportedFrom)
    expect(support(question, rotation, 0.2)).toBeLessThan(supportedFrom)
    expect(support(question, rotation, 0.6, { words: 0, context: 0, meaning: 0 })).toBeLessThan(strong)
  })

  it.each([
    'How many pages did the data rotation get last week?',
    '先週の呼び出しは何件？',
    'What is broken right now?',
  ])('knows that no document tells: %s', (question) => {
    expect(support(question, rotation)).toBeLessThan(supportedFrom)
  })

  it.each([
    ['What does the gateway charge us for a payment?', 'The gateway takes payments.', 'It takes 30 yen a payment.'],
    ['What is the phone number of the head of payments?', 'Ask the head.', 'The phone number is in the scheduler.'],
    ['Which version fixed the leak?', 'The leak was fixed.', 'The leak was fixed in 16.2.'],
    ['When does the contract end?', 'The contract covers the network.', 'The contract ends in March 2027.'],
    ['決済チームは何人いる？', '決済チームが見ます。', '決済チームは6人です。'],
  ])('asks for a value where one is wanted: %s', (question, without, withValue) => {
    expect(support(question, without)).toBeLessThan(supportedFrom)
    expect(support(question, withValue)).toBeGreaterThan(supportedFrom)
  })
})
