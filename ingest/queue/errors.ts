import { OpsError } from '#runtime/errors.ts'

/** What is to be synced can't be read or written; nothing of it is lost, since the next sync finds it again. */
export class QueueUnavailableError extends OpsError {
  override readonly name = 'QueueUnavailableError'
  readonly code = 'queue_unavailable'
  readonly retryable = true
  readonly userMessage: string
  constructor(where: string, remedy: string, options: ErrorOptions) {
    super(`The queue at ${where} cannot be used`, options)
    this.userMessage = `The queue of syncs at ${where} cannot be used. ${remedy}`
  }
}

/** Something was asked of a queue after it was closed. */
export class QueueClosedError extends OpsError {
  override readonly name = 'QueueClosedError'
  readonly code = 'queue_closed'
  readonly retryable = false
  readonly userMessage = 'Nightdesk is shutting down. Please ask again in a moment.'
}
