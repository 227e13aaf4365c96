import { describe, expect, it } from 'vitest'
import { type Courtesy, courtesyIn } from './courtesy.ts'

describe('courtesies', () => {
  it.each<[string, Courtesy]>([
    ['thank you', 'thanks'],
    ['okay, thanks a lot for your help!', 'thanks'],
    ['that was really helpful', 'thanks'],
    ['Hello nightdesk', 'greeting'],
    ['good morning everyone', 'greeting'],
    ['are you still there?', 'presence'],
    ['can you hear me now', 'presence'],
    ['I have a quick question', 'presence'],
    ['wait a moment please', 'wait'],
    ['hold on a second', 'wait'],
    ['hang on, let me check', 'wait'],
    ['I need a minute while I log in', 'wait'],
    ['ok got it', 'noted'],
    ['what can you do?', 'help'],
    ['ありがとうございます、助かりました', 'thanks'],
    ['お疲れさまです', 'respect'],
    ['こんにちは', 'greeting'],
    ['もしもし、聞こえますか？', 'presence'],
    ['ちょっと待ってください', 'wait'],
    ['少々お待ちください', 'wait'],
    ['なるほど、わかりました', 'noted'],
    ['何ができるの？', 'help'],
  ])('are all of: %s', (utterance, kind) => {
    expect(courtesyIn(utterance)).toEqual({ kind, rest: '' })
  })

  it.each([
    ['thanks, and how do I roll back?', 'and how do I roll back?'],
    ['hi there how long do we keep logs', 'how long do we keep logs'],
    ['no wait, what is the limit', 'what is the limit'],
    ['how do I fail over Redis, thanks', 'how do I fail over Redis'],
    ['ありがとう、ところでログの保存期間は？', 'ところでログの保存期間は?'],
    ['お疲れ様です、デプロイの手順を教えてください', 'デプロイの手順を教えてください'],
  ])('stand around what is asked: %s', (utterance, rest) => {
    expect(courtesyIn(utterance)).toMatchObject({ kind: expect.any(String), rest })
  })

  it.each([
    'wait for the rollout to finish',
    'hold on the lock is how long',
    'how long is the wait',
    'can you help me with the ledger failover',
    'good backups are where',
    'hello world example',
    '待ち時間はどれくらい',
    'テスト環境のURLは？',
    'どうすればいい？',
    'ありがとうって英語で何',
  ])('are no part of a question that only sounds alike: %s', (utterance) => {
    expect(courtesyIn(utterance)).toEqual({ rest: utterance })
  })
})
