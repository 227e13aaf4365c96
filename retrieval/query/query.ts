import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import { identifiersOf, termsOf } from '#knowledge/terms/terms.ts'
import { type Asked, askedBy } from './asks.ts'
import { withoutFillers } from './fillers.ts'
import { partsOf } from './parts.ts'

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
  asked: ReadonlySet<Asked>
}

export function understand(text: string): Query {
  const meant = withoutFillers(text)
  const terms = [...new Set(termsOf(meant))]
  return {
    text: meant,
    parts: partsOf(meant),
    lang: detectLang(meant),
    terms,
    identifiers: new Set(identifiersOf(meant)),
    asked: askedBy(meant),
  }
}
