import { OpsError } from '#runtime/errors.ts'

/** What processes share can't be read or written at the moment; each goes on with what it knows. */
export class BoardUnavailableError extends OpsError {
  override readonly name = 'BoardUnavailableError'
  readonly code = 'board_unavailable'
  readonly retryable = true
  readonly userMessage = 'Redis does not answer. Check REDIS_URL and that its server is running.'
  /** Its message may hold the password of the address. */
  constructor(cause: unknown) {
    super('Redis does not answer', { cause: cause instanceof Error ? cause.name : undefined })
  }
}
