/**
 * The parent of every error we throw on purpose. `code` is for logs and metrics and never changes,
 * `userMessage` says what to do and is safe to show, post or say aloud: no paths of ours, no secrets, no stack.
 */
export abstract class OpsError extends Error {
  abstract readonly code: string
  abstract readonly userMessage: string
  /** Whether the same call may succeed later without anybody changing anything. */
  abstract readonly retryable: boolean
}

/** Something in the configuration is wrong; the process exits with 2 and touches nothing. */
export class ConfigError extends OpsError {
  override readonly name = 'ConfigError'
  readonly code = 'config_invalid'
  readonly retryable = false
  readonly userMessage: string
  constructor(faults: string, options?: ErrorOptions) {
    super(`The configuration is invalid:\n${faults}`, options)
    this.userMessage = this.message
  }
}

/** What a person may be shown of any thrown value: its own words if it is ours, a plain sentence if not. */
export function userMessageOf(error: unknown): string {
  if (error instanceof OpsError) return error.userMessage
  return 'Something went wrong on our side. The log says what; please try again.'
}

/** A short reason for a log line or a warning, from any thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For a log line: of a failure that was foreseen its code and its reasons, of any other all there is, with its stack. */
export function failureFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof OpsError)) return { err: error }
  const cause = error.cause === undefined ? undefined : reasonOf(error.cause)
  return { code: error.code, reason: reasonOf(error), cause }
}
