import type { DatabaseSync } from 'node:sqlite'
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
import type { Passage } from '#knowledge/passage.ts'
import { maySee, type Principal } from '#knowledge/principal.ts'
import { contentColumns, documentColumns, documentFrom, passageFrom } from './columns.ts'
import { arrays, type Cells, numberOf, reading, textOf } from './connection.ts'
import type { Thread } from './thread.ts'
import { type EntryColumns, entryColumns, type WriterAnswer, type WriterAsk } from './writer-asks.ts'

/** A transaction takes entries up to so many passages: enough to be quick, few enough to let other writes in between. */
const passagesPerTransaction = 2000

/** A removal takes so many entries a transaction. */
const removalsPerTransaction = 500

export interface SqliteDocumentsParts {
  database: DatabaseSync
  writer: Thread<WriterAsk, WriterAnswer>
  close: () => Promise<void>
}

/** Reads on this thread, from the one connection; writes go to the writing thread. */
export class SqliteDocuments implements DocumentStore {
  readonly #parts: SqliteDocumentsParts

  constructor(parts: SqliteDocumentsParts) {
    this.#parts = parts
  }

  async revisions(source: string, signal: AbortSignal): Promise<Map<string, string>> {
    const rows = this.#read(signal, 'SELECT entry, revision FROM entries WHERE source = ?', source)
    return new Map(rows.map(([entry, revision]) => [textOf(entry), textOf(revision)]))
  }

  async replaceEntries(entries: readonly EntryContent[], signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted()
    const overtaken: string[] = []
    let writing: Promise<WriterAnswer> | undefined
    for (const batch of batches(entries)) {
      const next = this.#parts.writer.ask({ kind: 'replaceEntries', entries: batch }, signal)
      // One batch is prepared here while another is written there; more would only pile up.
      try {
        overtaken.push(...((await writing) ?? []))
      } catch (error) {
        await Promise.allSettled([next])
        throw error
      }
      writing = next
    }
    overtaken.push(...((await writing) ?? []))
    return overtaken
  }

