import { type PassageTerms, termFields } from '#knowledge/passage.ts'
import type { TermStatistics } from '#knowledge/passage-index.ts'
import type { Query } from '#retrieval/query/query.ts'
import { fieldWeights, idf } from './bm25.ts'

/** What another word for a term counts, beside the term itself. */
const alternativeShare = 0.6
/** A whole name tells more than its rarity. */
const identifierFactor = 1.2
/** A word that stands nowhere counts against coverage, though less than a rare one. */
const unknownFactor = 0.5

export interface MatchedWords {
  /** Weighted by field, by question term; other words for a term count in part. */
  frequencies: Map<string, number>
  /** Shares of the question's weight, 0..1. */
  coverage: number
  inTitle: number
  inHeading: number
}

interface Counted {
  weighted: number
  title: boolean
  heading: boolean
}

/** How a question's words stand in passages, its terms weighted by their rarity in the index. */
export class WordMatch {
  readonly weights: ReadonlyMap<string, number>
  /** The question term that a word stands for; itself, or the one that it is another word for. */
  readonly meant: ReadonlyMap<string, string>
  readonly #alternatives: Query['alternatives']
  readonly #total: number
  readonly #wanted = new Set<string>()

  constructor(query: Query, statistics: TermStatistics) {
    this.#alternatives = query.alternatives
    this.weights = termWeights(query, statistics)
    const unknown = idf(statistics.passages, 0) * unknownFactor
    this.#total = query.terms.reduce((sum, term) => sum + (this.weights.get(term) ?? unknown), 0)
    const meant = new Map<string, string>()
    for (const term of this.weights.keys()) {
      this.#wanted.add(term)
      for (const words of query.alternatives.get(term) ?? []) {
        const [word] = words
        for (const each of words) this.#wanted.add(each)
        if (words.length === 1 && word !== undefined) meant.set(word, term)
      }
    }
    for (const term of this.weights.keys()) meant.set(term, term)
    this.meant = meant
  }

  match(terms: PassageTerms): MatchedWords {
    const counted = this.#count(terms)
    const matched: MatchedWords = { frequencies: new Map(), coverage: 0, inTitle: 0, inHeading: 0 }
    for (const [term, weight] of this.weights) {
      const direct = counted.get(term)
      const other =
        direct?.weighted !== undefined && direct.title && direct.heading ? undefined : this.#best(term, counted)
      const frequency = Math.max(direct?.weighted ?? 0, alternativeShare * (other?.weighted ?? 0))
      if (frequency === 0) continue
      matched.frequencies.set(term, frequency)
      matched.coverage += weight * (direct === undefined ? alternativeShare : 1)
      matched.inTitle += weight * shareOf(direct?.title, other?.title)
      matched.inHeading += weight * shareOf(direct?.heading, other?.heading)
    }
    if (this.#total > 0) for (const key of ['coverage', 'inTitle', 'inHeading'] as const) matched[key] /= this.#total
    return matched
  }

  #count(terms: PassageTerms): Map<string, Counted> {
    const counted = new Map<string, Counted>()
    for (const field of termFields) {
      for (const term of terms[field]) {
        if (!this.#wanted.has(term)) continue
        const count = counted.get(term) ?? { weighted: 0, title: false, heading: false }
        count.weighted += fieldWeights[field]
        if (field === 'title') count.title = true
        if (field === 'heading') count.heading = true
        counted.set(term, count)
      }
    }
    return counted
  }

  /** The alternative that stands in the passage most often, with all of its words. */
  #best(term: string, counted: ReadonlyMap<string, Counted>): Counted | undefined {
    let best: Counted | undefined
    for (const words of this.#alternatives.get(term) ?? []) {
      const all = together(words, counted)
      if (all !== undefined && (best === undefined || all.weighted > best.weighted)) best = all
    }
    return best
  }
}

function together(words: readonly string[], counted: ReadonlyMap<string, Counted>): Counted | undefined {
  const all: Counted = { weighted: Number.POSITIVE_INFINITY, title: true, heading: true }
  for (const word of words) {
    const count = counted.get(word)
    if (count === undefined) return undefined
    all.weighted = Math.min(all.weighted, count.weighted)
    all.title &&= count.title
    all.heading &&= count.heading
  }
  return all
}

function shareOf(direct: boolean | undefined, other: boolean | undefined): number {
  if (direct === true) return 1
  return other === true ? alternativeShare : 0
}

function termWeights(query: Query, { passages, frequencies }: TermStatistics): Map<string, number> {
  const weights = new Map<string, number>()
  for (const term of query.terms) {
    const frequency = frequencies.get(term) ?? mostFrequent(query.alternatives.get(term) ?? [], frequencies)
    if (frequency > 0)
      weights.set(term, idf(passages, frequency) * (query.identifiers.has(term) ? identifierFactor : 1))
  }
  return weights
}

function mostFrequent(alternatives: readonly (readonly string[])[], frequencies: ReadonlyMap<string, number>): number {
  let most = 0
  for (const words of alternatives) most = Math.max(most, Math.min(...words.map((word) => frequencies.get(word) ?? 0)))
  return most
}
