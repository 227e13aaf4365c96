import { OpsError } from '#runtime/errors.ts'

/** A file that should hold sound can't be used as such. */
export class WavError extends OpsError {
  override readonly name = 'WavError'
  readonly code = 'audio_not_wav'
  readonly retryable = false
  readonly userMessage: string
  constructor(reason: string, options?: ErrorOptions) {
    super(`This is no WAV file that can be read: ${reason}`, options)
    this.userMessage = `${this.message}. Convert it first, with sox or ffmpeg say: ffmpeg -i INPUT -ac 1 -ar 16000 OUTPUT.wav`
  }
}

/** Sound that is compressed, and that this machine can't decompress. */
export class ClipUnreadableError extends OpsError {
  override readonly name = 'ClipUnreadableError'
  readonly code = 'audio_clip_unreadable'
  readonly retryable = false
  readonly userMessage: string
  constructor(userMessage: string, cause?: unknown) {
    super(`A clip can't be read: ${userMessage}`, { cause })
    this.userMessage = userMessage
  }
}
