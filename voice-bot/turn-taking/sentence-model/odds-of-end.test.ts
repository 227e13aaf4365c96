import { describe, expect, it } from 'vitest'
import { judgeSentence } from '../completeness.ts'
import { englishSigns } from './english-signs.ts'
import { tagsOf } from './english-tags.ts'
import { japaneseSigns } from './japanese-signs.ts'
import { oddsOfEnd, readWeights } from './odds-of-end.ts'

const odds = (text: string) => judgeSentence(text, 'auto').odds

describe('the odds of a sentence being over', () => {
  it.each([
    ['which shelf holds the spare cables', 'which shelf holds the'],
    ['the invoices from last week are missing', 'the invoices from last week are'],
    ['could someone water the plants by the window', 'could someone water the plants by'],
    ['I painted the fence twice and it peeled off', 'I painted the fence twice and'],
    ['do you remember who lent us the ladder', 'do you remember who lent us'],
    ['put the kettle on the stove', 'put the kettle on'],
    ['庭の花に水をやってください', '庭の花に水を'],
    ['先週の請求書が見つかりません', '先週の請求書が'],
    ['窓は誰が閉めましたか', '窓は誰が'],
    ['棚を二回塗ったのに剥がれました', '棚を二回塗ったのに'],
  ])('are much better for “%s” than for “%s”', (whole, cut) => {
    expect(odds(whole)).toBeGreaterThan(odds(cut) + 1.5)
  })

  it('are sure of a command and of a whole address', () => {
    expect(odds('next')).toBeGreaterThan(3)
    expect(odds('please connect to 10.1.2.3')).toBeGreaterThan(3)
  })

  it('take no longer for somebody who has talked for minutes', () => {
    const long = 'we looked at the meter and then the lamp went out '.repeat(400)
    expect(oddsOfEnd(`${long}because the`, 'open')).toBe(oddsOfEnd(`${long}${long}because the`, 'open'))
  })

  it('are made of weights that are numbers', () => {
    expect(() => readWeights('{"en": {"t noun": "much"}, "ja": {}}')).toThrow('number')
  })
})

describe('the signs', () => {
  it('tell a verb from a name by what stands before it', () => {
    expect(tagsOf(['how', 'do', 'i', 'restart'])).toEqual(['wh', 'do', 'subj', 'verb'])
    expect(tagsOf(['after', 'the', 'restart'])).toEqual(['sub', 'det', 'noun'])
  })

  it('know what a sentence began as, and whether its clause has a verb', () => {
    expect(englishSigns(['so', 'what', 'is', 'the'])).toEqual(expect.arrayContaining(['s what is', 't det', 'w the']))
    expect(englishSigns(['the', 'lamp'])).toContain('c main/no verb')
    expect(englishSigns(['the', 'lamp', 'broke'])).toContain('c main/bare')
  })

  it('are the same for all names in Japanese', () => {
    expect(japaneseSigns('東京のランプを')).toEqual(japaneseSigns('大阪のテレビを'))
    expect(japaneseSigns('ランプはどこ')).toContain('asks topic')
  })
})
