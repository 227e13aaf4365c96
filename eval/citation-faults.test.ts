import { describe, expect, it } from 'vitest'
import type { Citation } from '#knowledge/answer.ts'
import { fakeDocument, fakePassage } from '#knowledge/passage.fake.ts'
import { citationFaults } from './citation-faults.ts'
import { passageTextAround, wholeText } from './cited-text.ts'

const document = fakeDocument({ id: 'redis' })
const at = new Date('2026-01-01T00:00:00Z')
const passages = [
  fakePassage({ id: 'a', heading: ['Failover'], text: 'Promote the replica. Tell the team.', fromLine: 3, toLine: 3 }),
  fakePassage({ id: 'b', heading: ['Failover'], text: 'redis-cli failover', fromLine: 5, toLine: 5 }),
  fakePassage({ id: 'c', heading: ['Backup'], text: 'Nightly.', fromLine: 8, toLine: 8 }),
]
const cite = (n: number, quote: string, passageId = 'a'): Citation => ({
  n,
  quote,
  passageId,
  heading: ['Failover'],
  document,
  freshness: {
    state: 'fresh',
    editedAt: at,
    documentEditedAt: at,
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
  },
})
const faults = (answer: string, citations: Citation[], abstained = false) =>
  citationFaults({ answer, citations, abstained }, new Map([['redis', passages]]))

describe('citationFaults', () => {
  it('finds none in an answer that quotes and cites', () => {
    expect(faults('*Redis* (2 days old):\n\nPromote the replica. [1]', [cite(1, 'Promote the replica.')])).toEqual([])
  })

  it('finds none in a quote that reaches over two passages of a section', () => {
    const quote = 'Tell the team.\n\nredis-cli failover'
    const answer = 'Tell the team. [1]\n\n```sh\nredis-cli failover\n```\n\n[1]'
    expect(faults(answer, [cite(1, quote)])).toEqual([])
  })

  it.each([
    ['a made-up quote', 'Promote. [1]', [cite(1, 'Promote it now.')], 'The quote of [1] is not in its document.'],
    ['an unknown passage', 'Promote. [1]', [cite(1, 'Promote the replica.', 'z')], 'names a passage'],
    ['a blank quote', 'Promote. [1]', [cite(1, ' ')], '[1] quotes nothing.'],
    ['a number without citation', 'Promote. [1] Wait. [2]', [cite(1, 'Promote the replica.')], '[2] stands in'],
    [
      'a citation without number',
      'Promote. [1]',
      [cite(1, 'Nightly.', 'c'), cite(2, 'Nightly.', 'c')],
      '[2] is a citation',
    ],
    [
      'a statement without number',
      'Promote. [1]\n\nThen reboot.',
      [cite(1, 'Promote the replica.')],
      'No citation: Then',
    ],
    ['code from nowhere', 'Promote. [1]\n\n```\nreboot\n```', [cite(1, 'Promote the replica.')], 'No citation: reboot'],
    ['no citation at all', 'Promote.', [], 'The answer cites nothing.'],
  ])('finds %s', (_, answer, citations, expected) => {
    const found = faults(answer, citations)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(expected)
  })

  it('lets the number at the end of a line stand for all that it quotes, and for nothing else', () => {
    const citation = cite(1, 'Promote the replica. Tell the team.')
    expect(faults('Promote the replica. Tell the team. [1]', [citation])).toEqual([])
    expect(faults('Reboot it. Tell the team. [1]', [citation])).toEqual(['No citation: Reboot it.'])
  })

  it('takes a caution for one about the source whose number follows', () => {
    const answer = '⚠ This is 3 years old. Check before you act on it. [1]\n\nPromote the replica. [1]'
    expect(faults(answer, [cite(1, 'Promote the replica.')])).toEqual([])
    expect(faults(`⚠ Old.\n\n${answer}`, [cite(1, 'Promote the replica.')])).toEqual(['No citation: ⚠ Old.'])
  })

  it('asks no citation of an abstention', () => {
    expect(faults('No document says that.', [], true)).toEqual([])
  })

  it('takes a bracketed number in code for code', () => {
    expect(faults('Promote `items[7]`. [1]', [cite(1, 'Promote the replica.')])).toEqual([])
  })
})

describe('cited text', () => {
  it('keeps the distance between passages', () => {
    expect(wholeText(passages)).toBe('Promote the replica. Tell the team.\n\nredis-cli failover\n\n\nNightly.')
  })

  it('takes in the neighbours under the same heading', () => {
    expect(passageTextAround('b', passages)).toBe('Promote the replica. Tell the team.\n\nredis-cli failover')
    expect(passageTextAround('c', passages)).toBe('Nightly.')
    expect(passageTextAround('z', passages)).toBeUndefined()
  })
})
