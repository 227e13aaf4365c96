import type { DatabaseSync } from 'node:sqlite'
import type { ConversationPosition, Feedback, Turn } from '#knowledge/conversation-store.ts'
import type { Document, Verification } from '#knowledge/document.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { IndexedPassage } from '#knowledge/passage.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import {
  contentColumns,
  documentColumns,
  documentFrom,
  embeddingFrom,
  passageFrom,
  termsColumn,
  termsFrom,
} from './columns.ts'
import { arrays, type Cells, inSnapshot, reading, textOf } from './connection.ts'
import { feedbackColumns, feedbackFrom, turnColumns, turnFrom } from './sqlite-conversations.ts'
import { readAll, verificationFrom } from './sqlite-documents.ts'
import { isOfModel } from './vector-models.ts'

const rowsAtOnce = 200

/** Reads everything, some at a time, so that other readers of this thread get their turn. */
export class SqliteContents implements StoreContents {
  readonly #database: DatabaseSync
  readonly #embeddingModel: string | null

  /** @param embeddingModel Passages come with the vectors of this one alone; absent: with whatever they have. */
  constructor(database: DatabaseSync, embeddingModel?: string) {
    this.#database = database
    this.#embeddingModel = embeddingModel ?? null
  }

  async entries(source: string, entries: readonly string[], signal: AbortSignal): Promise<EntryContent[]> {
    return reading(this.#database, signal, () =>
      inSnapshot(this.#database, () => {
        const revision = arrays(this.#database, 'SELECT revision FROM entries WHERE source = ? AND entry = ?')
        return entries.flatMap((entry) => {
          const held = revision.get(source, entry)
          if (held === undefined) return []
          return [{ source, entry, revision: textOf(held[0]), documents: this.#documents(source, entry) }]
        })
      }),
    )
  }

  async *verifications(signal: AbortSignal): AsyncGenerator<Verification> {
    const sql = `SELECT document_id, verified_by, verified_at, evergreen_reason FROM verifications
      WHERE document_id > ? ORDER BY document_id LIMIT ${rowsAtOnce}`
    for await (const cells of this.#pages(sql, [''], (last) => [textOf(last[0])], signal)) yield verificationFrom(cells)
  }

  async *turns(signal: AbortSignal): AsyncGenerator<Turn> {
    const sql = `SELECT ${turnColumns}, number FROM turns
      WHERE (at, number) > (?, ?) ORDER BY at, number LIMIT ${rowsAtOnce}`
    const placeOf = (last: Cells) => [Number(last[9]), Number(last[10])]
    for await (const cells of this.#pages(sql, [Number.MIN_SAFE_INTEGER, 0], placeOf, signal)) yield turnFrom(cells)
  }

  async *feedback(signal: AbortSignal): AsyncGenerator<Feedback> {
    const sql = `SELECT ${feedbackColumns}, number FROM feedback WHERE number > ? ORDER BY number LIMIT ${rowsAtOnce}`
    for await (const cells of this.#pages(sql, [0], (last) => [Number(last[5])], signal)) yield feedbackFrom(cells)
  }

  async *positions(signal: AbortSignal): AsyncGenerator<ConversationPosition> {
    const sql = `SELECT conversation_id, principal, position, at FROM positions
      WHERE (conversation_id, principal) > (?, ?) ORDER BY conversation_id, principal LIMIT ${rowsAtOnce}`
    const placeOf = ([conversationId, principal]: Cells) => [textOf(conversationId), textOf(principal)]
    for await (const cells of this.#pages(sql, ['', ''], placeOf, signal)) {
      const [conversationId, principal, position, at] = cells
      yield {
        conversationId: textOf(conversationId),
        principal: textOf(principal),
        position: textOf(position),
        at: new Date(Number(at)),
      }
    }
  }

  #documents(source: string, entry: string): { document: Document; passages: IndexedPassage[] }[] {
    const documents = arrays(
      this.#database,
      `SELECT ${documentColumns}, row FROM documents WHERE source = ? AND entry = ? ORDER BY id`,
    )
    const passages = arrays(
      this.#database,
      `SELECT ${contentColumns}, iif(${isOfModel('?2')}, scale, NULL), components, passages.id
       FROM passages JOIN contents USING (row) WHERE passages.document = ?1 ORDER BY ordinal`,
    )
    return documents.all(source, entry).map((cells) => {
      const document = documentFrom(cells)
      const rows = passages.all(Number(cells.at(-1)), this.#embeddingModel)
      return { document, passages: rows.map((row) => indexedFrom(row, document.id)) }
    })
  }

  async *#pages(
    sql: string,
    start: readonly (string | number)[],
    placeOf: (last: Cells) => (string | number)[],
    signal: AbortSignal,
  ): AsyncGenerator<Cells> {
    let after = start
    for (;;) {
      const page = readAll(this.#database, signal, sql, after)
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < rowsAtOnce) return
      after = placeOf(last)
    }
  }
}

function indexedFrom(cells: Cells, documentId: string): IndexedPassage {
  const embedding = embeddingFrom(cells[termsColumn + 1], cells[termsColumn + 2])
  const passage: IndexedPassage = {
    ...passageFrom(textOf(cells.at(-1)), documentId, cells),
    terms: termsFrom(cells[termsColumn]),
  }
  if (embedding !== undefined) passage.embedding = embedding
  return passage
}
