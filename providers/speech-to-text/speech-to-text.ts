/** A language that is expected, or `auto`: either of them, also mixed. */
export type HeardLanguage = 'en' | 'ja' | 'auto'

/** What a recogniser is fed with. */
export type HearingInput =
  /** Mono PCM16 at the rate of the options; any length, 10 to 100 ms is usual. */
  | { kind: 'audio'; samples: Int16Array }
  /** The speaker is known to be done (a button was let go): end the turn now instead of waiting for silence. */
  | { kind: 'flush' }

export interface HearingOptions {
  /** Samples a second of the audio, 8,000 to 48,000. */
  sampleRate: number
  lang: HeardLanguage
  /** Names, identifiers and terms likely to be said, the likeliest first; a recogniser takes as many as it can. */
  keyterms?: readonly string[] | undefined
  /** Silence after which a turn is over; absent: the recogniser's own idea. */
  endOfTurnSilenceMs?: number | undefined
}

export interface HeardWord {
  text: string
  /** From the first sample that was ever fed. */
  fromMs: number
  toMs: number
  /** 0..1 */
  confidence: number
}

/** What was said in a turn. */
export interface Transcript {
  text: string
  words: readonly HeardWord[]
  /** 0..1, of the least sure part; 0 where there is no text. */
  confidence: number
  /** Of the greater part of it, where the recogniser tells. */
  lang?: 'en' | 'ja' | undefined
}

/**
 * Each transcript is of the whole turn so far, so that the newest one replaces all before it. A turn is closed by its
 * `end-of-turn`; what is heard after that belongs to the next.
 */
export type HearingEvent =
  /** It takes audio: once, before anything else. A recogniser that reaches nobody until there is a recording says so at once. */
  | { kind: 'connected' }
  /** Somebody began to speak; may come more than once a turn, and without any word following. */
  | { kind: 'speech-started'; atMs: number }
  /** May still change in any word. */
  | { kind: 'interim'; transcript: Transcript }
  /** None of these words will change; more may follow in the same turn. */
  | { kind: 'final'; transcript: Transcript }
  /** The speaker has probably finished; an `end-of-turn` with these words follows, or `turn-resumed`. Not all tell. */
  | { kind: 'likely-end-of-turn'; transcript: Transcript; confidence: number }
  | { kind: 'turn-resumed' }
  /** Its text is empty only where a flush found nothing said. */
  | { kind: 'end-of-turn'; transcript: Transcript; cause: 'silence' | 'flush' | 'end-of-audio' }

/** Speech recognition of a stream of audio. */
export interface SpeechToText {
  /** Names provider and model, for people and for metrics. */
  readonly id: string
  /**
   * Hears until the audio ends, then tells what was still open and ends. Audio is taken as it comes, whether or not
   * events are pulled. Whoever stops pulling, or aborts, closes the connection and lets go of the audio at once.
   * @throws {SpeechToTextError} When the recogniser can't be reached, refuses, or breaks off. It doesn't reconnect.
   */
  hear(audio: AsyncIterable<HearingInput>, options: HearingOptions, signal: AbortSignal): AsyncIterable<HearingEvent>
}

/** Of a turn in which nothing was said. */
export const nothingHeard: Transcript = { text: '', words: [], confidence: 0 }
