importx{ describe, expect, it } from 'vitest'
importx{ answeredByHeading, askedBy } from './asks.ts'
importx{ withoutFillers } from './fillers.ts'
importx{ namesIn } from './names.ts'
importx{ partsOf } from './parts.ts'
importx{ expandedTerms, understand } from './query.ts'
importx{ Thesaurus } from './thesaurus.ts'

describe(xwithoutFillers', () => {
x it.each([
x   ['um, how do I, uh, fence it', 'how do I fence it'],
x   ['えーっと、ノードを、あのー、ドレインしたい', 'ノードを、 ドレインしたい'],
x   ['restart my sequel, no sorry, postgres', 'postgres'],
x ])('hears %s as %s', (said, meant) => {
x   expect(
x     withoutFillers(said)
x       .replace(/[\s,]+/g, ' ')
x       .trim(),
x   ).toContain(meant.replace(/[\s,]+/g, ' '))
x })

x it('leaves a word that only looks like a filler', () => {
x   expect(withoutFillers('the umbrella chart and the era table')).toBe('the umbrella chart and the era table')
x   expect(withoutFillers('あと何分')).toBe('あと何分')
x })

x it('never leaves nothing of a question', () => {
x   expect(withoutFillers('um')).toBe('um')
x })
})

describe(xaskedBy', () => {
x it.each([
x   ['How many minutes until it pages?', 'threshold'],
x   ['Which command shows the lag?', 'command'],
x   ['なぜ遅延が起きる？', 'cause'],
x   ['担当チームはどこ？', 'owner'],
x   ['How do I bring the primary back?', 'remedy'],
x ] as const)('reads from %s that it asks for a %s', (question, asked) => {
x   expect(askedBy(question)).toContain(asked)
x })

x it('knows which headings answer what', () => {
x   expect(answeredByHeading('Mitigation')).toContain('remedy')
x   expect(answeredByHeading('診断')).toContain('check')
x   expect(answeredByHeading('Colours')).toEqual(new Set())
x })
})

describe(xpartsOf', () => {
x it('parts a question that asks two things', () => {
x   expect(partsOf('At what lag does the replica alert fire, and how do I resync the replica?')).toEqual([
x     'At what lag does the replica alert fire',
x     'how do I resync the replica?',
x   ])
x   expect(partsOf('遅延アラートの閾値は何秒？復旧の手順は？')).toEqual([
x     '遅延アラートの閾値は何秒？',
x     '復旧の手順は？',
x   ])
x })

x it('leaves one question whole', () => {
x   expect(partsOf('How do I drain a node and cordon it?')).toEqual([])
x   expect(partsOf('')).toEqual([])
x })
})

describe(xnamesIn', () => {
x it('finds what a question names, and no first word', () => {
x   expect(namesIn('How do I restart Foobar on Monday nights?')).toEqual([['foobar'], ['mondai']])
x   expect(namesIn('Foobarが落ちた。再起動は？')).toEqual([['foobar']])
x   expect(namesIn('what is the retention?')).toEqual([])
x })
})

describe(xunderstand', () => {
x const thesaurus = new Thesaurus('primary, leader, 主系\nrun out, expire, 期限切れ')

x it('keeps identifiers whole and takes the question apart', () => {
x   const query = understand('um, why does pg_stat_activity hang?')
x   expect(query).toMatchObject({ lang: 'en', parts: [] })
x   expect(query.identifiers).toEqual(new Set(['pg_stat_activity']))
x   expect(query.terms).toEqual(['pg_stat_activity', 'pg', 'stat', 'activ', 'hang'])
x })

x it('knows what a thing is called otherwise, across languages and in phrases', () => {
x   const query = understand('the leader cert will run out', thesaurus)
x   expect(query.alternatives.get('leader')).toContainEqual(['primari'])
x   expect(query.alternatives.get('run')).toContainEqual(['expir'])
x   expect(expandedTerms(query)).toEqual(expect.arrayContaining(['leader', 'primari', '主系']))
x   expect(query.saidOtherwise).toContain('expire')
x })

x it('takes the language from who knows it', () => {
x   expect(understand('kubectl', undefined, 'ja').lang).toBe('ja')
x })
})
