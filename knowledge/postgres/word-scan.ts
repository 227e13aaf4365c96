import { bm25, inverseFrequency, weighTerms } from '#knowledge/field-weights.ts'
import {
  type Candidate,
  candidatesOneByOne,
  type PassageFilter,
  type PassageIndex,
  type TermStatistics,
} from '#knowledge/passage-index.ts'
import { betweenItems, betweenLists, numberOf, termsFrom, textOf } from './columns.ts'
import type { Connection } from './connection.ts'
import { Conditions, passagesWithDocuments } from './postgres-documents.ts'

/** So many passages that hold the most of the terms are weighed; a read's time limit bounds the rest. */
const weighedAtMost = 1000

/** A question has some twenty; each is looked for in every passage. */
const termsAtMost = 40

/**
 * Searches by reading the terms of every passage, by words alone: for as long as the index is out of reach. 50,000
 * passages of 100 terms took 4 s on two cores that had much else to do.
 */
export function scanningWords(connection: Connection): Omit<PassageIndex, 'load' | keyof AsyncDisposable> {
  const statistics = async (terms: readonly string[], signal: AbortSignal): Promise<TermStatistics> => {
    const distinct = [...new Set(terms)].slice(0, termsAtMost)
    const counts = distinct.map((_, at) => `, count(*) FILTER (WHERE strpos(words, $${at + 1}) > 0)`)
    const sql = `
      WITH read AS MATERIALIZED (SELECT ${words} AS words FROM nightdesk_passages AS passage)
      SELECT count(*) ${counts.join('')} FROM read`
    const [[passages, ...held] = []] = await connection.read(sql, distinct.map(enclosed), signal)
    const frequencies = distinct.flatMap((term, at): [string, number][] => {
      const count = numberOf(held[at])
      return count === 0 ? [] : [[term, count]]
    })
    return { passages: numberOf(passages), frequencies: new Map(frequencies) }
  }

  const matching = async (
    terms: readonly string[],
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> => {
    const { passages, frequencies } = await statistics(terms, signal)
    if (frequencies.size === 0 || limit === 0) return []
    const rows = await connection.read(...rowsHolding([...frequencies.keys()], filter), signal)
    const weighed = rows.map(([id, text]) => ({ passageId: textOf(id), ...weighTerms(termsFrom(textOf(text))) }))
    const averageLength = weighed.reduce((sum, { length }) => sum + length, 0) / Math.max(1, weighed.length)
    const scored = weighed.map(({ passageId, counts, length }) => {
      const damping = bm25.k1 * (1 - bm25.b + (bm25.b * length) / Math.max(1, averageLength))
      let score = 0
      for (const [term, frequency] of frequencies) {
        const count = counts.get(term) ?? 0
        score += (inverseFrequency(frequency, passages) * count * (bm25.k1 + 1)) / (count + damping)
      }
      return { passageId, score }
    })
    return scored.toSorted((one, other) => other.score - one.score).slice(0, limit)
  }

  const nearest = async (): Promise<Candidate[]> => []
  return {
    matching,
    nearest,
    candidates: (ask, filter, signal) => candidatesOneByOne({ matching, nearest }, ask, filter, signal),
    statistics,
  }
}

function rowsHolding(terms: readonly string[], filter: PassageFilter): [string, unknown[]] {
  const where = new Conditions()
  where.addAudience(filter.principal)
  if (filter.sources !== undefined) where.add('passage.source = ANY(?::text[])', filter.sources)
  if (filter.lang !== undefined) where.add('passage.lang = ?', filter.lang)
  const held = terms.map((term) => `CASE WHEN strpos(words, ${where.next(enclosed(term))}) > 0 THEN 1 ELSE 0 END`)
  const sql = `
    WITH read AS MATERIALIZED (SELECT passage.id, passage.terms, ${words} AS words FROM ${passagesWithDocuments} ${where.sql}),
      counted AS MATERIALIZED (SELECT id, terms, ${held.join(' + ')} AS held FROM read)
    SELECT id, terms FROM counted WHERE held > 0 ORDER BY held DESC LIMIT ${where.next(weighedAtMost)}`
  return [sql, where.values]
}

/** A passage's terms, each with a mark before and after it, so that one is found letter for letter. */
const words = `'${betweenItems}' || replace(passage.terms, '${betweenLists}', '${betweenItems}') || '${betweenItems}'`

function enclosed(term: string): string {
  return `${betweenItems}${term}${betweenItems}`
}
