import { describe, expect, it } from 'vitest'
import { understand } from '#retrieval/query/query.ts'
import { Thesaurus } from '#retrieval/query/thesaurus.ts'
import { bm25, idf } from './bm25.ts'
import { withoutCopies } from './copies.ts'
import { featuresOf } from './features.ts'
import { proximity } from './proximity.ts'
import { ranked } from './rank.ts'
import { animalVectors, rankedPassage, storedPassage } from './ranking.fake.ts'
import { relevanceOf, relevantFrom } from './relevance.ts'
import { mergeNeighbours } from './sections.ts'
import { SoftMatch } from './soft-match.ts'
import { WordMatch } from './word-match.ts'

function statisticsOf(frequencies: Record<string, number>, passages = 100) {
  return { passages, frequencies: new Map(Object.entries(frequencies)) }
}

describe('bm25', () => {
  it('counts a rare term more than a common one, and a second occurrence less than the first', () => {
    const weights = new Map([
      ['rare', idf(100, 1)],
      ['common', idf(100, 90)],
    ])
    const score = (term: string, times: number) => bm25(new Map([[term, times]]), weights, 10, 10)
    expect(score('rare', 1)).toBeGreaterThan(score('common', 1))
    expect(score('rare', 2)).toBeGreaterThan(score('rare', 1))
    expect(score('rare', 2)).toBeLessThan(2 * score('rare', 1))
  })

  it('counts the same words less in a longer passage', () => {
    const weights = new Map([['word', 1]])
    expect(bm25(new Map([['word', 1]]), weights, 5, 10)).toBeGreaterThan(bm25(new Map([['word', 1]]), weights, 50, 10))
  })
})

describe('WordMatch', () => {
  const passage = storedPassage({ id: 'a', text: 'The leader is elected again.' })

  it('takes another word for a term in part', () => {
    const query = understand('promote primary', new Thesaurus('primary, leader'))
    const match = new WordMatch(query, statisticsOf({ leader: 3, promot: 3 })).match(passage.terms)
    expect([...match.frequencies.keys()]).toEqual(['primari'])
    expect(match.coverage).toBeGreaterThan(0)
    expect(match.coverage).toBeLessThan(0.5)
  })

  it('covers nothing by words that stand nowhere', () => {
    const query = understand('flux capacitor')
    expect(new WordMatch(query, statisticsOf({})).match(passage.terms)).toMatchObject({ coverage: 0, inTitle: 0 })
  })
})

describe('proximity', () => {
  it('prefers terms that stand together and in order', () => {
    const query = understand('rotate signing key')
    const words = new WordMatch(query, statisticsOf({ rotat: 5, sign: 5, key: 5 }))
    const together = storedPassage({ id: 'a', text: 'Rotate the signing key at night.' })
    const filler = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omicron sigma '
    const apart = storedPassage({ id: 'b', text: `Key. ${filler} Signing. ${filler} Rotate.` })
    const [near, far] = [together, apart].map(({ terms }) => proximity(terms, query.terms, words))
    expect(near?.window).toBeGreaterThan(far?.window ?? 1)
    expect(near?.order).toBe(1)
    expect(far?.order).toBe(0)
  })
})

describe('SoftMatch', () => {
  const soft = new SoftMatch(animalVectors())

  it('lets a similar word stand in for the word asked', () => {
    const [same, similar, other, none] = soft.coverage('cat', ['cat dog', 'feline stone', 'dog stone', ''])
    expect(same).toBe(1)
    expect(similar).toBeGreaterThan(0.8)
    expect(similar).toBeLessThan(1)
    expect([other, none]).toEqual([0, 0])
  })

  it('says how much of a name is spoken of, and nothing of a question without tokens', () => {
    expect(soft.spokenOf('the cat', ['cat', 'cat dog', 'stone'])).toEqual([1, 0.5, 0])
    expect(soft.coverage('', ['cat'])).toEqual([0])
  })
})

