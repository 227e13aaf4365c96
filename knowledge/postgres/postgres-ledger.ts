import type { Work, WorkBegun, WorkLedger } from '#knowledge/work-ledger.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { spokenTo } from './migrations.ts'

/** `lease_until` null: finished. Times are milliseconds since 1970. */
const table = `
  CREATE TABLE IF NOT EXISTS nightdesk_works (
    id TEXT COLLATE "C" NOT NULL, note TEXT NOT NULL, at BIGINT NOT NULL, lease_until BIGINT,
    takeovers INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id)
  )`

/** A ledger for all processes that share a database. */
export class PostgresLedger implements WorkLedger {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async begin({ id, note, at, leaseUntil }: WorkBegun, signal: AbortSignal): Promise<boolean> {
    const sql = `
      INSERT INTO nightdesk_works (id, note, at, lease_until) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO NOTHING RETURNING id`
    const values = [id, note, at.getTime(), leaseUntil.getTime()]
    return await this.#connection.write(async (query, mayBeDone) => {
      if ((await query(sql, values)).length > 0) return true
      // Our own insert may have been committed without our hearing of it.
      if (!mayBeDone) return false
      const ours = 'SELECT 1 FROM nightdesk_works WHERE id = $1 AND note = $2 AND at = $3 AND lease_until = $4'
      return (await query(ours, values)).length > 0
    }, signal)
  }

  async keep(
    { id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>,
    signal: AbortSignal,
  ): Promise<void> {
    const sql = 'UPDATE nightdesk_works SET note = $1, lease_until = $2 WHERE id = $3 AND lease_until IS NOT NULL'
    await this.#connection.write((query) => query(sql, [note, leaseUntil.getTime(), id]), signal)
  }

  async finish(id: string, note: string, signal: AbortSignal): Promise<void> {
    const sql = 'UPDATE nightdesk_works SET note = $1, lease_until = NULL WHERE id = $2'
    await this.#connection.write((query) => query(sql, [note, id]), signal)
  }

  async reopen(
    { id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const sql = `
      UPDATE nightdesk_works SET note = $1, lease_until = $2 WHERE id = $3 AND lease_until IS NULL RETURNING id`
    const ours = 'SELECT 1 FROM nightdesk_works WHERE id = $1 AND note = $2 AND lease_until = $3'
    return await this.#connection.write(async (query, mayBeDone) => {
      if ((await query(sql, [note, leaseUntil.getTime(), id])).length > 0) return true
      return mayBeDone && (await query(ours, [id, note, leaseUntil.getTime()])).length > 0
    }, signal)
  }

  async note(id: string, signal: AbortSignal): Promise<string | undefined> {
    const [cells] = await this.#connection.read('SELECT note FROM nightdesk_works WHERE id = $1', [id], signal)
    return cells === undefined ? undefined : String(cells[0])
  }

  async takeOver(now: Date, leaseUntil: Date, limit: number, signal: AbortSignal): Promise<Work[]> {
    const chosen = `
      SELECT id FROM nightdesk_works WHERE lease_until <= $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED`
    const take = `
      UPDATE nightdesk_works SET lease_until = $1, takeovers = takeovers + 1
      WHERE id = ANY ($2) RETURNING id, note, takeovers, at`
    const rows = await this.#connection.write(async (query) => {
      const ids = (await query(chosen, [now.getTime(), limit])).map(([id]) => id)
      return ids.length === 0 ? [] : await query(take, [leaseUntil.getTime(), ids])
    }, signal)
    return rows
      .toSorted((one, other) => Number(one[3]) - Number(other[3]))
      .map(([id, note, takeovers]) => ({ id: String(id), note: String(note), takeovers: Number(takeovers) }))
  }

  async forgetBefore(time: Date, signal: AbortSignal): Promise<void> {
    const sql = 'DELETE FROM nightdesk_works WHERE lease_until IS NULL AND at < $1'
    await this.#connection.write((query) => query(sql, [time.getTime()]), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]()
  }
}

/** Connects and makes the table where it is missing. @throws {OpsError} When the server can't be reached. */
export async function openPostgresLedger(options: ConnectionOptions, signal: AbortSignal): Promise<PostgresLedger> {
  const connection = new Connection({ connections: 3, ...options })
  try {
    const [[server] = []] = await connection.read('SELECT version()', [], signal)
    const there =
      "SELECT 1 FROM information_schema.tables WHERE table_name = 'nightdesk_works' AND table_schema = current_schema()"
    // Asked first, since two that make one table at once would be in each other's way.
    await connection.write(async (query) => {
      if ((await query(there)).length === 0) await query(spokenTo(String(server), table))
    }, signal)
  } catch (error) {
    await connection[Symbol.asyncDispose]()
    throw error
  }
  return new PostgresLedger(connection)
}
