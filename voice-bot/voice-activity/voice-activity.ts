/** What was made of one frame of audio. */
export interface VoiceFrame {
  /** Its end, from the first sample that the stream was ever given. */
  endMs: number
  /** How long it lasts: 32 ms as Silero takes it. */
  durationMs: number
  /** That somebody speaks in it, 0..1. */
  probability: number
  /** Root mean square, dB below full scale: 0 the loudest, -Infinity digital silence. */
  levelDb: number
  /** Fundamental frequency in hertz where there is a clear one, which voices have and keyboards don't. */
  pitchHz?: number | undefined
}

/** One stream of audio that is listened to. */
export interface VoiceStream {
  /**
   * Takes mono PCM16 at the stream's rate, in pieces of any length, and never waits. Frames are told in order, each
   * once, in a later turn of the event loop.
   */
  push(samples: Int16Array): void
  /** Nothing is told afterwards. */
  close(): void
}

export interface VoiceStreamOptions {
  /** Samples a second, 8,000 to 48,000. */
  sampleRate: number
  onFrame: (frame: VoiceFrame) => void
  /** The detector failed and tells no more; the stream goes on with level alone where it can. */
  onFailure: (error: unknown) => void
}

/** Hears whether somebody speaks; one is shared by all the sessions of a process. */
export interface VoiceActivityDetector extends AsyncDisposable {
  open(options: VoiceStreamOptions): VoiceStream
}
