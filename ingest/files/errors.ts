import { OpsError } from '#runtime/errors.ts'

/** The folder as a whole can't be read, so nothing is known of what it holds. */
export class FolderUnreadableError extends OpsError {
  override readonly name = 'FolderUnreadableError'
  readonly code = 'files_folder_unreadable'
  readonly retryable = true
  readonly userMessage: string
  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(`The folder ${folder} can't be read: ${reason}`, options)
    this.userMessage = `The folder ${folder} can't be read (${reason}). What was indexed of it before is kept. Check that it exists and may be read.`
  }
}

/** One file can't be read; the others go on. */
export class FileUnreadableError extends OpsError {
  override readonly name = 'FileUnreadableError'
  readonly code = 'files_file_unreadable'
  readonly retryable = true
  readonly userMessage: string
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path} can't be read: ${reason}`, options)
    this.userMessage = `${path} can't be read (${reason}); it is tried again at the next sync.`
  }
}

/** Git answered with a failure, or isn't there. */
export class GitFailedError extends OpsError {
  override readonly name = 'GitFailedError'
  readonly code = 'files_git_failed'
  readonly retryable = true
  readonly userMessage: string
  constructor(what: string, reason: string, options?: ErrorOptions) {
    super(`git ${what} failed: ${reason}`, options)
    this.userMessage = `Git could not be asked (${reason}), so dates may come from the file system.`
  }
}

const reasons = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'it is not a folder'],
  ['ELOOP', 'its symbolic links go in a circle'],
  ['EMFILE', 'too many files are open'],
  ['EIO', 'the disk reported an error'],
])

/** The error code of a failed system call, `''` for anything else. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** In words what a failed system call means. */
export function systemReasonOf(error: unknown): string {
  const code = systemCodeOf(error)
  return reasons.get(code) ?? (code === '' ? 'unknown reason' : code)
}
