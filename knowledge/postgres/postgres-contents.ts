import type { ConversationPosition, Feedback, Turn } from '#knowledge/conversation-store.ts'
import type { Document, Verification } from '#knowledge/document.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { IndexedPassage } from '#knowledge/passage.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import { documentFrom, indexedFrom, numberOf, selectedOfDocument, selectedOfIndexed, textOf } from './columns.ts'
import type { Cells, Connection } from './connection.ts'
import { feedbackCells, feedbackFrom, turnCells, turnFrom } from './postgres-conversations.ts'
import { verificationFrom } from './postgres-documents.ts'

const rowsAtOnce = 200

/** Reads everything, some at a time, without keeping a transaction open over it. */
export class PostgresContents implements StoreContents {
  readonly #connection: Connection
  readonly #embeddingModel: string | undefined

  /** @param embeddingModel Passages come with the vectors of this one alone; absent: with whatever they have. */
  constructor(connection: Connection, embeddingModel: string | undefined) {
    this.#connection = connection
    this.#embeddingModel = embeddingModel
  }

  async entries(source: string, entries: readonly string[], signal: AbortSignal): Promise<EntryContent[]> {
    signal.throwIfAborted()
    if (entries.length === 0) return []
    // Revisions first: when somebody writes meanwhile, what is handed out carries the older one and counts as outdated.
    const revisions = new Map<string, string>()
    for (const [entry, revision] of await this.#connection.read(
      'SELECT entry, revision FROM nightdesk_entries WHERE source = $1 AND entry = ANY($2::text[])',
      [source, entries],
      signal,
    )) {
      revisions.set(textOf(entry), textOf(revision))
    }
    const documents = await this.#documents(source, entries, signal)
    return entries.flatMap((entry) => {
      const revision = revisions.get(entry)
      return revision === undefined ? [] : [{ source, entry, revision, documents: documents.get(entry) ?? [] }]
    })
  }

  /** How often each source was written to. What is read afterwards holds all of that. */
  async changes(signal: AbortSignal): Promise<Map<string, number>> {
    const rows = await this.#connection.read(
      'SELECT source, sum(number) FROM nightdesk_changes GROUP BY source',
      [],
      signal,
    )
    return new Map(rows.map(([source, number]) => [textOf(source), numberOf(number)]))
  }

  async *verifications(signal: AbortSignal): AsyncGenerator<Verification> {
    const sql = `
      SELECT document_id, verified_by, verified_at, evergreen_reason FROM nightdesk_verifications
      WHERE document_id > $1 ORDER BY document_id LIMIT ${rowsAtOnce}`
    for await (const cells of this.#pages(sql, [''], (last) => [last[0]], signal)) yield verificationFrom(cells)
  }

  async *turns(signal: AbortSignal): AsyncGenerator<Turn> {
    const sql = `
      SELECT ${turnCells}, number FROM nightdesk_turns
      WHERE (at, number, trace_id) > ($1, $2, $3) ORDER BY at, number, trace_id LIMIT ${rowsAtOnce}`
    const start = [Number.MIN_SAFE_INTEGER, 0, '']
    for await (const cells of this.#pages(sql, start, (last) => [last[9], last[10], last[0]], signal)) {
      yield turnFrom(cells)
    }
  }

  async *feedback(signal: AbortSignal): AsyncGenerator<Feedback> {
    const sql = `
      SELECT ${feedbackCells}, number FROM nightdesk_feedback
      WHERE (trace_id, number) > ($1, $2) ORDER BY trace_id, number LIMIT ${rowsAtOnce}`
    for await (const cells of this.#pages(sql, ['', 0], (last) => [last[0], last[5]], signal)) {
      yield feedbackFrom(cells)
    }
  }

  async *positions(signal: AbortSignal): AsyncGenerator<ConversationPosition> {
    const sql = `
      SELECT conversation_id, principal, position, at FROM nightdesk_positions
      WHERE (conversation_id, principal) > ($1, $2) ORDER BY conversation_id, principal LIMIT ${rowsAtOnce}`
    for await (const cells of this.#pages(sql, ['', ''], (last) => last.slice(0, 2), signal)) {
      const [conversationId, principal, position, at] = cells
      yield {
        conversationId: textOf(conversationId),
        principal: textOf(principal),
        position: textOf(position),
        at: new Date(numberOf(at)),
      }
    }
  }

  async #documents(source: string, entries: readonly string[], signal: AbortSignal) {
    const byEntry = new Map<string, { document: Document; passages: IndexedPassage[] }[]>()
    const byId = new Map<string, IndexedPassage[]>()
    const documents = await this.#connection.read(
      `SELECT ${selectedOfDocument.join(', ')} FROM nightdesk_documents
       WHERE source = $1 AND entry = ANY($2::text[]) ORDER BY id`,
      [source, entries],
      signal,
    )
    for (const document of documents.map(documentFrom)) {
      const passages: IndexedPassage[] = []
      byId.set(document.id, passages)
      byEntry.set(document.entry, [...(byEntry.get(document.entry) ?? []), { document, passages }])
    }
    const passages = await this.#connection.read(
      `SELECT ${selectedOfIndexed.join(', ')} FROM nightdesk_passages
       WHERE source = $1 AND document_id = ANY($2::text[]) ORDER BY ordinal`,
      [source, [...byId.keys()]],
      signal,
    )
    for (const cells of passages) {
      const passage = indexedFrom(cells, this.#embeddingModel)
      byId.get(passage.documentId)?.push(passage)
    }
    return byEntry
  }

  /** Each page begins after the last row of the one before. */
  async *#pages(
    sql: string,
    start: readonly unknown[],
    placeOf: (last: Cells) => readonly unknown[],
    signal: AbortSignal,
  ): AsyncGenerator<Cells> {
    let after = start
    for (;;) {
      const page = await this.#connection.read(sql, after, signal)
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < rowsAtOnce) return
      after = placeOf(last)
    }
  }
}
