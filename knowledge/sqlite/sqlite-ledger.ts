import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Work, WorkBegun, WorkLedger } from '#knowledge/work-ledger.ts'
import { naming, StoreCorruptError } from './errors.ts'

/** How long we wait for another process's transaction; ours last some milliseconds. */
const busyTimeoutMs = 10_000
/** "Ndwk" in ASCII: marks the file as ours. */
const applicationId = 0x4e64776b

/** Times are milliseconds since 1970; `lease_until` null: finished. */
const table = `
  CREATE TABLE IF NOT EXISTS works (
    id TEXT PRIMARY KEY, note TEXT NOT NULL, at INTEGER NOT NULL, lease_until INTEGER,
    takeovers INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS works_by_lease ON works (lease_until) WHERE lease_until IS NOT NULL;
  CREATE INDEX IF NOT EXISTS works_by_time ON works (at);
`

/** A ledger in a file of its own, for all processes of one machine. */
export class SqliteLedger implements WorkLedger {
  readonly #database: DatabaseSync

  /** @throws {StoreCorruptError} When the file is a database of somebody else. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#database = new DatabaseSync(path, { timeout: busyTimeoutMs })
    // Durable at every commit: whoever sent us the work hears that we have it, and won't send it again.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const found = Number(this.#database.prepare('PRAGMA application_id').get()?.application_id)
    const tables = Number(this.#database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n)
    if (tables > 0 && found !== applicationId) {
      this.#database.close()
      throw new StoreCorruptError('The file is an SQLite database, but not a ledger of ours')
    }
    this.#database.exec(`PRAGMA application_id = ${applicationId};${table}`)
  }

  async begin({ id, note, at, leaseUntil }: WorkBegun): Promise<boolean> {
    const sql = 'INSERT INTO works (id, note, at, lease_until) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING'
    return this.#run(sql, id, note, at.getTime(), leaseUntil.getTime()) > 0
  }

  async keep({ id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>): Promise<void> {
    const sql = 'UPDATE works SET note = ?, lease_until = ? WHERE id = ? AND lease_until IS NOT NULL'
    this.#run(sql, note, leaseUntil.getTime(), id)
  }

  async finish(id: string, note: string): Promise<void> {
    this.#run('UPDATE works SET note = ?, lease_until = NULL WHERE id = ?', note, id)
  }

  async reopen({ id, note, leaseUntil }: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>): Promise<boolean> {
    const sql = 'UPDATE works SET note = ?, lease_until = ? WHERE id = ? AND lease_until IS NULL'
    return this.#run(sql, note, leaseUntil.getTime(), id) > 0
  }

  async note(id: string): Promise<string | undefined> {
    const row = naming(() => this.#database.prepare('SELECT note FROM works WHERE id = ?').get(id))
    return row === undefined ? undefined : String(row.note)
  }

  async takeOver(now: Date, leaseUntil: Date, limit: number): Promise<Work[]> {
    const take = `
      UPDATE works SET lease_until = ?, takeovers = takeovers + 1
      WHERE id IN (SELECT id FROM works WHERE lease_until <= ? ORDER BY at LIMIT ?)
      RETURNING id, note, takeovers, at`
    const rows = naming(() => this.#database.prepare(take).all(leaseUntil.getTime(), now.getTime(), limit))
    return rows
      .toSorted((one, other) => Number(one.at) - Number(other.at))
      .map(({ id, note, takeovers }) => ({ id: String(id), note: String(note), takeovers: Number(takeovers) }))
  }

  async forgetBefore(time: Date): Promise<void> {
    this.#run('DELETE FROM works WHERE lease_until IS NULL AND at < ?', time.getTime())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  #run(sql: string, ...values: (string | number)[]): number {
    return naming(() => Number(this.#database.prepare(sql).run(...values).changes))
  }
}
