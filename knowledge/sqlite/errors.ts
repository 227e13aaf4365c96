import { OpsError } from '#runtime/errors.ts'

/** Another process kept the store's write lock for longer than we wait. */
export class StoreBusyError extends OpsError {
  override readonly name = 'StoreBusyError'
  readonly code = 'store_busy'
  readonly retryable = true
  readonly userMessage = 'Another Nightdesk process is writing to the store. Wait until it has finished, or stop it.'
}

/** The disk, or the size allowed for the store, is full; what was stored before is as it was. */
export class StoreFullError extends OpsError {
  override readonly name = 'StoreFullError'
  readonly code = 'store_full'
  readonly retryable = false
  readonly userMessage =
    'There is no room left for the store. Free some disk space; nothing that was stored is lost, and search goes on.'
}

/** The file is damaged, or is no store of ours. */
export class StoreCorruptError extends OpsError {
  override readonly name = 'StoreCorruptError'
  readonly code = 'store_corrupt'
  readonly retryable = false
  readonly userMessage =
    'The store in the data directory is damaged or is not ours. Move nightdesk.db away (with its -wal and -shm files) and start again: the documents are then synced afresh.'
}

/** The file was written by a later version. */
export class StoreTooNewError extends OpsError {
  override readonly name = 'StoreTooNewError'
  readonly code = 'store_too_new'
  readonly retryable = false
  readonly userMessage =
    'The store in the data directory was written by a newer Nightdesk. Update this one, or give it another data directory.'
}

/** The file or its directory can't be opened, read or written. */
export class StoreUnavailableError extends OpsError {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'store_unavailable'
  readonly retryable = false
  readonly userMessage =
    'The store cannot be opened. Check that the data directory exists, is on a local disk with room left, and may be written by this user.'
}

/** A thread of the store ended in the middle of a task; the next call starts a new one. */
export class StoreThreadError extends OpsError {
  override readonly name = 'StoreThreadError'
  readonly code = 'store_thread_ended'
  readonly retryable = true
  readonly userMessage = 'Part of the search stopped working and is being restarted. Please try again.'
}

/** Something was asked of a store after it was closed. */
export class StoreClosedError extends OpsError {
  override readonly name = 'StoreClosedError'
  readonly code = 'store_closed'
  readonly retryable = false
  readonly userMessage = 'Nightdesk is shutting down. Please ask again in a moment.'
}

/** What crosses from a thread to its owner of an error: enough to make it again. */
export interface ErrorReport {
  /** SQLite's result code, extended codes included; absent when it means nothing to SQLite. */
  resultCode?: number | undefined
  message: string
  stack?: string | undefined
}

export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error) }
  return { resultCode: resultCodeOf(error), message: error.message, stack: error.stack }
}

function resultCodeOf(error: Error): number | undefined {
  if (error instanceof StoreCorruptError) return 11
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that mean something a person can act on. */
const meanings = new Map<number, new (message: string, options?: ErrorOptions) => OpsError>([
  [5, StoreBusyError], // BUSY
  [6, StoreBusyError], // LOCKED
  [8, StoreUnavailableError], // READONLY
  [10, StoreUnavailableError], // IOERR
  [11, StoreCorruptError], // CORRUPT
  [13, StoreFullError], // FULL
  [14, StoreUnavailableError], // CANTOPEN
  [23, StoreUnavailableError], // AUTH
  [26, StoreCorruptError], // NOTADB
])

/** The typed error for a report, or a plain one where SQLite's code says nothing to people. */
export function errorFrom(report: ErrorReport): Error {
  const cause = new Error(report.message)
  if (report.stack !== undefined) cause.stack = report.stack
  const Meaning = report.resultCode === undefined ? undefined : meanings.get(report.resultCode & 0xff)
  return Meaning === undefined ? cause : new Meaning(`The store failed: ${report.message}`, { cause })
}

/** Runs something on a connection of this thread and gives its errors their names. */
export function naming<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof OpsError) throw error
    const report = reportOf(error)
    throw report.resultCode === undefined ? error : errorFrom(report)
  }
}
