import { describe, expect, it } from 'vitest'
import { commandIn, commandOfDigit } from './commands.ts'
import { sameMeaning } from './same-meaning.ts'
import { asksToAct } from './understand.ts'
import { countInWords } from './walkthrough/walk-words.ts'

describe('a command', () => {
  it.each([
    ['Next.', 'next'],
    ['okay, go on please', 'next'],
    ['次に進んでください', 'next'],
    ['Go back one step', 'back'],
    ['戻ってください', 'back'],
    ['Could you repeat that, please?', 'repeat'],
    ['もう一度お願いします', 'repeat'],
    ["I'm done", 'done'],
    ['終わりました', 'done'],
    ['skip this one', 'skip'],
    ['スキップして', 'skip'],
    ['What was the expected output?', 'expected'],
    ['where are we?', 'where'],
    ['speak a bit slower', 'slower'],
    ['もう少しゆっくり話して', 'slower'],
    ['spell that', 'spell'],
    ['stop', 'stop'],
    ['read me the source', 'source'],
    ['出典を読んでください', 'source'],
    ['send it to Slack', 'post'],
    ['Slackに送ってください', 'post'],
    ['page the owner', 'page-owner'],
    ['担当者を呼び出して', 'page-owner'],
    ["that's all for now", 'goodbye'],
    ['go to the next step', 'next'],
    ['次のステップに進んでください', 'next'],
    ['one step back', 'back'],
    ['一つ戻って', 'back'],
    ['前のステップに戻って', 'back'],
    ["I didn't catch that", 'repeat'],
    ['not so fast', 'slower'],
    ['速すぎます', 'slower'],
    ['how do you spell that?', 'spell'],
    ['それを綴って', 'spell'],
    ['stop, stop, please stop talking now', 'stop'],
    ['No, stop!', 'stop'],
    ['wait wait wait', 'stop'],
    ['待って、待って', 'stop'],
    ['読み上げをやめて', 'stop'],
    ['出典を読み上げてください', 'source'],
  ])('is understood however it is put: %s', (said, name) => {
    expect(commandIn(said)?.name).toBe(name)
  })

  it.each([
    ['walk me through the payments failover', 'walk', 'payments failover'],
    ['Redisの手順を順番に案内して', 'walk', 'Redis'],
    ['remember that the ticket is INC-7', 'remember', 'the ticket is INC-7'],
    ['post it to #inc-42', 'post', '#inc-42'],
    ['send it to Slack please', 'post', ''],
    ['walk me through the payments failover, please', 'walk', 'payments failover'],
  ])('names what it is about: %s', (said, name, about) => {
    expect(commandIn(said)).toEqual({ name, about })
  })

  it.each([
    'What comes next after the failover?',
    'How do I stop the consumer?',
    'Should I repeat the migration on staging?',
    'Who owns the payments runbook?',
    '次のステップの前に何を確認しますか？',
    'How old is that?',
  ])('is not seen in a question: %s', (said) => {
    expect(commandIn(said)).toBeUndefined()
  })

  it('can be a key of a telephone', () => {
    expect(['6', '4', '5', '9'].map((digit) => commandOfDigit(digit)?.name)).toEqual([
      'next',
      'back',
      'repeat',
      undefined,
    ])
  })
})

it.each([
  ['Tell the team that we roll back', true],
  ['担当に知らせておいて', true],
  ['How do I page the team?', false],
  ['Notify whom when the disk is full?', false],
])('whether something is to be done is seen by its grammar: %s', (said, acts) => {
  expect(asksToAct(said)).toBe(acts)
})

it.each([
  ['How do I restart Redis?', 'how do i restart redis', true],
  ['um restart redis in staging', 'Restart Redis in staging.', true],
  ['restart redis', 'restart redis in production', false],
  ['who restarts redis', 'how restarts redis', false],
  ['restart before failover', 'restart after failover', false],
  ['do not restart redis', 'do restart redis', false],
])('two transcripts mean the same, or not: %s / %s', (one, other, same) => {
  expect(sameMeaning(one, other)).toBe(same)
})

it('counts in words', () => {
  expect([1, 12, 21, 40, 99, 100].map((count) => countInWords(count, 'en'))).toEqual([
    'one',
    'twelve',
    'twenty-one',
    'forty',
    'ninety-nine',
    'many',
  ])
  expect([1, 10, 13, 20, 47].map((count) => countInWords(count, 'ja'))).toEqual(['一', '十', '十三', '二十', '四十七'])
})
