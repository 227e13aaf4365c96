import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import { identifiersOf, termsOf } from '#knowledge/terms/terms.ts'
import { type Asked, askedBy } from './asks.ts'
import { withoutFillers } from './fillers.ts'
import { partsOf } from './parts.ts'
import type { Alternatives, Thesaurus } from './thesaurus.ts'

/** A question, taken apart for searching. */
export interface Query {
  /** As it was asked, fillers cut out. */
  text: string
  lang: Lang
  /** The questions in it, when there are several; else []. */
  parts: readonly string[]
  /** Distinct, in order of first appearance. */
  terms: readonly string[]
  /** Those terms that name something whole: a flag, a path, a metric. */
  identifiers: ReadonlySet<string>
  /** Other words for a term, from the thesaurus. */
  alternatives: ReadonlyMap<string, Alternatives>
  /** Those other words as text; '' when there are none. */
  saidOtherwise: string
  asked: ReadonlySet<Asked>
}

/** @param lang Of the question, where somebody knows it; else it is read from the text. */
export function understand(text: string, thesaurus?: Thesaurus, lang?: Lang): Query {
  const meant = withoutFillers(text)
  const other = thesaurus?.read(meant)
  const terms = [...new Set([...termsOf(meant), ...(other?.alternatives.keys() ?? [])])]
  return {
    text: meant,
    parts: partsOf(meant),
    lang: lang ?? detectLang(meant),
    terms,
    identifiers: new Set(identifiersOf(meant)),
    alternatives: other?.alternatives ?? new Map(),
    saidOtherwise: other?.said ?? '',
    asked: askedBy(meant),
  }
}

/** Words that stand for those of the question's terms that stand nowhere: how rare a term is, its other words must tell. */
export function wordsForUnknown(query: Query, isKnown: (term: string) => boolean): string[] {
  const words = new Set<string>()
  for (const [term, alternatives] of query.alternatives)
    if (!isKnown(term)) for (const alternative of alternatives) for (const word of alternative) words.add(word)
  return [...words]
}
