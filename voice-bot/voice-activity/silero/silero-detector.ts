import { availableParallelism } from 'node:os'
import type { Log } from '#runtime/log.ts'
import type { VoiceActivityDetector, VoiceStream, VoiceStreamOptions } from '../voice-activity.ts'
import { HeardStream } from './heard-stream.ts'
import { SileroEar } from './silero-ear.ts'

export interface SileroDetectorOptions {
  log: Log
  /** Threads that listen, at most; by default two, and one where the process has but two cores. */
  threads?: number
  /** What a thread runs. */
  thread?: URL
}

const sileroThread = new URL('./silero-thread.ts', import.meta.url)

/** One that can be made ready before anybody is listened to. */
export type SileroVoiceActivity = VoiceActivityDetector & {
  /**
   * Loads the model in the background, which the first stream would have to wait for otherwise. It never fails: whoever opens
   * a stream is told. Once it is loaded, the process doesn't stay alive for it.
   */
  warm(): void
}

/** Silero in threads of its own, shared by all streams; begins nothing before it is warmed, or the first stream is opened. */
export function createVoiceActivityDetector(options: SileroDetectorOptions): SileroVoiceActivity {
  return new SileroDetector(options)
}

class SileroDetector implements VoiceActivityDetector {
  readonly #ears: readonly SileroEar[]
  #opened = 0

  constructor({ log, threads = Math.min(2, availableParallelism() - 1), thread }: SileroDetectorOptions) {
    this.#ears = Array.from({ length: Math.max(1, threads) }, () => new SileroEar(log, thread ?? sileroThread))
  }

  warm(): void {
    for (const ear of this.#ears) ear.warm()
  }

  open(options: VoiceStreamOptions): VoiceStream {
    if (!(options.sampleRate >= 8000 && options.sampleRate <= 48_000))
      throw new RangeError(`Sound has 8,000 to 48,000 samples a second, not ${options.sampleRate}`)
    const ear = this.#ears.reduce((least, other) => (other.streamCount < least.streamCount ? other : least))
    this.#opened += 1
    const stream = new HeardStream(this.#opened, options)
    ear.open(stream)
    return {
      push: (samples) => ear.push(stream, samples),
      close: () => {
        stream.close()
        ear.close(stream)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ears.map((ear) => ear.end()))
  }
}
