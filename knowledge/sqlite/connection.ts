import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { naming, StoreClosedError, StoreCorruptError, StoreUnavailableError } from './errors.ts'
import { migrate } from './schema.ts'

/** How long a writer waits for another process's transaction. Ours last well under a second. */
const busyTimeoutMs = 10_000

/** Folder by folder: where a file system answers ENOENT for ever (/proc), mkdir's own recursion never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error
  }
}

/** Creates or upgrades the file where needed, and lets go of it. @throws {OpsError} When it can't be used. */
export function prepareFile(path: string): void {
  try {
    makeFolder(dirname(path))
  } catch (cause) {
    throw new StoreUnavailableError('The data directory cannot be made', { cause })
  }
  naming(() => {
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
    try {
      migrate(database)
    } finally {
      database.close()
    }
  })
}

export interface ReaderMemory {
  /** Pages that are kept in memory of our own. */
  cacheMb: number
  /**
   * How much of the file, from its beginning, is mapped instead: that saves a system call and a copy a page, but what
   * was touched counts as memory of this process.
   */
  mappedMb: number
}

/** A connection that only reads; every statement sees all that was committed before it began. */
export function openReader(path: string, { cacheMb, mappedMb }: ReaderMemory): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs })
  database.exec(`PRAGMA cache_size = ${-1024 * cacheMb}; PRAGMA mmap_size = ${mappedMb * 2 ** 20}`)
  return database
}

/**
 * The connection that writes. Commits are on the disk when they return (synchronous = FULL).
 * @param maxBytes The file never grows beyond it; absent: as far as the disk goes.
 */
export function openWriter(path: string, maxBytes: number | undefined): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  // A checkpoint every 32 MB instead of every 8, since a first sync would otherwise copy hot pages again and again.
  database.exec(`
    PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;
  `)
  if (maxBytes !== undefined) {
    const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size)
    database.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}`)
  }
  return database
}

/** A statement that gives rows as arrays, which costs half of what objects do. */
export function arrays(database: DatabaseSync, sql: string): ArrayStatement {
  const statement = database.prepare(sql)
  statement.setReturnArrays(true)
  // node:sqlite's types know only objects; with setReturnArrays its rows are arrays (nodejs.org/api/sqlite.html).
  const untyped: { prepared: StatementSync | ArrayStatement } = { prepared: statement }
  if (!isArrayStatement(untyped.prepared)) throw new TypeError('not a statement')
  return untyped.prepared
}

export type Cells = SQLOutputValue[]

/** A StatementSync whose rows are arrays. */
export interface ArrayStatement {
  get(...values: Parameter[]): Cells | undefined
  all(...values: Parameter[]): Cells[]
  iterate(...values: Parameter[]): IterableIterator<Cells>
}

type Parameter = null | number | string | Uint8Array

function isArrayStatement(statement: StatementSync | ArrayStatement): statement is ArrayStatement {
  return 'iterate' in statement
}

/** A column that must hold text. @throws {StoreCorruptError} When it doesn't. */
export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new StoreCorruptError(`Expected text, found ${typeof value}`)
  return value
}

/** A column that must hold a number. @throws {StoreCorruptError} When it doesn't. */
export function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new StoreCorruptError(`Expected a number, found ${typeof value}`)
  return value
}

/** A column that must hold bytes. @throws {StoreCorruptError} When it doesn't. */
export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new StoreCorruptError(`Expected bytes, found ${typeof value}`)
  return value
}

/** Reads on this thread. @throws {OpsError} When the store is closed or fails. */
export function reading<Result>(database: DatabaseSync, signal: AbortSignal, read: () => Result): Result {
  signal.throwIfAborted()
  if (!database.isOpen) throw new StoreClosedError('The store is closed')
  return naming(read)
}

/** Runs it in a transaction that is begun at once, so that it never fails half-way for want of the write lock. */
export function inTransaction<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Runs it on one unchanging state of the file. */
export function inSnapshot<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN')
  try {
    return run()
  } finally {
    database.exec('COMMIT')
  }
}
