export interface SpeakingOptions {
  lang: 'en' | 'ja'
  /** As the provider names its voices; absent: the one it was configured with for the language. */
  voice?: string | undefined
  /** Times the usual pace, 0.6 to 1.5; absent: 1. What a provider can't do it does as nearly as it can. */
  speed?: number | undefined
}

/** A word as it is said; times count from the first sample of its utterance. */
export interface SpokenWord {
  /** As in the text, where the provider keeps to that; else as it is read. */
  text: string
  fromMs: number
  toMs: number
}

/** A stretch of an utterance, right after the one before. */
export interface SpokenAudio {
  /** Mono PCM16 at the voice's `sampleRate`; empty in a chunk that only brings words. */
  samples: Int16Array
  /** Words whose times have become known; in order, each once, but not tied to this chunk's samples. */
  words: readonly SpokenWord[]
}

/** Speech synthesis. */
export interface TextToSpeech extends AsyncDisposable {
  /** Names provider and model, for people and for metrics. */
  readonly id: string
  /** Samples a second of all that it says. */
  readonly sampleRate: number
  /**
   * Says one utterance, whose text comes in pieces: best whole sentences, made speakable before. Text is taken as it
   * comes, whether or not audio is pulled, and each piece is spoken as the continuation of those before. No text: no
   * audio. Whoever stops pulling, or aborts, silences it at once: nothing of it comes afterwards.
   * @throws {TextToSpeechError} When the synthesiser can't be reached, refuses, or breaks off. An error of `text` passes.
   */
  say(text: AsyncIterable<string>, options: SpeakingOptions, signal: AbortSignal): AsyncIterable<SpokenAudio>
}
