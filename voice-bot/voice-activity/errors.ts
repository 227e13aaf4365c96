import { OpsError } from '#runtime/errors.ts'

/** The thread that hears whether somebody speaks ended; it is being started again, and level alone is told meanwhile. */
export class VoiceActivityLostError extends OpsError {
  override readonly name = 'VoiceActivityLostError'
  readonly code = 'voice_activity_lost'
  readonly retryable = true
  readonly userMessage =
    'We hear less well for a moment: only how loud it is, not whether somebody speaks. Go on; this mends itself.'
  constructor(reason: string, options?: ErrorOptions) {
    super(`Voice activity detection was lost: ${reason}`, options)
  }
}