  async removeEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < entries.length; start += removalsPerTransaction) {
      const some = entries.slice(start, start + removalsPerTransaction)
      await this.#parts.writer.ask({ kind: 'removeEntries', source, entries: some }, signal)
    }
  }

  async document(id: string, principal: Principal, signal: AbortSignal): Promise<Document | undefined> {
    const [cells] = this.#read(signal, `SELECT ${documentColumns} FROM documents WHERE id = ?`, id)
    if (cells === undefined) return undefined
    const document = documentFrom(cells)
    return maySee(principal, document.audience) ? document : undefined
  }

  async documents(
    filter: DocumentFilter,
    cursor: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<DocumentPage> {
    const [conditions, values] = conditionsOf(filter)
    if (cursor !== undefined) {
      conditions.push('(source, path, id) > (?, ?, ?)')
      values.push(...positionOf(cursor))
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const sql = `SELECT ${documentColumns} FROM documents ${where} ORDER BY source, path, id LIMIT ?`
    const found = this.#read(signal, sql, ...values, limit + 1).map(documentFrom)
    const documents = found.slice(0, limit)
    const last = documents.at(-1)
    return found.length > limit && last !== undefined ? { documents, nextCursor: cursorAfter(last) } : { documents }
  }

  async passagesOf(documentId: string, principal: Principal, signal: AbortSignal): Promise<Passage[]> {
    const document = await this.document(documentId, principal, signal)
    if (document === undefined) return []
    const sql = `
      SELECT ${contentColumns}, passages.id
      FROM passages JOIN contents USING (row)
      WHERE passages.document = (SELECT row FROM documents WHERE id = ?) ORDER BY ordinal`
    return this.#read(signal, sql, documentId).map((cells) => passageFrom(textOf(cells.at(-1)), documentId, cells))
  }

  async counts(signal: AbortSignal): Promise<StoreCounts> {
    const sql = 'SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)'
    const [[documents, passages] = []] = this.#read(signal, sql)
    return { documents: numberOf(documents), passages: numberOf(passages) }
  }

  async sourceState(source: string, signal: AbortSignal): Promise<SourceState | undefined> {
    const sql = 'SELECT cursor, started_at, finished_at, failures FROM source_states WHERE source = ?'
    const [cells] = this.#read(signal, sql, source)
    return cells === undefined ? undefined : stateFrom(source, cells)
  }

  async saveSourceState(state: SourceState, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'saveSourceState', state }, signal)
  }

  async sources(signal: AbortSignal): Promise<string[]> {
    const sql = 'SELECT DISTINCT source FROM entries UNION SELECT source FROM source_states ORDER BY source'
    return this.#read(signal, sql).map(([source]) => textOf(source))
  }

  async verify(verification: Verification, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'verify', verification }, signal)
  }

  async verifications(documentIds: readonly string[], signal: AbortSignal): Promise<Map<string, Verification>> {
    const sql = `
      SELECT document_id, verified_by, verified_at, evergreen_reason FROM verifications
      WHERE document_id IN (SELECT value FROM json_each(?))`
    const found = this.#read(signal, sql, JSON.stringify(documentIds)).map(verificationFrom)
    return new Map(found.map((verification) => [verification.documentId, verification]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close()
  }

  #read(signal: AbortSignal, sql: string, ...values: (string | number)[]): Cells[] {
    return readAll(this.#parts.database, signal, sql, values)
  }
}

/** All rows of a query, on this thread. @throws {OpsError} When the store is closed or fails. */
export function readAll(
  database: DatabaseSync,
  signal: AbortSignal,
  sql: string,
  values: readonly (string | number)[],
): Cells[] {
  return reading(database, signal, () => arrays(database, sql).all(...values))
}

function* batches(entries: readonly EntryContent[]): Generator<EntryColumns[]> {
  let batch: EntryColumns[] = []
  let passages = 0
  for (const entry of entries) {
    batch.push(entryColumns(entry))
    for (const document of entry.documents) passages += document.passages.length
    if (passages < passagesPerTransaction) continue
    yield batch
    batch = []
    passages = 0
  }
  if (batch.length > 0) yield batch
}

function conditionsOf({ principal, source, owner }: DocumentFilter): [string[], (string | number)[]] {
  const conditions: string[] = []
  const values: (string | number)[] = []
  if (principal.audiences !== 'all') {
    conditions.push(`(audience = '[]' OR EXISTS (
      SELECT 1 FROM json_each(audience) AS named JOIN json_each(?) AS held ON named.value = held.value))`)
    values.push(JSON.stringify(principal.audiences))
  }
  if (source !== undefined) {
    conditions.push('source = ?')
    values.push(source)
  }
  if (owner !== undefined) {
    conditions.push('EXISTS (SELECT 1 FROM json_each(owners) AS named WHERE named.value = ?)')
    values.push(owner)
  }
  return [conditions, values]
}

function stateFrom(source: string, [cursor, startedAt, finishedAt, failures]: Cells): SourceState {
  const parsed: [string, string, number][] = JSON.parse(textOf(failures))
  return {
    source,
    ...(typeof cursor === 'string' ? { cursor } : {}),
    ...(typeof startedAt === 'number' ? { startedAt: new Date(startedAt) } : {}),
    ...(typeof finishedAt === 'number' ? { finishedAt: new Date(finishedAt) } : {}),
    failures: parsed.map(([entry, reason, failedAt]) => ({ entry, reason, failedAt: new Date(failedAt) })),
  }
}

export function verificationFrom([documentId, by, at, evergreenReason]: Cells): Verification {
  return {
    documentId: textOf(documentId),
    by: textOf(by),
    at: new Date(numberOf(at)),
    ...(typeof evergreenReason === 'string' ? { evergreenReason } : {}),
  }
}
