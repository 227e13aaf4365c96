import { pieceSamples, toPcm16, wireRate } from './pcm.ts'
import { Resampler } from './resampler.ts'

/** 20 ms of what the microphone hears. */
export interface CapturedPiece {
  samples: Int16Array
  /** Root mean square, 0..1. */
  level: number
}

// What the audio thread has, which TypeScript's library doesn't know.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare const sampleRate: number

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, wireRate)
  readonly #piece = new Float32Array(pieceSamples)
  #filled = 0

  process(inputs: Float32Array[][]): boolean {
    const heard = inputs[0]?.[0]
    if (heard === undefined) return true
    for (const sample of this.#resampler.push(heard)) {
      this.#piece[this.#filled++] = sample
      if (this.#filled === pieceSamples) this.#send()
    }
    return true
  }

  #send(): void {
    this.#filled = 0
    const samples = toPcm16(this.#piece)
    const level = Math.sqrt(this.#piece.reduce((sum, sample) => sum + sample * sample, 0) / pieceSamples)
    const piece: CapturedPiece = { samples, level }
    this.port.postMessage(piece, [samples.buffer])
  }
}

registerProcessor('nightdesk-capture', CaptureProcessor)
