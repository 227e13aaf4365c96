import { OpsError } from '#runtime/errors.ts'

/** The listener talked over an answer, or stopped it. Not a failure: the reason of an abort. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  constructor() {
    super('the listener interrupted')
  }
}

/** A turn did not come to its end in time. */
export class TurnTooSlowError extends OpsError {
  override readonly name = 'TurnTooSlowError'
  readonly code = 'turn_too_slow'
  readonly retryable = true
  readonly userMessage = 'That takes too long. Please ask again, or look at the documents directly.'
  constructor() {
    super('A turn took longer than its deadline')
  }
}
