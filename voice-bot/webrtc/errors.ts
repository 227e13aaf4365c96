import { OpsError } from '#runtime/errors.ts'

/** The offer of a call can't be answered, whoever sends it again. */
export class OfferRefusedError extends OpsError {
  override readonly name = 'OfferRefusedError'
  readonly code = 'webrtc_offer_refused'
  readonly retryable = false
  readonly userMessage: string
  readonly reason: string
  constructor(reason: string, options?: ErrorOptions) {
    super(`The offer is refused: ${reason}`, options)
    this.reason = reason
    this.userMessage = `This offer can't be answered: ${reason}.`
  }
}

/** No call can be begun now. */
export class CallsUnavailableError extends OpsError {
  override readonly name = 'CallsUnavailableError'
  readonly code = 'webrtc_unavailable'
  readonly retryable = true
  readonly userMessage: string
  constructor(reason: string, options?: ErrorOptions) {
    super(`No call can be begun: ${reason}`, options)
    this.userMessage = `No call can be begun right now: ${reason}. Try again in a moment, or talk over the WebSocket (GET /v1/realtime).`
  }
}
