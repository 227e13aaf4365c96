import { z } from 'zod'
import type { Document, Verification } from '#knowledge/document.ts'
import { cursorAfter, positionOf } from '#knowledge/document-cursor.ts'
import type {
  DocumentFilter,
  DocumentPage,
  DocumentStore,
  EntryContent,
  SourceState,
  StoreCounts,
} from '#knowledge/document-store.ts'
import type { Passage, StoredPassage } from '#knowledge/passage.ts'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import type { PassageLoader } from '#knowledge/passage-loader.ts'
import type { Principal } from '#knowledge/principal.ts'
import {
  documentFrom,
  indexedFrom,
  jsonOf,
  numberOf,
  passageFrom,
  pathStart,
  selectedOfDocument,
  selectedOfIndexed,
  selectedOfPassage,
  textOf,
} from './columns.ts'
import type { Cells, Connection } from './connection.ts'
import { removeEntries, replaceEntries } from './entry-writer.ts'

/** A transaction takes entries up to so many passages: enough to be quick, few enough not to keep others waiting. */
const passagesPerTransaction = 2000

/** And so many entries, so that its locks are few. */
const entriesPerTransaction = 500

const documentCells = selectedOfDocument.map((name) => `document.${name}`).join(', ')
const passageCells = selectedOfPassage.map((name) => `passage.${name}`).join(', ')
const indexedCells = selectedOfIndexed.map((name) => `passage.${name}`).join(', ')

const Failures = z.array(z.tuple([z.string(), z.string(), z.number()]))

export interface PostgresDocumentsParts {
  connection: Connection
  /** Id of the model whose vectors are stored and loaded. */
  embeddingModel: string | undefined
  close: () => Promise<void>
}

/** Documents, passages, verifications and where syncs got to, in PostgreSQL or whatever speaks it. */
export class PostgresDocuments implements DocumentStore, PassageLoader {
  readonly #connection: Connection
  readonly #embeddingModel: string | undefined
  readonly #close: () => Promise<void>

  constructor({ connection, embeddingModel, close }: PostgresDocumentsParts) {
    this.#connection = connection
    this.#embeddingModel = embeddingModel
    this.#close = close
  }

  async revisions(source: string, signal: AbortSignal): Promise<Map<string, string>> {
    const sql = 'SELECT entry, revision FROM nightdesk_entries WHERE source = $1'
    const rows = await this.#connection.read(sql, [source], signal)
    return new Map(rows.map(([entry, revision]) => [textOf(entry), textOf(revision)]))
  }

