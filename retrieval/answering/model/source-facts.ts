import type { RankedPassage } from '#knowledge/answer.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { trustedText, type Unit, unitsOf } from '../units.ts'
import { ValueSource } from '../values.ts'

export interface QuotableUnit {
  unit: Unit
  terms: ReadonlySet<string>
}

/** What a source holds, in the forms in which statements are held against it. */
export interface SourceFacts {
  /** NFKC and in small letters: where names are looked for. */
  held: string
  values: ValueSource
  units: readonly QuotableUnit[]
  terms: ReadonlySet<string>
}

export function factsOf({ passage, document }: RankedPassage): SourceFacts {
  const text = [trustedText(passage), document.title, ...passage.heading].join('\n')
  return {
    held: text.normalize('NFKC').toLowerCase(),
    values: new ValueSource([text]),
    units: unitsOf(passage).map((unit) => ({ unit, terms: new Set(termsOf(unit.shown)) })),
    terms: new Set(termsOf(text)),
  }
}
