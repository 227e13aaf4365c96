import { describe, expect, it } from 'vitest'
import { ageInWords, agoInWords } from './age.ts'
import { durationMs } from './durations.ts'
import { freshnessRules } from './rules.ts'
import { type FreshnessFacts, freshnessOf } from './state.ts'

const now = new Date('2026-06-01T12:00:00Z')
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

function facts(editedDaysAgo: number, more: Partial<FreshnessFacts> = {}): FreshnessFacts {
  const editedAt = daysAgo(editedDaysAgo)
  return {
    passageEditedAt: editedAt,
    document: { source: 'wiki', path: 'runbooks/redis.md', editedAt },
    rules: freshnessRules({}),
    now,
    ...more,
  }
}

describe('freshnessOf', () => {
  it.each([
    [1, 'fresh'],
    [180, 'fresh'],
    [181, 'aging'],
    [365, 'aging'],
    [366, 'stale'],
  ])('calls a passage edited %d days ago %s', (days, state) => {
    expect(freshnessOf(facts(days)).state).toBe(state)
  })

  it('counts the age of the passage, not of its document', () => {
    const old = facts(700)
    const freshness = freshnessOf({ ...old, document: { ...old.document, editedAt: daysAgo(2) } })
    expect(freshness.state).toBe('stale')
    expect(freshness.documentEditedAt).toEqual(daysAgo(2))
  })

  it('takes the word of somebody who verified it after the last edit', () => {
    const verification = { documentId: 'd', by: 'alice', at: daysAgo(10) }
    const freshness = freshnessOf(facts(900, { verification }))
    expect(freshness).toMatchObject({ state: 'verified', verifiedBy: 'alice', verifiedAt: daysAgo(10) })
    expect(freshness.reasons.join(' ')).toContain('Reviewed by alice on 2026-05-22')
    expect(freshness.reviewDueAt).toEqual(new Date(daysAgo(10).getTime() + durationMs('180d')))
  })

  it('does not let a verification cover what was edited after it', () => {
    const verification = { documentId: 'd', by: 'alice', at: daysAgo(10) }
    const freshness = freshnessOf(facts(5, { verification }))
    expect(freshness.state).toBe('fresh')
    expect(freshness.reasons.join(' ')).toContain('after its last review')
  })

  it.each([
    [179, 'verified'],
    [200, 'aging'],
    [400, 'stale'],
  ])('lets a verification of %d days ago run out: %s', (days, state) => {
    const verification = { documentId: 'd', by: 'alice', at: daysAgo(days) }
    expect(freshnessOf(facts(900, { verification })).state).toBe(state)
  })

  it('takes a review date in the front matter as the whole day, since the edit that writes it comes later', () => {
    const editedAt = new Date('2026-05-20T15:00:00Z')
    const document = { source: 'wiki', path: 'a.md', editedAt, reviewedAt: new Date('2026-05-20'), reviewedBy: 'bob' }
    expect(freshnessOf(facts(0, { document, passageEditedAt: editedAt }))).toMatchObject({
      state: 'verified',
      verifiedBy: 'bob',
    })
  })

  it('does not believe a review that lies in the future', () => {
    const base = facts(400)
    const document = { ...base.document, reviewedAt: new Date('2027-01-01') }
    expect(freshnessOf({ ...base, document }).state).toBe('stale')
  })

  it.each([
    ['a rule', { rules: freshnessRules({ rules: [{ match: 'runbooks/**', evergreen: 'history' }] }) }],
    ['a rule with the source', { rules: freshnessRules({ rules: [{ match: 'wiki/**', evergreen: 'history' }] }) }],
    ['its verification', { verification: { documentId: 'd', by: 'a', at: daysAgo(2000), evergreenReason: 'history' } }],
    [
      'its front matter',
      { document: { source: 'w', path: 'a.md', editedAt: daysAgo(2000), evergreenReason: 'history' } },
    ],
  ])('keeps what %s calls evergreen for ever', (_, more) => {
    const freshness = freshnessOf(facts(2000, more))
    expect(freshness.state).toBe('evergreen')
    expect(freshness.reasons.join(' ')).toContain('history')
    expect(freshness.reviewDueAt).toBeUndefined()
  })

  it('lets the last rule that matches decide how often a review is due', () => {
    const rules = freshnessRules({
      review_every: '30d',
      rules: [
        { match: '**', review_every: '10d' },
        { match: 'runbooks/*.md', review_every: '400d' },
      ],
    })
    expect(freshnessOf(facts(390, { rules })).state).toBe('fresh')
    expect(freshnessOf(facts(401, { rules })).state).toBe('stale')
  })
})

describe('durationMs', () => {
  it.each([
    ['180d', 180],
    ['26w', 182],
    ['6m', 180],
    ['1y', 365],
  ])('reads %s', (text, days) => {
    expect(durationMs(text)).toBe(days * 86_400_000)
  })

  it.each(['', '0d', '-3d', '180', 'soon', '1.5d'])('refuses "%s"', (text) => {
    expect(() => durationMs(text)).toThrow(RangeError)
  })
})

describe('ageInWords', () => {
  it.each([
    [0.0001, 'edited just now', 'たった今更新'],
    [0.5, 'edited 12 hours ago', '12時間前に更新'],
    [1, 'edited 1 day ago', '1日前に更新'],
    [13, 'edited 13 days ago', '13日前に更新'],
    [20, 'edited 2 weeks ago', '2週間前に更新'],
    [400, 'edited 13 months ago', '13か月前に更新'],
    [1100, 'edited 3 years ago', '3年前に更新'],
    [-5, 'edited just now', 'たった今更新'],
  ])('says %d days as people do', (days, en, ja) => {
    expect(ageInWords(daysAgo(days), now, 'en')).toBe(en)
    expect(ageInWords(daysAgo(days), now, 'ja')).toBe(ja)
  })

  it('says the bare age too', () => {
    expect(agoInWords(daysAgo(90), now, 'ja')).toBe('2か月前')
  })
})
