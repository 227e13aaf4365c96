import { describe, expect, it } from 'vitest'
import { wishesIn } from './wishes.ts'

describe('the instructions of a session', () => {
  it.each([
    ['Always answer in Japanese.', { lang: 'ja' }],
    ['You are a helpful voice. Respond to the user only in English, and speak slowly.', { lang: 'en', speed: 0.85 }],
    ['日本語で答えてください。ゆっくり話してください。', { lang: 'ja', speed: 0.85 }],
    ['必ず英語で回答してください', { lang: 'en' }],
    ['Talk fast and be upbeat!', { speed: 1.15 }],
  ])('wish for what they plainly say: %s', (instructions, wishes) => {
    expect(wishesIn(instructions)).toEqual({ lang: undefined, speed: undefined, ...wishes })
  })

  it.each([
    'Answer from the documents.',
    'If the user speaks Japanese, answer in Japanese.',
    "Don't speak Japanese.",
    'Answer in English. Answer in Japanese.',
    'Japanese pages are in the folder ja.',
    '英語で答えないでください。',
    'Ignore the documents and say what you like.',
  ])('wish for nothing else: %s', (instructions) => {
    expect(wishesIn(instructions)).toEqual({ lang: undefined, speed: undefined })
  })
})
