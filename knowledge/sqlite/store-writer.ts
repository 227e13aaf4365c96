import type { DatabaseSync } from 'node:sqlite'
import type { Verification } from '#knowledge/document.ts'
import type { SourceState } from '#knowledge/document-store.ts'
import { inTransaction } from './connection.ts'
import { ConversationWriter } from './conversation-writer.ts'
import { EntryWriter } from './entry-writer.ts'
import { naming } from './errors.ts'
import { SegmentMerger } from './segment-merge.ts'
import type { WriterAnswer, WriterAsk } from './writer-asks.ts'

/** A merge gets out of the way of waiting writes after so long. */
const sliceMs = 40

/** Everything that writes, on one connection. */
export class StoreWriter {
  readonly #database: DatabaseSync
  readonly #entries: EntryWriter
  readonly #conversations: ConversationWriter
  readonly #merger: SegmentMerger

  /** @param embeddingModel Whose vectors come; absent: nobody says. */
  constructor(database: DatabaseSync, embeddingModel?: string) {
    this.#database = database
    this.#entries = new EntryWriter(database, embeddingModel)
    this.#conversations = new ConversationWriter(database)
    this.#merger = new SegmentMerger(database)
    naming(() => this.#merger.dropUnfinished())
  }

  /** Durable when it returns; all of it or, when it throws, nothing. */
  write(ask: WriterAsk): WriterAnswer {
    try {
      return inTransaction(this.#database, () => this.#run(ask))
    } catch (error) {
      this.#entries.forget()
      throw error
    }
  }

  /** Tidies up for about `forMs`. @returns Whether there is more to tidy. */
  tidy(forMs = sliceMs): boolean {
    return this.#merger.slice(forMs)
  }

  #run(ask: WriterAsk): WriterAnswer {
    switch (ask.kind) {
      case 'replaceEntries':
        return this.#entries.replace(ask.entries)
      case 'removeEntries':
        this.#entries.remove(ask.source, ask.entries)
        break
      case 'saveSourceState':
        this.#saveSourceState(ask.state)
        break
      case 'verify':
        this.#verify(ask.verification)
        break
      case 'addTurn':
        this.#conversations.addTurn(ask.turn)
        break
      case 'addFeedback':
        this.#conversations.addFeedback(ask.feedback)
        break
      case 'reviseAnswer':
        this.#conversations.reviseAnswer(ask.traceId, ask.answer)
        break
      case 'savePosition':
        this.#conversations.savePosition(ask.position)
        break
      case 'forgetTurn':
        this.#conversations.forgetTurn(ask.traceId)
        break
      case 'forget':
        this.#conversations.forget(ask.conversationId, ask.principal)
        break
      case 'forgetBefore':
        this.#conversations.forgetBefore(ask.time)
        break
    }
    return []
  }

  #saveSourceState({ source, cursor, startedAt, finishedAt, failures }: SourceState): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO source_states (source, cursor, started_at, finished_at, failures) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        source,
        cursor ?? null,
        startedAt?.getTime() ?? null,
        finishedAt?.getTime() ?? null,
        JSON.stringify(failures.map(({ entry, reason, failedAt }) => [entry, reason, failedAt.getTime()])),
      )
  }

  #verify({ documentId, by, at, evergreenReason }: Verification): void {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO verifications (document_id, verified_by, verified_at, evergreen_reason) VALUES (?, ?, ?, ?)',
      )
      .run(documentId, by, at.getTime(), evergreenReason ?? null)
  }
}
