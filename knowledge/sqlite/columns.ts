import type { SQLOutputValue } from 'node:sqlite'
import type { Document, DocumentKind, Lang } from '#knowledge/document.ts'
import {
  type IndexedPassage,
  type Passage,
  type PassageKind,
  type PassageTerms,
  termFields,
} from '#knowledge/passage.ts'
import { bytesOf, type Cells, numberOf, textOf } from './connection.ts'
import { StoreCorruptError } from './errors.ts'
import { type QuantizedVector, quantize, restored } from './quantized-vector.ts'

/** Between the terms of a field, and between fields. No term holds control characters. */
const betweenTerms = '\u001f'
const betweenFields = '\u001e'

/** A passage as it crosses to the writing thread and into its columns. */
export interface PassageColumns {
  id: string
  /** In the order of `contentColumns`. */
  contents: (string | number | null)[]
  vector: QuantizedVector | undefined
}

/** The columns of `contents`, after `row`. */
export const contentColumns =
  'ordinal, heading, lang, kind, text, from_line, to_line, edited_at, context, suspicious, anchor, terms'

/** Where the terms stand among them. */
export const termsColumn = contentColumns.split(', ').indexOf('terms')

export function passageColumns(passage: IndexedPassage): PassageColumns {
  return {
    id: passage.id,
    contents: [
      passage.ordinal,
      JSON.stringify(passage.heading),
      passage.lang,
      passage.kind,
      passage.text,
      passage.fromLine,
      passage.toLine,
      passage.editedAt.getTime(),
      passage.context,
      passage.suspicious ? 1 : 0,
      passage.anchor ?? null,
      termsText(passage.terms),
    ],
    vector: passage.embedding === undefined ? undefined : quantize(passage.embedding),
  }
}

/** Half characters, which no database can hold, become U+FFFD. */
function termsText(terms: PassageTerms): string {
  return termFields
    .map((field) => terms[field].join(betweenTerms))
    .join(betweenFields)
    .toWellFormed()
}

/** @param cells The columns of `contentColumns`, perhaps more after them. */
export function passageFrom(id: string, documentId: string, cells: Cells): Passage {
  return {
    id,
    documentId,
    ordinal: numberOf(cells[0]),
    heading: list(cells[1]),
    lang: langOf(cells[2]),
    kind: passageKindOf(cells[3]),
    text: textOf(cells[4]),
    fromLine: numberOf(cells[5]),
    toLine: numberOf(cells[6]),
    editedAt: new Date(numberOf(cells[7])),
    context: textOf(cells[8]),
    suspicious: cells[9] === 1,
    ...(typeof cells[10] === 'string' ? { anchor: cells[10] } : {}),
  }
}

export function termsFrom(value: SQLOutputValue | undefined): PassageTerms {
  const fields = textOf(value).split(betweenFields)
  const [title, heading, context, body, code] = fields.map((field) => (field === '' ? [] : field.split(betweenTerms)))
  return { title: title ?? [], heading: heading ?? [], context: context ?? [], body: body ?? [], code: code ?? [] }
}

export function embeddingFrom(
  scale: SQLOutputValue | undefined,
  components: SQLOutputValue | undefined,
): Float32Array | undefined {
  return scale === null || scale === undefined ? undefined : restored(numberOf(scale), bytesOf(components))
}

/** The columns of `documents`, after `row`. */
export const documentColumns =
  'id, source, entry, kind, path, url, title, owners, lang, audience, edited_at, reviewed_at, reviewed_by, evergreen_reason, masked_secrets, edited_by'

export function documentValues(document: Document): (string | number | null)[] {
  return [
    document.id,
    document.source,
    document.entry,
    document.kind,
    document.path,
    document.url,
    document.title,
    JSON.stringify(document.owners),
    document.lang,
    JSON.stringify(document.audience),
    document.editedAt.getTime(),
    document.reviewedAt?.getTime() ?? null,
    document.reviewedBy ?? null,
    document.evergreenReason ?? null,
    document.maskedSecrets,
    document.editedBy ?? null,
  ]
}

/** @param cells The columns of `documentColumns`. */
export function documentFrom(cells: Cells): Document {
  const [reviewedAt, reviewedBy, evergreenReason] = cells.slice(11, 14)
  return {
    id: textOf(cells[0]),
    source: textOf(cells[1]),
    entry: textOf(cells[2]),
    kind: documentKindOf(cells[3]),
    path: textOf(cells[4]),
    url: textOf(cells[5]),
    title: textOf(cells[6]),
    owners: list(cells[7]),
    lang: langOf(cells[8]),
    audience: list(cells[9]),
    editedAt: new Date(numberOf(cells[10])),
    ...(typeof reviewedAt === 'number' ? { reviewedAt: new Date(reviewedAt) } : {}),
    ...(typeof reviewedBy === 'string' ? { reviewedBy } : {}),
    ...(typeof evergreenReason === 'string' ? { evergreenReason } : {}),
    maskedSecrets: numberOf(cells[14]),
    ...(typeof cells[15] === 'string' ? { editedBy: cells[15] } : {}),
  }
}

/** A column with a JSON array of strings. */
export function list(value: SQLOutputValue | undefined): string[] {
  const parsed: unknown = JSON.parse(textOf(value))
  if (!Array.isArray(parsed)) throw new StoreCorruptError('Expected a list')
  return parsed.map(String)
}

export function langOf(value: SQLOutputValue | undefined): Lang {
  return value === 'ja' ? 'ja' : 'en'
}

const passageKinds: readonly PassageKind[] = ['prose', 'steps', 'code', 'table', 'alert']
const documentKinds: readonly DocumentKind[] = ['page', 'alert', 'api', 'discussion']

function passageKindOf(value: SQLOutputValue | undefined): PassageKind {
  return passageKinds.find((kind) => kind === value) ?? 'prose'
}

function documentKindOf(value: SQLOutputValue | undefined): DocumentKind {
  return documentKinds.find((kind) => kind === value) ?? 'page'
}
