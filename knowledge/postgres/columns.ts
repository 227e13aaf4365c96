import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Document, DocumentKind, Lang } from '#knowledge/document.ts'
import {
  type IndexedPassage,
  type Passage,
  type PassageKind,
  type PassageTerms,
  termFields,
} from '#knowledge/passage.ts'
import { quantize, restored } from '#knowledge/sqlite/quantized-vector.ts'
import type { Cells } from './connection.ts'
import { DatabaseCorruptError } from './errors.ts'

/** Between the elements of a list, and between lists. Nothing of ours holds control characters. */
export const betweenItems = '\u001f'
export const betweenLists = '\u001e'

/** A column of many rows at once. */
export interface Column<Row> {
  name: string
  type: 'text' | 'bigint' | 'boolean' | 'double precision' | 'bytea'
  /** Lists of different lengths can't stand in one array, so they come as one text and are taken apart there. */
  list?: boolean
  of: (row: Row) => string | number | boolean | Buffer | null
}

/** The columns of `nightdesk_documents` but the digest. */
export const documentColumns: readonly Column<Document>[] = [
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'entry', type: 'text', of: ({ entry }) => entry },
  { name: 'kind', type: 'text', of: ({ kind }) => kind },
  { name: 'path_start', type: 'text', of: ({ path }) => pathStart(path) },
  { name: 'path', type: 'text', of: ({ path }) => path },
  { name: 'url', type: 'text', of: ({ url }) => url },
  { name: 'title', type: 'text', of: ({ title }) => title },
  { name: 'owners', type: 'text', list: true, of: ({ owners }) => owners.join(betweenItems) },
  { name: 'lang', type: 'text', of: ({ lang }) => lang },
  { name: 'audience', type: 'text', list: true, of: ({ audience }) => audience.join(betweenItems) },
  { name: 'edited_at', type: 'bigint', of: ({ editedAt }) => editedAt.getTime() },
  { name: 'reviewed_at', type: 'bigint', of: ({ reviewedAt }) => reviewedAt?.getTime() ?? null },
  { name: 'reviewed_by', type: 'text', of: ({ reviewedBy }) => reviewedBy ?? null },
  { name: 'evergreen_reason', type: 'text', of: ({ evergreenReason }) => evergreenReason ?? null },
  { name: 'masked_secrets', type: 'bigint', of: ({ maskedSecrets }) => maskedSecrets },
  { name: 'edited_by', type: 'text', of: ({ editedBy }) => editedBy ?? null },
]

/** A passage with the source of its document, and its vector in one byte a dimension. */
export interface PassageRow {
  source: string
  passage: IndexedPassage
  scale: number | null
  components: Buffer | null
  /** Id of the embedding model that the vector is of; null where nobody said. */
  model: string | null
}

export function passageRow(source: string, passage: IndexedPassage, embeddingModel: string | undefined): PassageRow {
  if (passage.embedding === undefined) return { source, passage, scale: null, components: null, model: null }
  const { scale, components } = quantize(passage.embedding)
  const bytes = Buffer.from(components.buffer, 0, components.byteLength)
  return { source, passage, scale, components: bytes, model: embeddingModel ?? null }
}

/** The columns of `nightdesk_passages` but the digest. */
export const passageColumns: readonly Column<PassageRow>[] = [
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'document_id', type: 'text', of: ({ passage }) => passage.documentId },
  { name: 'id', type: 'text', of: ({ passage }) => passage.id },
  { name: 'ordinal', type: 'bigint', of: ({ passage }) => passage.ordinal },
  { name: 'heading', type: 'text', of: ({ passage }) => passage.heading.join(betweenItems) },
  { name: 'lang', type: 'text', of: ({ passage }) => passage.lang },
  { name: 'kind', type: 'text', of: ({ passage }) => passage.kind },
  { name: 'text', type: 'text', of: ({ passage }) => passage.text },
  { name: 'from_line', type: 'bigint', of: ({ passage }) => passage.fromLine },
  { name: 'to_line', type: 'bigint', of: ({ passage }) => passage.toLine },
  { name: 'edited_at', type: 'bigint', of: ({ passage }) => passage.editedAt.getTime() },
  { name: 'context', type: 'text', of: ({ passage }) => passage.context },
  { name: 'suspicious', type: 'boolean', of: ({ passage }) => passage.suspicious },
  { name: 'anchor', type: 'text', of: ({ passage }) => passage.anchor ?? null },
  { name: 'terms', type: 'text', of: ({ passage }) => termsText(passage.terms) },
  { name: 'scale', type: 'double precision', of: ({ scale }) => scale },
  { name: 'components', type: 'bytea', of: ({ components }) => components },
  { name: 'model', type: 'text', of: ({ model }) => model },
]

/** The same for rows that are the same in every column. */
export function digestOf<Row>(columns: readonly Column<Row>[], row: Row): string {
  const digest = createHash('sha256')
  for (const { of } of columns) {
    const cell = of(row)
    digest.update(cell instanceof Uint8Array ? cell : JSON.stringify(cell)).update(betweenLists)
  }
  return digest.digest('base64url')
}

/** The beginning of a path, short enough for any index. Paths are in the order of their beginnings. */
export function pathStart(path: string): string {
  return Array.from(path.slice(0, 400)).slice(0, 200).join('')
}