describe('withoutCopies', () => {
  const text = 'Stop the writer, wait for the replica to catch up, then promote it with the switchover command at once.'
  const at = (year: number) => new Date(`${year}-01-01T00:00:00Z`)
  const page = (id: string, edited: number, body = text, suspicious = false) =>
    storedPassage({
      id,
      text: body,
      suspicious,
      editedAt: at(edited),
      heading: ['Failover'],
      document: { title: 'Switchover' },
    })

  it('shows the newer of two versions in the place of the better one', () => {
    const shown = withoutCopies([rankedPassage(page('old', 2021), 3), rankedPassage(page('new', 2026), 2)])
    expect(
      shown.map(({ passage, score, copies }) => [passage.id, score, copies.map((copy) => copy.passage.id)]),
    ).toEqual([['new', 3, ['old']]])
  })

  it('never lets a page that gives orders to assistants stand for another', () => {
    const shown = withoutCopies([
      rankedPassage(page('planted', 2026, text, true), 3),
      rankedPassage(page('clean', 2021), 2),
    ])
    expect(shown.map(({ passage }) => passage.id)).toEqual(['clean'])
  })

  it('keeps pages apart that say different things under one name', () => {
    const other = 'Ask the vendor for a new licence file, and upload it in the console before the old one lapses.'
    const shown = withoutCopies([rankedPassage(page('a', 2021), 3), rankedPassage(page('b', 2026, other), 2)])
    expect(shown.map(({ passage }) => passage.id)).toEqual(['a', 'b'])
  })
})

describe('mergeNeighbours', () => {
  const part = (id: string, fromLine: number, toLine: number, heading = ['Steps']) => ({
    ...rankedPassage(storedPassage({ id, documentId: 'doc', text: id, heading, fromLine, toLine }), 1),
    copies: [],
  })

  it('joins passages next to each other in one section, in reading order', () => {
    const [merged, ...rest] = mergeNeighbours([part('second', 5, 8), part('first', 1, 3), part('far', 40, 41)])
    expect(merged?.passage).toMatchObject({ id: 'second', text: 'first\n\nsecond', fromLine: 1, toLine: 8 })
    expect(rest.map(({ passage }) => passage.id)).toEqual(['far'])
  })

  it('does not join across headings', () => {
    expect(mergeNeighbours([part('a', 1, 3), part('b', 5, 6, ['Other'])])).toHaveLength(2)
  })
})

describe('ranked', () => {
  it('moves up what answers the second half of a question', () => {
    const scored = ['first', 'middle', 'second'].map((id, place) =>
      rankedPassage(storedPassage({ id, text: `${id} ${'word '.repeat(place)}` }), 0, {
        words: 1 - place * 0.02,
        soft: 0.5,
      }),
    )
    const secondHalf = (passages: readonly { id: string }[]) =>
      scored.flatMap((one) =>
        passages.some(({ id }) => id === one.passage.id)
          ? [{ ...one, features: { ...one.features, words: one.passage.id === 'second' ? 1 : 0 } }]
          : [],
      )
    const order = (parts: Parameters<typeof ranked>[1]) => ranked(scored, parts, 10).map(({ passage }) => passage.id)
    expect(order([])).toEqual(['first', 'middle', 'second'])
    expect(order([secondHalf])[0]).toBe('second')
  })
})

describe('relevanceOf', () => {
  const found = (features: Parameters<typeof rankedPassage>[2]) => [
    rankedPassage(storedPassage({ id: 'a', text: 'x' }), 1, features),
  ]
  const query = understand('how do I rotate the signing key of the gateway')

  it('believes a passage that covers the question, and not one that hardly does', () => {
    const good = relevanceOf(query, found({ soft: 0.9, coverage: 0.9, sureCosine: 0.6, cosine: 0.6 }), () => true)
    const bad = relevanceOf(query, found({ soft: 0.3, coverage: 0.1, sureCosine: 0.1, cosine: 0.1 }), () => false)
    expect(good).toBeGreaterThan(relevantFrom)
    expect(bad).toBeLessThan(relevantFrom)
    expect(relevanceOf(query, [], () => true)).toBe(0)
  })

  it('goes by words where there are no vectors', () => {
    expect(relevanceOf(query, found({ coverage: 0.9 }), () => true)).toBeGreaterThan(relevantFrom)
    expect(relevanceOf(query, found({ coverage: 0.2 }), () => true)).toBeLessThan(relevantFrom)
  })
})

describe('featuresOf', () => {
  it('measures a passage in the other language by what it means', () => {
    const japanese = storedPassage({ id: 'ja', text: '署名鍵を更新する', lang: 'ja', embedding: Float32Array.of(1, 0) })
    const english = storedPassage({ id: 'en', text: 'unrelated stone', embedding: Float32Array.of(0, 1) })
    const query = understand('rotate the signing key')
    const scored = featuresOf(
      query,
      [japanese, english],
      statisticsOf({}),
      { question: Float32Array.of(1, 0), otherwise: Float32Array.of(1, 0) },
      undefined,
    )
    const [ja, en] = ['ja', 'en'].map((id) => scored.find(({ passage }) => passage.id === id)?.features)
    expect(ja?.words).toBeGreaterThan(0)
    expect(en?.words).toBe(0)
  })
})
