import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OpsError } from '#runtime/errors.ts'
import { QueueUnavailableError } from '../errors.ts'

/** How long we wait for another process's transaction; ours last some milliseconds. */
const busyTimeoutMs = 10_000

/** "Ndkq" in ASCII: marks the file as ours. */
const applicationId = 0x4e646b71
const version = 1

/**
 * What waits later has a due time ahead. `again`: it was asked for while it ran. `found_revision` null: to be looked at.
 * Times are milliseconds since 1970.
 */
const tables = `
  CREATE TABLE syncs (
    source TEXT PRIMARY KEY, every_ms INTEGER, due_at INTEGER, again INTEGER NOT NULL DEFAULT 0,
    token TEXT, lease_until INTEGER, attempts INTEGER NOT NULL DEFAULT 0, failure TEXT
  ) WITHOUT ROWID;

  CREATE TABLE entries (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, entry TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    urgent INTEGER NOT NULL, due_at INTEGER NOT NULL,
    found_revision TEXT, found_replaces TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, takeovers INTEGER NOT NULL DEFAULT 0,
    reason TEXT, failed_at INTEGER,
    again INTEGER NOT NULL DEFAULT 0, token TEXT, lease_until INTEGER,
    UNIQUE (source, entry)
  );
  CREATE INDEX entries_by_turn ON entries (source, state, urgent DESC, number);
  CREATE INDEX entries_by_lease ON entries (lease_until) WHERE lease_until IS NOT NULL;

  CREATE TABLE pauses (source TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
`

/** @throws {QueueUnavailableError} When the file can't be used. */
export function openQueueFile(path: string): DatabaseSync {
  return namingQueue(path, () => {
    makeFolder(dirname(path))
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
    try {
      // Without waiting for the disk: what a power failure takes is found again by the next sync.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      create(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Names what SQLite throws. */
export function namingQueue<Result>(path: string, run: () => Result): Result {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof OpsError) throw cause
    if (cause instanceof Error && 'code' in cause) {
      const remedy =
        'Check that its folder may be written and has room. If the file is damaged, delete it: nothing is lost, the next sync fills it again.'
      throw new QueueUnavailableError(path, remedy, { cause })
    }
    throw cause
  }
}

/** Begun at once, so that it never fails half-way for want of the write lock. */
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

/** A queue of another version is thrown away: what waited in it is found again. */
function create(database: DatabaseSync): void {
  if (pragma(database, 'application_id') === applicationId && pragma(database, 'user_version') === version) return
  inTransaction(database, () => {
    if (pragma(database, 'application_id') === applicationId && pragma(database, 'user_version') === version) return
    database.exec('DROP TABLE IF EXISTS syncs; DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS pauses')
    database.exec(tables)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`)
  })
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

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
