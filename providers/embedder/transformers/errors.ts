import { OpsError } from '#runtime/errors.ts'

/** A model that runs in this process can't be loaded, or failed. */
export class LocalModelError extends OpsError {
  override readonly name = 'LocalModelError'
  readonly code = 'embedding_model_failed'
  readonly retryable: boolean
  readonly userMessage: string
  constructor(id: string, reason: string, retryable: boolean, options?: ErrorOptions) {
    super(`The model ${id} failed: ${reason}`, options)
    this.retryable = retryable
    this.userMessage = retryable
      ? 'The local embedding model stopped working and is being started again. Please try again.'
      : 'The local embedding model cannot be used: its files are damaged or of a kind that embeds no text. Get it anew with `nightdesk models pull`, or unset EMBEDDING_MODEL for the shipped one.'
  }
}
