import { hearRecordings } from '../recorded/hear-recordings.ts'
import type { HearingEvent, HearingInput, HearingOptions, SpeechToText } from '../speech-to-text.ts'
import { transcribed } from './transcription.ts'

export interface OpenAiCompatibleSpeechToTextOptions {
  /** With the version in its path; absent: OpenAI's. */
  baseUrl?: string | undefined
  apiKey: string
  /** Such as `gpt-4o-mini-transcribe` or `whisper-1`. */
  model: string
}

const usualUrl = 'https://api.openai.com/v1'
/**
 * Recognition by any server with OpenAI's `/audio/transcriptions`. It takes recordings, no streams: speech is sent at each
 * pause, so that words come later than from a recogniser that listens along.
 */
export class OpenAiCompatibleSpeechToText implements SpeechToText {
  readonly id: string
  readonly #url: string
  readonly #options: OpenAiCompatibleSpeechToTextOptions

  constructor(options: OpenAiCompatibleSpeechToTextOptions) {
    this.id = options.model
    this.#url = options.baseUrl ?? usualUrl
    this.#options = options
  }

  hear(audio: AsyncIterable<HearingInput>, options: HearingOptions, signal: AbortSignal): AsyncIterable<HearingEvent> {
    const { apiKey, model } = this.#options
    const { sampleRate, lang, keyterms = [] } = options
    const request = { url: this.#url, apiKey, model, sampleRate, lang: lang === 'auto' ? undefined : lang, keyterms }
    return hearRecordings((samples, _, stop) => transcribed({ ...request, samples }, stop), audio, options, signal)
  }
}
