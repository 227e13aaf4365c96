import { describe, expect, it } from 'vitest'
import { restsOn } from './rests-on.ts'

const citations = [
  { n: 1, quote: 'Freeze both hosts: `patronictl pause suzume --wait`.\nThen move the name of the writer.' },
  { n: 2, quote: 'The cache holds sessions for 30 minutes. Two approvals are needed to go past that.' },
  { n: 3, quote: '切り替える前に、両方のホストを止めてください。承認は二人必要です。' },
]

describe('restsOn', () => {
  it.each([
    ['First step: Freeze both hosts: patronictl pause suzume --wait.', [1]],
    ['Two approvals are needed to go past that.', [2]],
    ['It stays for half an hour [2].', [2]],
    ['Both say so [1][3].', [1, 3]],
    ['両方のホストを止めてください。', [3]],
    ['There are four steps, say next for the rest.', []],
    ['Verified 7 weeks ago.', []],
    ['Yes.', []],
    ['As the third one says [7].', []],
    ['', []],
  ])('%s', (sentence, expected) => {
    expect(restsOn(sentence, citations)).toEqual(expected)
  })
})