/** What a query selects of a document, for `documentFrom`. */
export const selectedOfDocument = [
  'id',
  'source',
  'entry',
  'kind',
  'path',
  'url',
  'title',
  'owners',
  'lang',
  'audience',
  'edited_at',
  'reviewed_at',
  'reviewed_by',
  'evergreen_reason',
  'masked_secrets',
  'edited_by',
] as const

/** @param cells Those of `selectedOfDocument`, perhaps more after them. */
export function documentFrom(cells: Cells): Document {
  const [reviewedAt, reviewedBy, evergreenReason] = cells.slice(11, 14)
  return {
    id: textOf(cells[0]),
    source: textOf(cells[1]),
    entry: textOf(cells[2]),
    kind: documentKinds.find((kind) => kind === cells[3]) ?? 'page',
    path: textOf(cells[4]),
    url: textOf(cells[5]),
    title: textOf(cells[6]),
    owners: textsOf(cells[7]),
    lang: langOf(cells[8]),
    audience: textsOf(cells[9]),
    editedAt: new Date(numberOf(cells[10])),
    ...(reviewedAt === null ? {} : { reviewedAt: new Date(numberOf(reviewedAt)) }),
    ...(reviewedBy === null ? {} : { reviewedBy: textOf(reviewedBy) }),
    ...(evergreenReason === null ? {} : { evergreenReason: textOf(evergreenReason) }),
    maskedSecrets: numberOf(cells[14]),
    ...(typeof cells[15] === 'string' ? { editedBy: cells[15] } : {}),
  }
}

/** What a query selects of a passage, for `passageFrom`. */
export const selectedOfPassage = [
  'id',
  'document_id',
  'ordinal',
  'heading',
  'lang',
  'kind',
  'text',
  'from_line',
  'to_line',
  'edited_at',
  'context',
  'suspicious',
  'anchor',
] as const

/** And what more of an indexed one, for `indexedFrom`. */
export const selectedOfIndexed = [...selectedOfPassage, 'terms', 'scale', 'components', 'model'] as const

/** @param cells Those of `selectedOfPassage`, perhaps more after them. */
export function passageFrom(cells: Cells): Passage {
  return {
    id: textOf(cells[0]),
    documentId: textOf(cells[1]),
    ordinal: numberOf(cells[2]),
    heading: textOf(cells[3]).split(betweenItems),
    lang: langOf(cells[4]),
    kind: passageKinds.find((kind) => kind === cells[5]) ?? 'prose',
    text: textOf(cells[6]),
    fromLine: numberOf(cells[7]),
    toLine: numberOf(cells[8]),
    editedAt: new Date(numberOf(cells[9])),
    context: textOf(cells[10]),
    suspicious: cells[11] === true,
    ...(typeof cells[12] === 'string' ? { anchor: cells[12] } : {}),
  }
}

/**
 * @param cells Those of `selectedOfIndexed`, perhaps more after them.
 * @param embeddingModel The passage comes with a vector of this one alone, since vectors of different models mean nothing
 *   to each other; absent: with whatever it has.
 */
export function indexedFrom(cells: Cells, embeddingModel: string | undefined): IndexedPassage {
  const passage: IndexedPassage = { ...passageFrom(cells), terms: termsFrom(textOf(cells[13])) }
  const [scale, components, model] = cells.slice(14, 17)
  const fits = embeddingModel === undefined || model === null || model === embeddingModel
  if (fits && components instanceof Uint8Array) passage.embedding = restored(numberOf(scale), components)
  return passage
}

function termsText(terms: PassageTerms): string {
  return termFields.map((field) => terms[field].join(betweenItems)).join(betweenLists)
}

export function termsFrom(text: string): PassageTerms {
  const lists = text.split(betweenLists).map((list) => (list === '' ? [] : list.split(betweenItems)))
  const [title = [], heading = [], context = [], body = [], code = []] = lists
  return { title, heading, context, body, code }
}

const passageKinds: readonly PassageKind[] = ['prose', 'steps', 'code', 'table', 'alert']
const documentKinds: readonly DocumentKind[] = ['page', 'alert', 'api', 'discussion']

export function langOf(cell: unknown): Lang {
  return cell === 'ja' ? 'ja' : 'en'
}

/** A cell that must hold text. @throws {DatabaseCorruptError} When it doesn't. */
export function textOf(cell: unknown): string {
  if (typeof cell !== 'string') throw new DatabaseCorruptError(`Expected text, found ${typeof cell}`)
  return cell
}

/** A cell that must hold a number. Large ones arrive as text. @throws {DatabaseCorruptError} When it doesn't. */
export function numberOf(cell: unknown): number {
  const number = typeof cell === 'string' && cell !== '' ? Number(cell) : cell
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw new DatabaseCorruptError(`Expected a number, found ${typeof cell}`)
  }
  return number
}

const Texts = z.array(z.string())

/** A cell that must hold a list of texts. @throws {DatabaseCorruptError} When it doesn't. */
function textsOf(cell: unknown): string[] {
  const texts = Texts.safeParse(cell)
  if (!texts.success) throw new DatabaseCorruptError('Expected a list of texts', { cause: texts.error })
  return texts.data
}

/** A cell that must hold JSON of that form. @throws {DatabaseCorruptError} When it doesn't. */
export function jsonOf<Form extends z.ZodType>(cell: unknown, form: Form): z.infer<Form> {
  try {
    return form.parse(JSON.parse(textOf(cell)))
  } catch (cause) {
    throw new DatabaseCorruptError('Expected JSON of another form', { cause })
  }
}
