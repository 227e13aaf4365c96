import { z } from 'zod'
import type { ConversationPosition, ConversationStore, Feedback, Turn } from '#knowledge/conversation-store.ts'
import { jsonOf, langOf, numberOf, textOf } from './columns.ts'
import type { Cells, Connection, Query } from './connection.ts'

export const turnCells =
  'trace_id, conversation_id, principal, question, standalone, lang, answer, abstained, cited, at'
export const feedbackCells = 'trace_id, principal, verdict, comment, at'

const Cited = z.array(z.tuple([z.string(), z.string()]))

/** Turns and feedback beside the documents. */
export class PostgresConversations implements ConversationStore {
  readonly #connection: Connection
  readonly #close: () => Promise<void>

  constructor(connection: Connection, close: () => Promise<void>) {
    this.#connection = connection
    this.#close = close
  }

  async addTurn(turn: Turn, signal: AbortSignal): Promise<void> {
    const sql = `
      INSERT INTO nightdesk_turns (${turnCells}, number)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (trace_id) DO NOTHING`
    const values = [
      turn.traceId,
      turn.conversationId,
      turn.principal,
      turn.question,
      turn.standalone,
      turn.lang,
      turn.answer,
      turn.abstained,
      JSON.stringify(turn.cited.map(({ passageId, quote }) => [passageId, quote])),
      turn.at.getTime(),
      nextNumber(),
    ]
    await this.#connection.write((query) => query(sql, values), signal)
  }

  async turns(conversationId: string, principal: string, limit: number, signal: AbortSignal): Promise<Turn[]> {
    const sql = `
      SELECT ${turnCells} FROM nightdesk_turns WHERE conversation_id = $1 AND principal = $2
      ORDER BY at DESC, number DESC LIMIT $3`
    const rows = await this.#connection.read(sql, [conversationId, principal, limit], signal)
    return rows.map(turnFrom).toReversed()
  }

  async turn(traceId: string, signal: AbortSignal): Promise<Turn | undefined> {
    const sql = `SELECT ${turnCells} FROM nightdesk_turns WHERE trace_id = $1`
    const [cells] = await this.#connection.read(sql, [traceId], signal)
    return cells === undefined ? undefined : turnFrom(cells)
  }

  async addFeedback({ traceId, principal, verdict, comment, at }: Feedback, signal: AbortSignal): Promise<void> {
    // Numbered once, so that a statement which is run again because its answer was lost adds nothing twice. Two processes
    // would have to choose one microsecond for one trace to lose a word.
    const sql = `
      INSERT INTO nightdesk_feedback (trace_id, number, principal, verdict, comment, at)
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (trace_id, number) DO NOTHING`
    const values = [traceId, nextNumber(), principal, verdict, comment ?? null, at.getTime()]
    await this.#connection.write((query) => query(sql, values), signal)
  }

  async feedback(traceId: string, signal: AbortSignal): Promise<Feedback[]> {
    const sql = `SELECT ${feedbackCells} FROM nightdesk_feedback WHERE trace_id = $1 ORDER BY number`
    return (await this.#connection.read(sql, [traceId], signal)).map(feedbackFrom)
  }

  async reviseAnswer(traceId: string, answer: string, signal: AbortSignal): Promise<void> {
    const sql = 'UPDATE nightdesk_turns SET answer = $2 WHERE trace_id = $1'
    await this.#connection.write((query) => query(sql, [traceId, answer]), signal)
  }

  async savePosition(saved: ConversationPosition, signal: AbortSignal): Promise<void> {
    const sql = `
      INSERT INTO nightdesk_positions (conversation_id, principal, position, at) VALUES ($1, $2, $3, $4)
      ON CONFLICT (conversation_id, principal) DO UPDATE SET position = excluded.position, at = excluded.at`
    const values = [saved.conversationId, saved.principal, saved.position, saved.at.getTime()]
    await this.#connection.write((query) => query(sql, values), signal)
  }

  async position(conversationId: string, principal: string, signal: AbortSignal): Promise<string | undefined> {
    const sql = 'SELECT position FROM nightdesk_positions WHERE conversation_id = $1 AND principal = $2'
    const [cells] = await this.#connection.read(sql, [conversationId, principal], signal)
    return cells === undefined ? undefined : textOf(cells[0])
  }

  async forgetTurn(traceId: string, signal: AbortSignal): Promise<void> {
    await this.#connection.write((query) => forgetTurns(query, 'trace_id = $1', [traceId]), signal)
  }

  async forget(conversationId: string, principal: string, signal: AbortSignal): Promise<void> {
    const which = 'conversation_id = $1 AND principal = $2'
    await this.#connection.write(async (query) => {
      await forgetTurns(query, which, [conversationId, principal])
      await query(`DELETE FROM nightdesk_positions WHERE ${which}`, [conversationId, principal])
    }, signal)
  }

  async forgetBefore(time: Date, signal: AbortSignal): Promise<void> {
    await this.#connection.write(async (query) => {
      await forgetTurns(query, 'at < $1', [time.getTime()])
      await query('DELETE FROM nightdesk_positions WHERE at < $1', [time.getTime()])
    }, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

async function forgetTurns(query: Query, which: string, values: (string | number)[]): Promise<void> {
  const traces = `SELECT trace_id FROM nightdesk_turns WHERE ${which}`
  await query(`DELETE FROM nightdesk_feedback WHERE trace_id IN (${traces})`, values)
  await query(`DELETE FROM nightdesk_turns WHERE ${which}`, values)
}

let lastNumber = 0

/** Microseconds since 1970, each later than the last: what came first stays first, without a counter that all share. */
function nextNumber(): number {
  lastNumber = Math.max(lastNumber + 1, Math.floor((performance.timeOrigin + performance.now()) * 1000))
  return lastNumber
}

/** @param cells Those of `turnCells`, perhaps more after them. */
export function turnFrom(cells: Cells): Turn {
  return {
    traceId: textOf(cells[0]),
    conversationId: textOf(cells[1]),
    principal: textOf(cells[2]),
    question: textOf(cells[3]),
    standalone: textOf(cells[4]),
    lang: langOf(cells[5]),
    answer: textOf(cells[6]),
    abstained: cells[7] === true,
    cited: jsonOf(cells[8], Cited).map(([passageId, quote]) => ({ passageId, quote })),
    at: new Date(numberOf(cells[9])),
  }
}

const verdicts: readonly Feedback['verdict'][] = ['good', 'bad', 'stale']

/** @param cells Those of `feedbackCells`, perhaps more after them. */
export function feedbackFrom([traceId, principal, verdict, comment, at]: Cells): Feedback {
  return {
    traceId: textOf(traceId),
    principal: textOf(principal),
    verdict: verdicts.find((known) => known === verdict) ?? 'bad',
    ...(comment === null ? {} : { comment: textOf(comment) }),
    at: new Date(numberOf(at)),
  }
}
