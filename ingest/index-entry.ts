import type { Document } from '#knowledge/document.ts'
import type { Passage, PassageTerms } from '#knowledge/passage.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import { termsOfPassage, termsVersion } from '#knowledge/terms/passage-terms.ts'
import { parseEntry } from './parsing/parse.ts'
import { cutPassages, type Dated } from './passages.ts'
import { documentIdOf } from './passages-id.ts'
import type { ParsedDocument, RawEntry, Source } from './source.ts'

/** Raise it when the same entry would be stored otherwise than before: then everything is indexed again by itself. */
export const pipelineVersion = `5.${termsVersion}`

/** An entry ready to be stored, but for the vectors. */
export interface PreparedEntry {
  source: string
  entry: string
  documents: readonly PreparedDocument[]
  maskedSecrets: number
  /** Sentences for people; each names the entry. */
  warnings: readonly string[]
  /** Why it holds no document, where a person would expect one. */
  skipped?: string | undefined
}

export interface PreparedDocument {
  document: Document
  passages: readonly (Passage & { terms: PassageTerms })[]
}

/** From what a source gave to what is stored: understood, secrets masked, cut into passages, with their search terms. */
export function prepareEntry(given: RawEntry, source: Pick<Source, 'id' | 'audience'>): PreparedEntry {
  const { raw, count } = withoutSecrets(given)
  const entry = parseEntry(raw)
  if (entry.kind === 'skipped') {
    const { reason } = entry
    return { source: source.id, entry: raw.entry, documents: [], maskedSecrets: 0, warnings: [], skipped: reason }
  }
  const { warnings } = entry
  const maskedSecrets = entry.maskedSecrets + count
  const documents = entry.documents.map((parsed) => {
    const id = documentIdOf(source.id, raw.entry, parsed.part)
    const dated = datesOf(raw, parsed)
    const passages = cutPassages(id, parsed, dated).map((passage) => ({
      ...passage,
      terms: termsOfPassage([parsed.title, ...parsed.aliases].join('\n'), passage),
    }))
    const editedAt = lastEdit(passages, entry.documents.length === 1 ? [dated.editedAt] : [], dated.editedAt)
    return { document: documentOf(id, raw, parsed, { source, editedAt, maskedSecrets }), passages }
  })
  return { source: source.id, entry: raw.entry, documents, maskedSecrets, warnings }
}

/** People put tokens into titles too, and a title stands in the path as well; the content is masked where it's parsed. */
function withoutSecrets(given: RawEntry): { raw: RawEntry; count: number } {
  let count = 0
  const masked = (text: string) => {
    const found = maskSecrets(text)
    count += found.count
    return found.text
  }
  const title = given.title === undefined ? undefined : masked(given.title)
  const owners = given.owners.map(masked)
  const named = { path: maskSecrets(given.path).text, warnings: given.warnings?.map((each) => maskSecrets(each).text) }
  return { raw: { ...given, ...named, title, owners }, count }
}

interface Belonging {
  source: Pick<Source, 'id' | 'audience'>
  editedAt: Date
  maskedSecrets: number
}

function documentOf(id: string, raw: RawEntry, parsed: ParsedDocument, belonging: Belonging): Document {
  return {
    id,
    source: belonging.source.id,
    entry: raw.entry,
    kind: parsed.kind,
    path: raw.path,
    url: raw.url,
    title: parsed.title,
    owners: parsed.owners,
    lang: parsed.lang,
    audience: belonging.source.audience,
    editedAt: belonging.editedAt,
    editedBy: raw.editedBy,
    reviewedAt: parsed.reviewedAt ?? raw.reviewedAt,
    reviewedBy: parsed.reviewedBy ?? raw.reviewedBy,
    evergreenReason: parsed.evergreenReason,
    maskedSecrets: belonging.maskedSecrets,
  }
}

/** What a document states counts where its source knows the date of a copy only, and never when it lies ahead. */
function datesOf(raw: RawEntry, { statedAt }: ParsedDocument): Dated {
  const { statedUntil } = raw
  if (statedAt === undefined || statedUntil === undefined || statedAt > statedUntil) return raw
  return { editedAt: statedAt, anchors: raw.anchors }
}

/** Documents that share an entry don't share its date: each takes that of its own lines. */
function lastEdit(passages: readonly Passage[], others: readonly Date[], otherwise: Date): Date {
  const times = [...others, ...passages.map((passage) => passage.editedAt)].map((date) => date.getTime())
  return times.length === 0 ? otherwise : new Date(Math.max(...times))
}
