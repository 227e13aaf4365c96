import { namesIn } from '#retrieval/query/names.ts'
import type { Query } from '#retrieval/query/query.ts'
import type { Features, Scored } from './features.ts'

/** From here on something found is taken to be about the question. */
export const relevantFrom = 0.3
/** The longer a question, the less of it any passage covers; between these numbers of terms that is made good. */
const fewestTerms = 8
const mostTerms = 20
/** How far down a passage still speaks for the result. */
const looked = 5

/**
 * A logistic regression over the best passages of answerable and unanswerable questions: samples.jsonl and
 * calibration.jsonl of eval/sets over the sample wiki, and a set over public runbooks, each kind weighing half.
 */
const weights = {
  soft: 1.55,
  coverage: 3.84,
  sureCosine: 8.26,
  titleAsked: 1.91,
  identifiers: -1.6,
  sameLanguage: 0.41,
  asked: 0.55,
  names: -1.12,
  known: 1.48,
  length: 8.59,
  bias: -11.6,
}

/** Where there are no vectors, the share of the question's words that stand together has to do. */
const wordsAlone = { coverage: 9, bias: -5 }

/**
 * How sure we are that what was found is about the question at all, 0..1.
 * @param best The first few of the ranking.
 * @param isKnown Whether a term stands anywhere in the index.
 */
export function relevanceOf(query: Query, best: readonly Scored[], isKnown: (term: string) => boolean): number {
  const top = best.slice(0, looked)
  const first = top[0]?.features
  if (first === undefined || query.terms.length === 0) return 0
  const most = (key: keyof Features) => Math.max(...top.map(({ features }) => features[key]))
  if (most('sureCosine') === 0) return logistic(wordsAlone.bias + wordsAlone.coverage * most('coverage'))
  const known = query.terms.filter(isKnown).length / query.terms.length
  return logistic(
    weights.bias +
      weights.soft * most('soft') +
      weights.coverage * most('coverage') +
      weights.sureCosine * most('sureCosine') +
      weights.titleAsked * most('titleAsked') +
      weights.identifiers * most('identifiers') +
      weights.sameLanguage * first.sameLanguage +
      weights.asked * first.asked +
      weights.names * (Math.min(3, namesIn(query.text).length) / 3) +
      weights.known * known +
      weights.length * (Math.min(mostTerms, Math.max(fewestTerms, query.terms.length)) / mostTerms),
  )
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