  async replaceEntries(entries: readonly EntryContent[], signal: AbortSignal): Promise<string[]> {
    const overtaken: string[] = []
    for (const { source, contents } of batches(entries)) {
      const left = await this.#connection.write(
        (query, mayBeDone) =>
          replaceEntries(query, source, contents, { mayBeDone, embeddingModel: this.#embeddingModel }),
        signal,
      )
      overtaken.push(...left)
    }
    return overtaken
  }

  async removeEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < entries.length; start += entriesPerTransaction) {
      const some = entries.slice(start, start + entriesPerTransaction)
      await this.#connection.write((query) => removeEntries(query, source, some), signal)
    }
  }

  async document(id: string, principal: Principal, signal: AbortSignal): Promise<Document | undefined> {
    const where = new Conditions()
    where.add('document.id = ?', id)
    where.addAudience(principal)
    const sql = `SELECT ${documentCells} FROM nightdesk_documents AS document ${where.sql}`
    const [cells] = await this.#connection.read(sql, where.values, signal)
    return cells === undefined ? undefined : documentFrom(cells)
  }

  async documents(
    filter: DocumentFilter,
    cursor: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<DocumentPage> {
    const where = new Conditions()
    where.addAudience(filter.principal)
    if (filter.source !== undefined) where.add('document.source = ?', filter.source)
    if (filter.owner !== undefined) where.add('? = ANY(document.owners)', filter.owner)
    if (cursor !== undefined) {
      const [source, path, id] = positionOf(cursor)
      where.add(
        '(document.source, document.path_start, document.path, document.id) > (?, ?, ?, ?)',
        source,
        pathStart(path),
        path,
        id,
      )
    }
    const sql = `
      SELECT ${documentCells} FROM nightdesk_documents AS document ${where.sql}
      ORDER BY document.source, document.path_start, document.path, document.id LIMIT ${where.next(limit + 1)}`
    const found = (await this.#connection.read(sql, where.values, signal)).map(documentFrom)
    const documents = found.slice(0, limit)
    const last = documents.at(-1)
    return found.length > limit && last !== undefined ? { documents, nextCursor: cursorAfter(last) } : { documents }
  }

  async passagesOf(documentId: string, principal: Principal, signal: AbortSignal): Promise<Passage[]> {
    const where = new Conditions()
    where.add('document.id = ?', documentId)
    where.addAudience(principal)
    const sql = `SELECT ${passageCells} FROM ${passagesWithDocuments} ${where.sql} ORDER BY passage.ordinal`
    return (await this.#connection.read(sql, where.values, signal)).map(passageFrom)
  }

  async load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]> {
    signal.throwIfAborted()
    if (passageIds.length === 0) return []
    const where = new Conditions()
    where.add('passage.id = ANY(?::text[])', passageIds)
    where.addAudience(filter.principal)
    if (filter.sources !== undefined) where.add('passage.source = ANY(?::text[])', filter.sources)
    if (filter.lang !== undefined) where.add('passage.lang = ?', filter.lang)
    const sql = `SELECT ${indexedCells}, ${documentCells} FROM ${passagesWithDocuments} ${where.sql}`
    const loaded = (await this.#connection.read(sql, where.values, signal)).map((cells): StoredPassage => {
      const document = documentFrom(cells.slice(selectedOfIndexed.length))
      return { ...indexedFrom(cells, this.#embeddingModel), document }
    })
    const byId = new Map(loaded.map((passage) => [passage.id, passage]))
    return passageIds.flatMap((id) => byId.get(id) ?? [])
  }

  async counts(signal: AbortSignal): Promise<StoreCounts> {
    const sql = 'SELECT (SELECT count(*) FROM nightdesk_documents), (SELECT count(*) FROM nightdesk_passages)'
    const [[documents, passages] = []] = await this.#connection.read(sql, [], signal)
    return { documents: numberOf(documents), passages: numberOf(passages) }
  }

  async sourceState(source: string, signal: AbortSignal): Promise<SourceState | undefined> {
    const sql = 'SELECT cursor, started_at, finished_at, failures FROM nightdesk_source_states WHERE source = $1'
    const [cells] = await this.#connection.read(sql, [source], signal)
    return cells === undefined ? undefined : stateFrom(source, cells)
  }

  async saveSourceState(state: SourceState, signal: AbortSignal): Promise<void> {
    const { source, cursor, startedAt, finishedAt, failures } = state
    const values = [
      source,
      cursor ?? null,
      startedAt?.getTime() ?? null,
      finishedAt?.getTime() ?? null,
      JSON.stringify(failures.map(({ entry, reason, failedAt }) => [entry, reason, failedAt.getTime()])),
    ]
    const sql = `
      INSERT INTO nightdesk_source_states (source, cursor, started_at, finished_at, failures)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, started_at = excluded.started_at,
        finished_at = excluded.finished_at, failures = excluded.failures`
    await this.#connection.write((query) => query(sql, values), signal)
  }

  async sources(signal: AbortSignal): Promise<string[]> {
    const sql = `
      SELECT source FROM nightdesk_entries UNION SELECT source FROM nightdesk_source_states ORDER BY source`
    return (await this.#connection.read(sql, [], signal)).map(([source]) => textOf(source))
  }

  async verify(verification: Verification, signal: AbortSignal): Promise<void> {
    const { documentId, by, at, evergreenReason } = verification
    const sql = `
      INSERT INTO nightdesk_verifications (document_id, verified_by, verified_at, evergreen_reason)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (document_id) DO UPDATE SET verified_by = excluded.verified_by,
        verified_at = excluded.verified_at, evergreen_reason = excluded.evergreen_reason`
    const values = [documentId, by, at.getTime(), evergreenReason ?? null]
    await this.#connection.write((query) => query(sql, values), signal)
  }

  async verifications(documentIds: readonly string[], signal: AbortSignal): Promise<Map<string, Verification>> {
    signal.throwIfAborted()
    if (documentIds.length === 0) return new Map()
    const sql = `
      SELECT document_id, verified_by, verified_at, evergreen_reason FROM nightdesk_verifications
      WHERE document_id = ANY($1::text[])`
    const found = (await this.#connection.read(sql, [documentIds], signal)).map(verificationFrom)
    return new Map(found.map((verification) => [verification.documentId, verification]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

export const passagesWithDocuments = `nightdesk_passages AS passage JOIN nightdesk_documents AS document
  ON document.source = passage.source AND document.id = passage.document_id`

/** What a row must fulfil; `?` becomes the number of the value's place. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #conditions: string[] = []

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`
  }

  add(condition: string, ...values: readonly unknown[]): void {
    let next = 0
    this.#conditions.push(condition.replaceAll('?', () => this.next(values[next++])))
  }

  addAudience({ audiences }: Principal): void {
    if (audiences === 'all') return
    this.add('(document.audience = ARRAY[]::text[] OR document.audience && ?::text[])', audiences)
  }

  /** The place of one more value. */
  next(value: unknown): string {
    return `$${this.values.push(value)}`
  }
}

function* batches(entries: readonly EntryContent[]): Generator<{ source: string; contents: EntryContent[] }> {
  let contents: EntryContent[] = []
  let passages = 0
  /** Entries and documents that the batch writes: no row can be written twice in one statement. */
  let taken = new Set<string>()
  for (const content of entries) {
    const writes = [`entry ${content.entry}`, ...content.documents.map(({ document }) => `document ${document.id}`)]
    const isApart = content.source !== contents[0]?.source || writes.some((write) => taken.has(write))
    const isFull = passages >= passagesPerTransaction || contents.length >= entriesPerTransaction
    if (contents[0] !== undefined && (isApart || isFull)) {
      yield { source: contents[0].source, contents }
      contents = []
      passages = 0
      taken = new Set()
    }
    contents.push(content)
    for (const write of writes) taken.add(write)
    for (const document of content.documents) passages += document.passages.length
  }
  if (contents[0] !== undefined) yield { source: contents[0].source, contents }
}

function stateFrom(source: string, [cursor, startedAt, finishedAt, failures]: Cells): SourceState {
  return {
    source,
    ...(cursor === null ? {} : { cursor: textOf(cursor) }),
    ...(startedAt === null ? {} : { startedAt: new Date(numberOf(startedAt)) }),
    ...(finishedAt === null ? {} : { finishedAt: new Date(numberOf(finishedAt)) }),
    failures: jsonOf(failures, Failures).map(([entry, reason, failedAt]) => ({
      entry,
      reason,
      failedAt: new Date(failedAt),
    })),
  }
}

export function verificationFrom([documentId, by, at, evergreenReason]: Cells): Verification {
  return {
    documentId: textOf(documentId),
    by: textOf(by),
    at: new Date(numberOf(at)),
    ...(evergreenReason === null ? {} : { evergreenReason: textOf(evergreenReason) }),
  }
}
