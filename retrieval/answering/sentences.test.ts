import { describe, expect, it } from 'vitest'
import { sentencesOf } from './sentences.ts'

describe('sentencesOf', () => {
  it('leaves code and emphasis that begin a sentence to that sentence', () => {
    expect(sentencesOf('起動します。`--target`で選びます。**必ず**確認します。')).toEqual([
      '起動します。',
      '`--target`で選びます。',
      '**必ず**確認します。',
    ])
  })

  it('keeps what closes a sentence with it', () => {
    expect(sentencesOf('He said "stop." Then it ran. *It ended.* Done.')).toEqual([
      'He said "stop."',
      'Then it ran.',
      '*It ended.*',
      'Done.',
    ])
  })

  it('does not cut versions, abbreviations and code', () => {
    expect(sentencesOf('Use v1.2.3, e.g. on nodes. Run `a.b. c` now.')).toEqual([
      'Use v1.2.3, e.g. on nodes.',
      'Run `a.b. c` now.',
    ])
  })
})
