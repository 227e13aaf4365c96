import type { DatabaseSync } from 'node:sqlite'
import type { ConversationPosition, Feedback, Turn } from '#knowledge/conversation-store.ts'

/** Writes what was said; each call within a transaction. */
export class ConversationWriter {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  addTurn(turn: Turn): void {
    this.#database
      .prepare(
        `INSERT INTO turns
           (trace_id, conversation_id, principal, question, standalone, lang, answer, abstained, cited, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        turn.traceId,
        turn.conversationId,
        turn.principal,
        turn.question,
        turn.standalone,
        turn.lang,
        turn.answer,
        turn.abstained ? 1 : 0,
        JSON.stringify(turn.cited.map(({ passageId, quote }) => [passageId, quote])),
        turn.at.getTime(),
      )
  }

  addFeedback({ traceId, principal, verdict, comment, at }: Feedback): void {
    this.#database
      .prepare('INSERT INTO feedback (trace_id, principal, verdict, comment, at) VALUES (?, ?, ?, ?, ?)')
      .run(traceId, principal, verdict, comment ?? null, at.getTime())
  }

  reviseAnswer(traceId: string, answer: string): void {
    this.#database.prepare('UPDATE turns SET answer = ? WHERE trace_id = ?').run(answer, traceId)
  }

  savePosition({ conversationId, principal, position, at }: ConversationPosition): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO positions (conversation_id, principal, position, at) VALUES (?, ?, ?, ?)')
      .run(conversationId, principal, position, at.getTime())
  }

  forgetTurn(traceId: string): void {
    this.#forgetTurns('trace_id = ?', traceId)
  }

  forget(conversationId: string, principal: string): void {
    const which = 'conversation_id = ? AND principal = ?'
    this.#forgetTurns(which, conversationId, principal)
    this.#database.prepare(`DELETE FROM positions WHERE ${which}`).run(conversationId, principal)
  }

  forgetBefore(time: Date): void {
    this.#forgetTurns('at < ?', time.getTime())
    this.#database.prepare('DELETE FROM positions WHERE at < ?').run(time.getTime())
  }

  #forgetTurns(which: string, ...values: (string | number)[]): void {
    this.#database
      .prepare(`DELETE FROM feedback WHERE trace_id IN (SELECT trace_id FROM turns WHERE ${which})`)
      .run(...values)
    this.#database.prepare(`DELETE FROM turns WHERE ${which}`).run(...values)
  }
}
