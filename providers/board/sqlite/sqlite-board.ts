import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Clock } from '#runtime/clock.ts'
import type { Board } from '../board.ts'

/** Others' transactions take less than a millisecond; this one waits on the main thread. */
const busyTimeoutMs = 500

/** A file that all processes of one machine share. */
export class SqliteBoard implements Board {
  readonly #database: DatabaseSync
  readonly #clock: Clock
  readonly #add: StatementSync
  readonly #put: StatementSync
  readonly #take: StatementSync
  readonly #read: StatementSync
  readonly #forget: StatementSync

  /** @throws {Error} When the file can't be opened or made. */
  constructor({ path, clock }: { path: string; clock: Clock }) {
    mkdirSync(dirname(path), { recursive: true })
    this.#database = new DatabaseSync(path, { timeout: busyTimeoutMs })
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS notes (topic TEXT, name TEXT, value, forget_at INTEGER, PRIMARY KEY (topic, name)) WITHOUT ROWID`)
    this.#clock = clock
    this.#add = this.#database.prepare(`INSERT INTO notes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET value = value + excluded.value, forget_at = excluded.forget_at`)
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO notes VALUES (?, ?, ?, NULL)')
    this.#take = this.#database.prepare('DELETE FROM notes WHERE topic = ? AND name = ?')
    this.#read = this.#database.prepare('SELECT name, value FROM notes WHERE topic = ?')
    this.#forget = this.#database.prepare('DELETE FROM notes WHERE forget_at < ?')
  }

  async add(topic: string, amounts: ReadonlyMap<string, number>, keepMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const now = this.#clock.now().getTime()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#forget.run(now)
      for (const [name, amount] of amounts) this.#add.run(topic, name, amount, now + keepMs)
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  async put(topic: string, name: string, value: string | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (value === undefined) this.#take.run(topic, name)
    else this.#put.run(topic, name, value)
  }

  async read(topic: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted()
    return new Map(this.#read.all(topic).map(({ name, value }) => [String(name), String(value)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close()
  }
}
