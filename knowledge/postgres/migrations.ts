import type { Connection, Query } from './connection.ts'
import { DatabaseTooNewError } from './errors.ts'

/**
 * Each takes the tables from its number to the next one; never change one that was released. Nothing in them belongs to
 * one vendor: no extensions, sequences, advisory locks or foreign keys. Every key begins with what the rows would be spread
 * by (the source, the conversation's trace), as Citus asks for. Text is compared byte by byte, so that neither the order
 * of pages nor an index depends on a server's locale. Statements may be repeated: some servers commit each by themselves.
 *
 * Times are milliseconds since 1970. `digest` tells whether anything of a row changed without reading it.
 * `nightdesk_changes` counts the transactions that wrote entries of a source, in a few rows so that writers seldom wait
 * for each other at one of them. `path_start` is what fits into an index of `path`, which may be longer than an index can hold.
 */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE IF NOT EXISTS nightdesk_entries (
      source TEXT COLLATE "C" NOT NULL, entry TEXT COLLATE "C" NOT NULL, revision TEXT COLLATE "C" NOT NULL,
      PRIMARY KEY (source, entry)
    )`,
    `CREATE TABLE IF NOT EXISTS nightdesk_changes (
      source TEXT COLLATE "C" NOT NULL, shard INTEGER NOT NULL, number BIGINT NOT NULL,
      PRIMARY KEY (source, shard)
    )`,
    `CREATE TABLE IF NOT EXISTS nightdesk_documents (
      source TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, entry TEXT COLLATE "C" NOT NULL,
      kind TEXT NOT NULL, path_start TEXT COLLATE "C" NOT NULL, path TEXT COLLATE "C" NOT NULL, url TEXT NOT NULL,
      title TEXT NOT NULL, owners TEXT[] NOT NULL, lang TEXT NOT NULL, audience TEXT[] NOT NULL,
      edited_at BIGINT NOT NULL, reviewed_at BIGINT, reviewed_by TEXT, evergreen_reason TEXT,
      masked_secrets INTEGER NOT NULL, digest TEXT NOT NULL,
      PRIMARY KEY (source, id)
    )`,
    'CREATE INDEX IF NOT EXISTS nightdesk_documents_by_id ON nightdesk_documents (id)',
    'CREATE INDEX IF NOT EXISTS nightdesk_documents_by_entry ON nightdesk_documents (source, entry)',
    'CREATE INDEX IF NOT EXISTS nightdesk_documents_by_path ON nightdesk_documents (source, path_start)',
    `CREATE TABLE IF NOT EXISTS nightdesk_passages (
      source TEXT COLLATE "C" NOT NULL, document_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
      ordinal INTEGER NOT NULL, heading TEXT NOT NULL, lang TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
      from_line INTEGER NOT NULL, to_line INTEGER NOT NULL, edited_at BIGINT NOT NULL, context TEXT NOT NULL,
      suspicious BOOLEAN NOT NULL, terms TEXT NOT NULL, scale DOUBLE PRECISION, components BYTEA, model TEXT,
      digest TEXT NOT NULL,
      PRIMARY KEY (source, document_id, id)
    )`,
    'CREATE INDEX IF NOT EXISTS nightdesk_passages_by_id ON nightdesk_passages (id)',
    `CREATE TABLE IF NOT EXISTS nightdesk_source_states (
      source TEXT COLLATE "C" NOT NULL, cursor TEXT, started_at BIGINT, finished_at BIGINT, failures TEXT NOT NULL,
      PRIMARY KEY (source)
    )`,
    `CREATE TABLE IF NOT EXISTS nightdesk_verifications (
      document_id TEXT COLLATE "C" NOT NULL, verified_by TEXT NOT NULL, verified_at BIGINT NOT NULL,
      evergreen_reason TEXT,
      PRIMARY KEY (document_id)
    )`,
    `CREATE TABLE IF NOT EXISTS nightdesk_turns (
      trace_id TEXT COLLATE "C" NOT NULL, conversation_id TEXT COLLATE "C" NOT NULL, principal TEXT NOT NULL,
      question TEXT NOT NULL, standalone TEXT NOT NULL, lang TEXT NOT NULL, answer TEXT NOT NULL,
      abstained BOOLEAN NOT NULL, cited TEXT NOT NULL, at BIGINT NOT NULL, number BIGINT NOT NULL,
      PRIMARY KEY (trace_id)
    )`,
    'CREATE INDEX IF NOT EXISTS nightdesk_turns_by_conversation ON nightdesk_turns (conversation_id, at, number)',
    `CREATE TABLE IF NOT EXISTS nightdesk_feedback (
      trace_id TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL, principal TEXT NOT NULL, verdict TEXT NOT NULL,
      comment TEXT, at BIGINT NOT NULL,
      PRIMARY KEY (trace_id, number)
    )`,
  ],
  [
    `CREATE TABLE IF NOT EXISTS nightdesk_positions (
      conversation_id TEXT COLLATE "C" NOT NULL, principal TEXT COLLATE "C" NOT NULL, position TEXT NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (conversation_id, principal)
    )`,
    'CREATE INDEX IF NOT EXISTS nightdesk_turns_by_time ON nightdesk_turns (at)',
  ],
  [
    'ALTER TABLE nightdesk_passages ADD COLUMN IF NOT EXISTS anchor TEXT',
    'ALTER TABLE nightdesk_documents ADD COLUMN IF NOT EXISTS edited_by TEXT',
  ],
]

/**
 * Brings the database to this version's tables. Several processes may do so at once: whoever writes a version's number
 * first does its work, since no number can stand there twice.
 * @throws {DatabaseTooNewError} When they were made by a later version.
 */
export async function migrate(connection: Connection, signal: AbortSignal): Promise<void> {
  await connection.write(async (query) => {
    const done = await versionOf(query)
    if (done > migrations.length) {
      throw new DatabaseTooNewError(`The tables have version ${done}, this program knows ${migrations.length}`)
    }
    const [[server] = []] = await query('SELECT version()')
    for (const [index, statements] of migrations.entries()) {
      if (index < done) continue
      await query('INSERT INTO nightdesk_migrations (version, applied_at) VALUES ($1, $2)', [index + 1, Date.now()])
      for (const statement of statements) await query(spokenTo(String(server), statement))
    }
  }, signal)
}

async function versionOf(query: Query): Promise<number> {
  // Asked first, since two that make one table at once would be in each other's way.
  const [there] = await query(
    "SELECT 1 FROM information_schema.tables WHERE table_name = 'nightdesk_migrations' AND table_schema = current_schema()",
  )
  if (there === undefined) {
    await query(
      'CREATE TABLE IF NOT EXISTS nightdesk_migrations (version INTEGER NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (version))',
    )
  }
  const [cells] = await query('SELECT coalesce(max(version), 0) FROM nightdesk_migrations')
  return Number(cells?.[0] ?? 0)
}

/**
 * CockroachDB compares text byte by byte as it is, and refuses the collation of that name on columns
 * (github.com/cockroachdb/cockroach/issues/108657).
 */
export function spokenTo(server: string, statement: string): string {
  return server.startsWith('CockroachDB') ? statement.replaceAll(' COLLATE "C"', '') : statement
}
