import { OpsError, reasonOf } from '#runtime/errors.ts'

/** The server doesn't answer, hung up, is starting up or has no connection to spare. */
export class DatabaseUnreachableError extends OpsError {
  override readonly name = 'DatabaseUnreachableError'
  readonly code = 'database_unreachable'
  readonly retryable = true
  readonly userMessage: string
  constructor(host: string, cause: unknown) {
    const sentence = `PostgreSQL at ${host} can't be reached: ${shortReason(cause)}`
    super(sentence, { cause })
    this.userMessage = `${sentence}; check DATABASE_URL and that the server is running.`
  }
}

/** The server answers, but not to this user, for this database or this table. */
export class DatabaseRefusedError extends OpsError {
  override readonly name = 'DatabaseRefusedError'
  readonly code = 'database_refused'
  readonly retryable = false
  readonly userMessage: string
  constructor(host: string, cause: unknown) {
    const sentence = `PostgreSQL at ${host} refused: ${shortReason(cause)}`
    super(sentence, { cause })
    this.userMessage = `${sentence}; check the user, password and database in DATABASE_URL, and what this user may do.`
  }
}

/** Others wrote the same rows again and again; what was asked for was not done. */
export class DatabaseBusyError extends OpsError {
  override readonly name = 'DatabaseBusyError'
  readonly code = 'database_busy'
  readonly retryable = true
  readonly userMessage = 'Other Nightdesk processes are writing the same documents. Please try again in a moment.'
}

/** A statement took longer than it may. */
export class DatabaseTooSlowError extends OpsError {
  override readonly name = 'DatabaseTooSlowError'
  readonly code = 'database_too_slow'
  readonly retryable = true
  readonly userMessage = 'PostgreSQL took too long to answer. Please try again; if it goes on, look at its load.'
}

/** No disk or memory is left to the server; what was stored before is as it was. */
class DatabaseFullError extends OpsError {
  override readonly name = 'DatabaseFullError'
  readonly code = 'database_full'
  readonly retryable = false
  readonly userMessage =
    'PostgreSQL has no room left. Free some disk space there; nothing that was stored is lost, and search goes on.'
}

/** The tables were made by a later version. */
export class DatabaseTooNewError extends OpsError {
  override readonly name = 'DatabaseTooNewError'
  readonly code = 'database_too_new'
  readonly retryable = false
  readonly userMessage =
    'The tables in the database of DATABASE_URL were made by a newer Nightdesk. Update this one, or give it another database.'
}

/** A cell holds what we would never write. */
export class DatabaseCorruptError extends OpsError {
  override readonly name = 'DatabaseCorruptError'
  readonly code = 'database_corrupt'
  readonly retryable = false
  readonly userMessage =
    "The tables in the database of DATABASE_URL hold something that isn't ours. Restore them from a backup, or sync into an empty database."
}

/** Something was asked of a store after it was closed. */
export class DatabaseClosedError extends OpsError {
  override readonly name = 'DatabaseClosedError'
  readonly code = 'database_closed'
  readonly retryable = false
  readonly userMessage = 'Nightdesk is shutting down. Please ask again in a moment.'
}

/** A transaction found that another one was quicker, and has to be run again. */
export class OvertakenTransaction extends Error {
  override readonly name = 'OvertakenTransaction'
}

/** What a failure means for the one who waits. `conflict` and `unreachable` may pass by themselves. */
export type Failure = 'conflict' | 'unreachable' | 'refused' | 'slow' | 'full' | 'other'

/** By SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html); CockroachDB and YugabyteDB use the same. */
const meanings: readonly (readonly [RegExp, Failure])[] = [
  // A serialisation failure, a deadlock, and a row or table that somebody else put there while we looked.
  [/^(?:40001|40P01|23505|42P07)$/, 'conflict'],
  // Connection exceptions, shutting down, crashed, starting up, too many connections, read-only after a failover.
  [/^(?:08...|57P0[123]|53300|25006)$/, 'unreachable'],
  [/^(?:28...|3D000|42501)$/, 'refused'],
  [/^(?:57014|25P03)$/, 'slow'],
  [/^53[12]00$/, 'full'],
]

/** Node's codes of a connection that couldn't be made or broke off. */
const brokenOff =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|E(?:PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN|NOTFOUND)|ENOENT)$/

/** What node-postgres says without a code when a connection breaks off or takes too long. */
const brokenOffWords =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection)/

export function failureOf(error: unknown): Failure {
  if (error instanceof OvertakenTransaction) return 'conflict'
  if (!(error instanceof Error)) return 'other'
  const code = 'code' in error ? String(error.code) : ''
  if (brokenOff.test(code) || brokenOffWords.test(error.message)) return 'unreachable'
  if (error.message === 'Query read timeout') return 'slow'
  return meanings.find(([pattern]) => pattern.test(code))?.[1] ?? 'other'
}

/** The error that people understand; what means nothing to them stays as it is. */
export function errorFrom(error: unknown, host: string): unknown {
  if (error instanceof OpsError) return error
  switch (failureOf(error)) {
    case 'conflict':
      return new DatabaseBusyError('Transactions kept overtaking each other', { cause: error })
    case 'unreachable':
      return new DatabaseUnreachableError(host, error)
    case 'refused':
      return new DatabaseRefusedError(host, error)
    case 'slow':
      return new DatabaseTooSlowError('A statement took too long', { cause: error })
    case 'full':
      return new DatabaseFullError('The server has no room left', { cause: error })
    case 'other':
      return error
  }
}

/** Where several addresses were tried, Node's own message is empty. */
function shortReason(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return reasonOf(first).replace(/[.;\s]+$/, '')
}
