import { describe, expect, it } from 'vitest'
import { answeredByHeading, askedBy } from './asks.ts'
import { withoutFillers } from './fillers.ts'
import { namesIn } from './names.ts'
import { partsOf } from './parts.ts'
import { understand, wordsForUnknown } from './query.ts'
import { Thesaurus } from './thesaurus.ts'

describe('withoutFillers', () => {
  it.each([
    ['um, how do I, uh, fence it', 'how do I, fence it'],
    ['えーっと、ノードを、あのー、ドレインしたい', 'ノードを、 ドレインしたい'],
    ['restart my sequel, no sorry, postgres', 'postgres'],
  ])('hears %s as %s', (said, meant) => {
    expect(withoutFillers(said)).toBe(meant)
  })

  it('leaves a word that only looks like a filler', () => {
    expect(withoutFillers('the umbrella chart and the era table')).toBe('the umbrella chart and the era table')
    expect(withoutFillers('あと何分')).toBe('あと何分')
  })

  it('never leaves nothing of a question', () => {
    expect(withoutFillers('um')).toBe('um')
  })
})

describe('askedBy', () => {
  it.each([
    ['How many minutes until it pages?', 'threshold'],
    ['Which command shows the lag?', 'command'],
    ['なぜ遅延が起きる？', 'cause'],
    ['担当チームはどこ？', 'owner'],
    ['How do I bring the primary back?', 'remedy'],
  ] as const)('reads from %s that it asks for a %s', (question, asked) => {
    expect(askedBy(question)).toContain(asked)
  })

  it('knows which headings answer what', () => {
    expect(answeredByHeading('Mitigation')).toContain('remedy')
    expect(answeredByHeading('診断')).toContain('check')
    expect(answeredByHeading('Colours')).toEqual(new Set())
  })
})

describe('partsOf', () => {
  it('parts a question that asks two things', () => {
    expect(partsOf('At what lag does the replica alert fire, and how do I resync the replica?')).toEqual([
      'At what lag does the replica alert fire',
      'how do I resync the replica?',
    ])
    expect(partsOf('遅延アラートの閾値は何秒？復旧の手順は？')).toEqual([
      '遅延アラートの閾値は何秒？',
      '復旧の手順は？',
    ])
  })

  it('leaves one question whole', () => {
    expect(partsOf('How do I drain a node and cordon it?')).toEqual([])
    expect(partsOf('')).toEqual([])
  })
})

describe('namesIn', () => {
  it('finds what a question names, and no first word', () => {
    expect(namesIn('How do I restart Foobar on Monday nights?')).toEqual([['foobar'], ['mondai']])
    expect(namesIn('Foobarが落ちた。再起動は？')).toEqual([['foobar']])
    expect(namesIn('what is the retention?')).toEqual([])
  })
})

describe('understand', () => {
  const thesaurus = new Thesaurus('primary, leader, 主系\nrun out, expire, 期限切れ')

  it('keeps identifiers whole and takes the question apart', () => {
    const query = understand('um, why does pg_stat_activity hang?')
    expect(query).toMatchObject({ lang: 'en', parts: [] })
    expect(query.identifiers).toEqual(new Set(['pg_stat_activity']))
    expect(query.terms).toEqual(['pg_stat_activity', 'pg', 'stat', 'activ', 'hang'])
  })

  it('knows what a thing is called otherwise, across languages and in phrases', () => {
    const query = understand('the leader cert will run out', thesaurus)
    expect(query.alternatives.get('leader')).toContainEqual(['primari'])
    expect(query.alternatives.get('run')).toContainEqual(['expir'])
    expect(wordsForUnknown(query, () => false)).toEqual(expect.arrayContaining(['primari', '主系']))
    expect(wordsForUnknown(query, () => true)).toEqual([])
    expect(query.saidOtherwise).toContain('expire')
  })

  it('takes the language from who knows it', () => {
    expect(understand('kubectl', undefined, 'ja').lang).toBe('ja')
  })
})
