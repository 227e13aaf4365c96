import { describe, expect, it } from 'vitest'
import { parseQuestionSet } from './question-set.ts'
import { goldDocumentsCovered, goldsCovered, isInSection, type PlacedText } from './section-match.ts'

const text = (given: Partial<PlacedText>): PlacedText => ({
  path: 'db/failover.md',
  url: 'file:///wiki/db/failover.md',
  title: 'Failover',
  heading: ['Mitigation'],
  text: 'promote the replica',
  ...given,
})
const section = (heading: string, path = 'db/failover.md') => ({ path, heading })

describe('isInSection', () => {
  it('takes in everything below the heading', () => {
    expect(isInSection(text({ heading: ['Mitigation', 'By hand'] }), section('Mitigation'))).toBe(true)
    expect(isInSection(text({ heading: ['Impact'] }), section('Mitigation'))).toBe(false)
    expect(isInSection(text({ path: 'db/backup.md', url: '' }), section('Mitigation'))).toBe(false)
  })

  it('does not take a parent for the section below it', () => {
    expect(isInSection(text({ heading: ['Mitigation'] }), section('By hand'))).toBe(false)
  })

  it.each([
    ['Use `kubectl drain`  to remove a node', 'Use kubectl drain to remove a node'],
    ['Debugging {#debugging-pods}', 'debugging'],
    ['Space *quota* ##', 'Space quota'],
    ['[Fencing](./fencing.md)', 'Fencing'],
    ['{{% heading "prerequisites" %}}', 'prerequisites'],
    ['<a id="x"></a>Ｒｅｄｉｓ', 'redis'],
  ])('sees past markup, anchors, letter case and width: %s', (gold, found) => {
    expect(isInSection(text({ heading: [found] }), section(gold))).toBe(true)
  })

  it('lets a heading that is the title stand for the whole page, or for its preface alone where told so', () => {
    expect(isInSection(text({ heading: ['Failover'] }), section('Failover'))).toBe(true)
    expect(isInSection(text({}), section('Failover'))).toBe(true)
    expect(isInSection(text({ heading: ['Failover'] }), section('Failover'), 'preface')).toBe(true)
    expect(isInSection(text({}), section('Failover'), 'preface')).toBe(false)
  })

  it('counts merged text for a section when at least half of it lies inside', () => {
    const merged = (impact: string) =>
      text({ heading: ['Impact'], text: `${impact}\n\n## Mitigation\n\nfail over by hand` })
    expect(isInSection(merged('none'), section('Mitigation'))).toBe(true)
    expect(isInSection(merged('none'), section('Impact'))).toBe(false)
    expect(isInSection(merged('every write fails until a replica is promoted'), section('Mitigation'))).toBe(false)
    expect(isInSection(merged('every write fails until a replica is promoted'), section('Impact'))).toBe(true)
  })

  it('does not take a comment in a code block for a heading', () => {
    const code = text({ text: '```sh\n# Impact\nkubectl delete pod redis-0\nkubectl get pods\n```' })
    expect(isInSection(code, section('Mitigation'))).toBe(true)
  })

  it('knows a document whose source has its root deeper than the question set, by its address', () => {
    const deeper = text({ path: 'failover.md', url: 'file:///srv/wiki/db/failover.md' })
    expect(isInSection(deeper, section('Mitigation'))).toBe(true)
    expect(isInSection({ ...deeper, url: 'file:///srv/wiki/cache/failover.md' }, section('Mitigation'))).toBe(false)
    const elsewhere = text({ path: 'old/README.md', url: 'file:///srv/wiki/old/README.md' })
    expect(isInSection(elsewhere, section('Mitigation', 'README.md'))).toBe(false)
  })
})

describe('gold sections', () => {
  const [question] = parseQuestionSet(
    'set',
    JSON.stringify({
      id: 'q',
      lang: 'en',
      kind: 'single',
      question: '?',
      gold: [section('Mitigation')],
      alternates: [section('Promotion', 'db/replicas.md')],
    }),
  ).questions
  if (question === undefined) throw new Error('no question')

  it('are found by an alternate too', () => {
    const alternate = text({ path: 'db/replicas.md', heading: ['Promotion'] })
    expect(goldsCovered(text({}), question)).toEqual([0])
    expect(goldsCovered(alternate, question)).toEqual([0])
    expect(goldsCovered(text({ heading: ['Impact'] }), question)).toEqual([])
    expect(goldDocumentsCovered(alternate, question)).toEqual([0])
    expect(goldDocumentsCovered(text({ heading: ['Impact'] }), question)).toEqual([0])
  })
})
