import type { Schemas } from '@qdrant/js-client-rest'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { everybodysAudience, payloadFields } from './points.ts'

type Filter = Schemas['Filter']

/** What a search may find, or `'nothing'`. */
export function filterOf({ principal, sources, lang }: PassageFilter): Filter | 'nothing' {
  if (sources?.length === 0) return 'nothing'
  const must: Schemas['Condition'][] = []
  if (principal.audiences !== 'all') {
    const any = [...new Set([everybodysAudience, ...principal.audiences])]
    must.push({ key: payloadFields.audience, match: { any } })
  }
  if (sources !== undefined) must.push({ key: payloadFields.source, match: { any: [...new Set(sources)] } })
  if (lang !== undefined) must.push({ key: payloadFields.lang, match: { value: lang } })
  return { must }
}

/** Every version of these entries. */
export function entriesFilter(source: string, entries: readonly string[]): Filter {
  return {
    must: [
      { key: payloadFields.source, match: { value: source } },
      { key: payloadFields.entry, match: { any: [...new Set(entries)] } },
    ],
  }
}

export function termFilter(id: number): Filter {
  return { must: [{ key: payloadFields.terms, match: { value: id } }] }
}
