import type { DatabaseSync } from 'node:sqlite'
import type { ConversationPosition, ConversationStore, Feedback, Turn } from '#knowledge/conversation-store.ts'
import { langOf } from './columns.ts'
import { type Cells, numberOf, textOf } from './connection.ts'
import { readAll } from './sqlite-documents.ts'
import type { Thread } from './thread.ts'
import type { WriterAnswer, WriterAsk } from './writer-asks.ts'

export interface SqliteConversationsParts {
  database: DatabaseSync
  writer: Thread<WriterAsk, WriterAnswer>
  close: () => Promise<void>
}

export const turnColumns =
  'trace_id, conversation_id, principal, question, standalone, lang, answer, abstained, cited, at'
export const feedbackColumns = 'trace_id, principal, verdict, comment, at'

/** Turns and feedback beside the documents, in the same file. */
export class SqliteConversations implements ConversationStore {
  readonly #parts: SqliteConversationsParts

  constructor(parts: SqliteConversationsParts) {
    this.#parts = parts
  }

  async addTurn(turn: Turn, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'addTurn', turn }, signal)
  }

  async turns(conversationId: string, principal: string, limit: number, signal: AbortSignal): Promise<Turn[]> {
    const sql = `SELECT ${turnColumns} FROM turns WHERE conversation_id = ? AND principal = ?
      ORDER BY at DESC, number DESC LIMIT ?`
    const rows = readAll(this.#parts.database, signal, sql, [conversationId, principal, limit])
    return rows.map(turnFrom).toReversed()
  }

  async turn(traceId: string, signal: AbortSignal): Promise<Turn | undefined> {
    const [cells] = readAll(this.#parts.database, signal, `SELECT ${turnColumns} FROM turns WHERE trace_id = ?`, [
      traceId,
    ])
    return cells === undefined ? undefined : turnFrom(cells)
  }

  async addFeedback(feedback: Feedback, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'addFeedback', feedback }, signal)
  }

  async feedback(traceId: string, signal: AbortSignal): Promise<Feedback[]> {
    const sql = `SELECT ${feedbackColumns} FROM feedback WHERE trace_id = ? ORDER BY number`
    return readAll(this.#parts.database, signal, sql, [traceId]).map(feedbackFrom)
  }

  async reviseAnswer(traceId: string, answer: string, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'reviseAnswer', traceId, answer }, signal)
  }

  async savePosition(position: ConversationPosition, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'savePosition', position }, signal)
  }

  async position(conversationId: string, principal: string, signal: AbortSignal): Promise<string | undefined> {
    const sql = 'SELECT position FROM positions WHERE conversation_id = ? AND principal = ?'
    const [cells] = readAll(this.#parts.database, signal, sql, [conversationId, principal])
    return cells === undefined ? undefined : textOf(cells[0])
  }

  async forgetTurn(traceId: string, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'forgetTurn', traceId }, signal)
  }

  async forget(conversationId: string, principal: string, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'forget', conversationId, principal }, signal)
  }

  async forgetBefore(time: Date, signal: AbortSignal): Promise<void> {
    await this.#parts.writer.ask({ kind: 'forgetBefore', time }, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close()
  }
}

/** @param cells Those of `turnColumns`, perhaps more after them. */
export function turnFrom(cells: Cells): Turn {
  const cited: [string, string][] = JSON.parse(textOf(cells[8]))
  return {
    traceId: textOf(cells[0]),
    conversationId: textOf(cells[1]),
    principal: textOf(cells[2]),
    question: textOf(cells[3]),
    standalone: textOf(cells[4]),
    lang: langOf(cells[5]),
    answer: textOf(cells[6]),
    abstained: cells[7] === 1,
    cited: cited.map(([passageId, quote]) => ({ passageId, quote })),
    at: new Date(numberOf(cells[9])),
  }
}

const verdicts: readonly Feedback['verdict'][] = ['good', 'bad', 'stale']

/** @param cells Those of `feedbackColumns`, perhaps more after them. */
export function feedbackFrom([traceId, principal, verdict, comment, at]: Cells): Feedback {
  return {
    traceId: textOf(traceId),
    principal: textOf(principal),
    verdict: verdicts.find((known) => known === verdict) ?? 'bad',
    ...(typeof comment === 'string' ? { comment } : {}),
    at: new Date(numberOf(at)),
  }
}
