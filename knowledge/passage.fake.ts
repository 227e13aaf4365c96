import type { Document } from './document.ts'
import type { EntryContent } from './document-store.ts'
import type { IndexedPassage, PassageTerms } from './passage.ts'

/** Terms for tests: lower-cased words, whatever stands between spaces. The real thing is far cleverer. */
function plainTerms(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** A document for tests; what isn't said is made up from the id. */
export function fakeDocument(given: Partial<Document> & { id: string }): Document {
  return {
    source: 'wiki',
    entry: `${given.id}.md`,
    kind: 'page',
    path: `${given.id}.md`,
    url: `https://wiki.example/${given.id}`,
    title: given.id,
    owners: [],
    lang: 'en',
    audience: [],
    editedAt: new Date('2026-01-01T00:00:00Z'),
    maskedSecrets: 0,
    ...given,
  }
}

/** A passage for tests; its body terms are its words unless terms are given. */
export function fakePassage(
  given: Omit<Partial<IndexedPassage>, 'terms'> & { id: string; text: string; terms?: Partial<PassageTerms> },
): IndexedPassage {
  return {
    documentId: given.id.split('#')[0] ?? given.id,
    ordinal: 0,
    heading: ['Heading'],
    lang: 'en',
    kind: 'prose',
    fromLine: 1,
    toLine: 1,
    editedAt: new Date('2026-01-01T00:00:00Z'),
    context: '',
    suspicious: false,
    ...given,
    terms: { title: [], heading: [], context: [], body: plainTerms(given.text), code: [], ...given.terms },
  }
}

/** An entry with one document. `passages` may be bare texts; ids and ordinals are then counted up. */
export function fakeEntry(
  document: Partial<Document> & { id: string },
  passages: readonly (string | IndexedPassage)[],
  revision = 'r1',
): EntryContent {
  const full = fakeDocument(document)
  const indexed = passages.map((passage, ordinal) =>
    typeof passage === 'string'
      ? fakePassage({ id: `${full.id}#${ordinal}`, documentId: full.id, ordinal, lang: full.lang, text: passage })
      : { ...passage, documentId: full.id, ordinal },
  )
  return { source: full.source, entry: full.entry, revision, documents: [{ document: full, passages: indexed }] }
}
