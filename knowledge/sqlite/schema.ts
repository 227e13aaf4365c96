import type { DatabaseSync } from 'node:sqlite'
import { StoreCorruptError, StoreTooNewError } from './errors.ts'

/** "Ndsk" in ASCII: marks the file as ours. */
const applicationId = 0x4e64736b

/**
 * Each string takes a store from the version of its index to the next one; never change one that was released.
 * A passage stands in three tables, so that what a search scans stays dense: `passages` (who may see it, how long it
 * is), `vectors`, and `contents`, where everything is once more that showing it takes: one page read, not four. Their
 * rows are numbered once and never again, ascending.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE entries (
    source TEXT NOT NULL, entry TEXT NOT NULL, revision TEXT NOT NULL,
    PRIMARY KEY (source, entry)
  ) WITHOUT ROWID;

  CREATE TABLE documents (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, entry TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, url TEXT NOT NULL,
    title TEXT NOT NULL, owners TEXT NOT NULL, lang TEXT NOT NULL, audience TEXT NOT NULL,
    edited_at INTEGER NOT NULL, reviewed_at INTEGER, reviewed_by TEXT, evergreen_reason TEXT,
    masked_secrets INTEGER NOT NULL
  );
  CREATE INDEX documents_by_entry ON documents (source, entry);
  CREATE INDEX documents_by_path ON documents (source, path, id);

  -- What a filter can tell passages apart by; every passage has one, and a search looks at the few of these first.
  CREATE TABLE scopes (
    row INTEGER PRIMARY KEY, source TEXT NOT NULL, lang TEXT NOT NULL, audience TEXT NOT NULL,
    UNIQUE (source, lang, audience)
  );

  CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, length INTEGER NOT NULL,
    document INTEGER NOT NULL, id TEXT NOT NULL UNIQUE
  );
  CREATE INDEX passages_by_document ON passages (document);

  CREATE TABLE contents (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, document INTEGER NOT NULL, scope INTEGER NOT NULL,
    ordinal INTEGER NOT NULL, heading TEXT NOT NULL, lang TEXT NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL, from_line INTEGER NOT NULL, to_line INTEGER NOT NULL, edited_at INTEGER NOT NULL,
    context TEXT NOT NULL, suspicious INTEGER NOT NULL, terms TEXT NOT NULL,
    scale REAL, components BLOB
  );

  -- scale turns the components (8-bit integers) back into a vector of unit length.
  CREATE TABLE vectors (row INTEGER PRIMARY KEY, scale REAL NOT NULL, components BLOB NOT NULL);

  -- The word index: immutable segments of consecutive passage rows, each with a posting list a term, which stand in
  -- packed_postings as one blob or in postings as a row a term.
  CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL CHECK (state IN ('live', 'building', 'dropped')),
    packed INTEGER NOT NULL,
    first_row INTEGER NOT NULL, last_row INTEGER NOT NULL, passages INTEGER NOT NULL, dead INTEGER NOT NULL
  );
  CREATE TABLE packed_postings (segment INTEGER PRIMARY KEY, lists BLOB NOT NULL);
  CREATE TABLE postings (
    segment INTEGER NOT NULL, term TEXT NOT NULL, passages INTEGER NOT NULL, list BLOB NOT NULL,
    PRIMARY KEY (segment, term)
  ) WITHOUT ROWID;

  -- Rows whose scope changed or which are gone; new rows are known by their number.
  CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, row INTEGER NOT NULL);

  CREATE TABLE source_states (
    source TEXT PRIMARY KEY, cursor TEXT, started_at INTEGER, finished_at INTEGER, failures TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE verifications (
    document_id TEXT PRIMARY KEY, verified_by TEXT NOT NULL, verified_at INTEGER NOT NULL, evergreen_reason TEXT
  ) WITHOUT ROWID;

  CREATE TABLE turns (
    number INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE, conversation_id TEXT NOT NULL, principal TEXT NOT NULL,
    question TEXT NOT NULL, standalone TEXT NOT NULL, lang TEXT NOT NULL, answer TEXT NOT NULL,
    abstained INTEGER NOT NULL, cited TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE INDEX turns_by_conversation ON turns (conversation_id, principal, at, number);

  CREATE TABLE feedback (
    number INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, principal TEXT NOT NULL, verdict TEXT NOT NULL,
    comment TEXT, at INTEGER NOT NULL
  );
  CREATE INDEX feedback_by_trace ON feedback (trace_id, number);
  `,
  `
  -- Which embedding model a vector is of. Until there was a choice, it was the one that ships.
  CREATE TABLE models (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  INSERT INTO models (number, id) VALUES (1, 'ops-embed-1/256');
  ALTER TABLE vectors ADD COLUMN model INTEGER DEFAULT 1;
  ALTER TABLE contents ADD COLUMN model INTEGER DEFAULT 1;
  `,
  `
  -- Where each conversation stands, and what is forgotten after a time.
  CREATE TABLE positions (
    conversation_id TEXT NOT NULL, principal TEXT NOT NULL, position TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, principal)
  ) WITHOUT ROWID;
  CREATE INDEX turns_by_time ON turns (at);
  `,
  `
  -- What leads to a passage at its source, and who changed a document last.
  ALTER TABLE contents ADD COLUMN anchor TEXT;
  ALTER TABLE documents ADD COLUMN edited_by TEXT;
  `,
]

/**
 * Brings the file to this version's tables, all in one transaction.
 * @throws {StoreTooNewError} When it was written by a later version.
 * @throws {StoreCorruptError} When it holds something else.
 */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) === migrations.length) return
  database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
  try {
    for (const migration of migrations.slice(versionOf(database))) database.exec(migration)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function versionOf(database: DatabaseSync): number {
  const version = pragma(database, 'user_version')
  if (version > migrations.length) {
    throw new StoreTooNewError(`The store has version ${version}, this program knows ${migrations.length}`)
  }
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables
  if (tables !== 0 && pragma(database, 'application_id') !== applicationId) {
    throw new StoreCorruptError('The file is an SQLite database, but not one of ours')
  }
  return version
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}
