import { describe, expect, it } from 'vitest'
import { sharedContentWords } from './content-words.ts'

describe('words that two texts share', () => {
  it('are the same in another form', () => {
    expect(sharedContentWords('How are replicas rebuilt?', 'Rebuild the replica')).toEqual(['replica'])
    expect(sharedContentWords('scaling the consumers', 'scale up one consumer')).toEqual(['scal', 'consum'])
    expect(sharedContentWords('the leader', 'LedgerDbLeaderLost')).toEqual(['lead'])
  })

  it('are not those that say nothing', () => {
    expect(sharedContentWords('What do I do with this one?', 'This is what I do about one of these')).toEqual([])
    expect(sharedContentWords('何分で次の人が呼ばれる？', '三十の方を見て、次に入る')).toEqual([])
  })

  it('stand inside longer runs of kanji, and alone', () => {
    expect(sharedContentWords('保持の期間', 'ログ保持期間')).toEqual(['保持', '期間'])
    expect(sharedContentWords('古いファイルを消す', '消してもファイルが残る')).toEqual(['ファイル', '消'])
  })

  it('are numbers and the parts of an identifier too', () => {
    expect(sharedContentWords('exit 137', 'code 137 was seen')).toEqual(['137'])
    expect(sharedContentWords('evicted keys', 'redis_evicted_keys_total')).toEqual(['evict', 'key'])
  })
})
