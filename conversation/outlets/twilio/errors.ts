import { OpsError } from '#runtime/errors.ts'

/** Whoever is on the telephone was not put through. */
export class TransferFailedError extends OpsError {
  override readonly name = 'TransferFailedError'
  readonly code = 'page_transfer_failed'
  readonly retryable = true
  readonly userMessage =
    'I could not put you through. Call the owners yourself; then check TWILIO_AUTH_TOKEN and conversations.owners.'
  constructor(reason: string, cause?: unknown) {
    super(`A call was not transferred: ${reason}`, { cause })
  }
}

/** There is no number for them, or nobody is on the telephone. */
export class NobodyToTransferError extends OpsError {
  override readonly name = 'NobodyToTransferError'
  readonly code = 'page_nobody'
  readonly retryable = false
  readonly userMessage =
    'I have no way to reach them. Set their phone under conversations.owners, or conversations.page_webhook, in nightdesk.yaml.'
  constructor() {
    super('There is no number for any owner, or no call to put through')
  }
}
