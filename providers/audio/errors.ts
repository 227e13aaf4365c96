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
