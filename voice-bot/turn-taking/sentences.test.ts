import { describe, expect, it } from 'vitest'
import { isAddressed } from './addressing.ts'
import { judgeSentence } from './completeness.ts'
import { withoutEcho } from './echo.ts'
import { endpointWordIn } from './endpoint-words.ts'
import { isCommand, isNod, isStop, wordsThatCount } from './nods.ts'
import type { SentenceState } from './sentence-judgement.ts'

const sentences: Readonly<Record<SentenceState, readonly string[]>> = {
  complete: [
    'what is the command to drain a node',
    'Where does it come from, and who owns it?',
    'is the backup job still running',
    'show me the logs of the scheduler',
    'so can you tell me which team owns this',
    'I was wondering which of the two hosts is newer',
    'tell me what it is',
    'no',
    'yes please',
    'next',
    'it does',
    'what do you mean',
    'please connect to 10.1.2.3',
    'what is going on',
    '手順を教えてください',
    'このホストはどこにありますか',
    '何時に終わるの',
    '原因は何',
    'ログを見せて',
    '次のステップ',
    'バックアップは終わったかな',
    '再起動したい',
  ],
  unclear: ['the payment service', 'we had an alert', 'which cluster is it in', 'レプリカの遅延', '障害'],
  topic: ['フェイルオーバーの手順は', '確認したいんですけど', 'the broker,'],
  open: [
    'how do i',
    'how do i restart',
    'tell me about',
    'what is the',
    'I want to',
    'the thing is that we',
    'can you tell me',
    'if the primary is down',
    'when it',
    'what is the difference between the old one',
    'either the first one',
    'because',
    'my question is',
    'the logs of',
    'the logs are in...',
    'データベースを',
    'アラートが鳴ったので',
    'サービスが落ちて',
    'サーバーの',
    'もし落ちたら',
    '担当者と',
  ],
  dictating: [
    'the incident is four seven',
    'the id is A B',
    'ten dot',
    'release one dash',
    'the address is 10.2',
    '番号は三',
    'チケットは よん なな',
    'いち ハイフン',
  ],
  filler: ['I need the um', 'where is, uh', 'let me think', 'it is on the, you know', 'えーと', 'ログの場所はあのー'],
}

describe('judgeSentence', () => {
  it.each(Object.entries(sentences).flatMap(([state, texts]) => texts.map((text) => [text, state] as const)))(
    'finds “%s” %s',
    (text, state) => {
      expect(judgeSentence(text, 'auto').state).toBe(state)
    },
  )

  it('takes a question that was expected in one language as what it is in another', () => {
    expect(judgeSentence('how do i restart the', 'ja').state).toBe('open')
  })

  it('is quick on very long text', () => {
    const text = `${'and then the node '.repeat(2000)}which of`
    expect(judgeSentence(text, 'auto').state).toBe('open')
    expect(judgeSentence('1 2 3 '.repeat(2000), 'auto').state).toBe('dictating')
    expect(judgeSentence('一二三、'.repeat(2000), 'auto').state).toBe('dictating')
  })
})

describe('endpointWordIn', () => {
  const words = ['over', 'go ahead', 'どうぞ', '以上']
  it.each([
    ['check the second host, over', 'over'],
    ['that is the whole list. Go ahead.', 'Go ahead'],
    ['二番目の手順をどうぞ', 'どうぞ'],
    ['確認するのは三つです。以上', '以上'],
  ])('finds the one in “%s”', (text, word) => {
    expect(endpointWordIn(text, words)).toBe(word)
  })

  it.each(['how do we fail over', 'over', 'when is it over', 'the moreover', '五件以上', 'どうぞ'])(
    'finds none in “%s”',
    (text) => {
      expect(endpointWordIn(text, words)).toBeUndefined()
    },
  )
})

describe('nods, stops and commands', () => {
  it.each(['Mm-hmm.', 'uh-huh', 'OK, right', 'got it', 'うんうん', 'はい', 'なるほどですね', 'わかりました'])(
    'takes “%s” for a sign of listening',
    (text) => {
      expect([isNod(text), isStop(text), isCommand(text), wordsThatCount(text)]).toEqual([true, false, false, 0])
    },
  )

  it.each([
    "that's really helpful",
    'oh wow, that must be a relief',
    'sounds like a plan',
    'yeah I thought so',
    'makes a lot of sense, thanks',
    'okay, good to know',
    "you're absolutely right",
    'what a mess',
    'それは大変ですね',
    'やっぱりそうでしたか',
    'おお、すばらしいですね',
    'さすがだなあ',
  ])('takes “%s” for an assessment, which is a sign of listening', (text) => {
    expect([isNod(text), isStop(text), isCommand(text)]).toEqual([true, false, false])
  })

  it.each([
    "that's wrong",
    'that is not right',
    'is that right',
    'how long',
    'this one',
    'which way',
    'I think we should roll back',
    'good but what about the replica',
    'the other plan',
    'that was the staging database',
    'それは違います',
    'いいえ',
    'それはどのサーバーですか',
    '大変なのはどっちですか',
  ])('takes “%s” for none', (text) => {
    expect(isNod(text)).toBe(false)
  })

  it.each(['Stop!', 'no wait', 'okay hold on', '待ってください', 'ちょっと待って', 'いやストップ'])(
    'takes “%s” for a stop',
    (text) => {
      expect([isStop(text), isNod(text)]).toEqual([true, false])
    },
  )

  it('takes neither for what only begins like one', () => {
    expect(isStop('the stop command')).toBe(false)
    expect(isNod('okay but which host')).toBe(false)
    expect(wordsThatCount('okay but which host')).toBe(3)
  })
})

describe('withoutEcho', () => {
  const saying = 'Open the console, choose the primary instance and promote its replica. Then reload the proxy.'

  it.each([
    'open the console',
    'open the counsel choose the primary',
    'choose a primary instance and promoted its',
    'the primary instance and promote its replica then reload the',
  ])('leaves nothing of “%s”, which is ours', (heard) => {
    expect(withoutEcho(heard, saying)).toBe('')
  })

  it.each(['which instance do you mean', 'is the proxy down', 'no the other one', 'reload'])(
    'leaves “%s” to the speaker, though some words are ours',
    (heard) => {
      expect(withoutEcho(heard, saying)).toBe(heard)
    },
  )

  it('leaves what somebody says over it', () => {
    expect(withoutEcho('open the console choose the primary wait stop', saying)).toBe('wait stop')
    const talk = 'open the console choose the primary but which region is it in'
    expect(withoutEcho(talk, saying)).toBe('but which region is it in')
  })

  it('knows Japanese by its letters', () => {
    const ours = 'コンソールを開いて、プライマリを選びます。'
    expect(withoutEcho('コンソールを開いてプライマリ', ours)).toBe('')
    expect(withoutEcho('どのリージョンですか', ours)).toBe('どのリージョンですか')
    expect(withoutEcho('コンソールを開いて待って', ours)).toBe('待って')
  })
})

describe('isAddressed', () => {
  it.each(['hey night desk what now', 'Nightdesk?', 'so nightdisk, go on'])('hears the name in “%s”', (text) => {
    expect(isAddressed(text, ['nightdesk'])).toBe(true)
  })

  it('hears no name in other talk, and one in Japanese', () => {
    expect(isAddressed('put it on the desk tonight', ['nightdesk'])).toBe(false)
    expect(isAddressed('ねえナイトデスク、教えて', ['ナイトデスク'])).toBe(true)
    expect(isAddressed('机の上です', ['ナイトデスク'])).toBe(false)
  })
})
