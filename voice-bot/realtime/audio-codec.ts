import { fromALaw, toALaw } from '#providers/audio/a-law.ts'
import { fromMuLaw, toMuLaw } from '#providers/audio/mu-law.ts'
import { bytesOf } from '#providers/audio/pcm.ts'
import { Resampler } from '#providers/audio/resample.ts'
import type { AudioFormat } from '../protocol-session.ts'
import { ClientFault } from './faults.ts'
import { SampleSlab } from './sample-slab.ts'
import { sampleRateOf } from './session-settings.ts'

/** Reads the audio of `input_audio_buffer.append` in one format. */
export class AudioReader {
  readonly format: AudioFormat
  readonly sampleRate: number
  readonly #slab: SampleSlab

  constructor(format: AudioFormat) {
    this.format = format
    this.sampleRate = sampleRateOf(format)
    this.#slab = new SampleSlab(this.sampleRate)
  }

  /**
   * @param param The field that it stands in.
   * @throws {ClientFault} When it is no base64.
   */
  read(base64: string, param = 'audio'): Int16Array {
    if (this.format.type === 'audio/pcm')
      return this.#slab.readBase64(base64, (text, length) => checkDecoded(text, length, param))
    const bytes = Buffer.from(base64, 'base64')
    checkDecoded(base64, bytes.length, param)
    return this.format.type === 'audio/pcmu' ? fromMuLaw(bytes) : fromALaw(bytes)
  }
}

/** With line breaks, and in the letters of URLs, it is base64, too. */
const anyBase64 = /^[\w+/\s-]*={0,2}\s*$/

/** Node skips what is no base64: then fewer bytes come out than the text has room for. */
function checkDecoded(base64: string, bytes: number, param: string): void {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  const letters = base64.length - padding
  // One letter alone is no byte.
  if (letters % 4 !== 1 && bytes === Math.floor((letters * 3) / 4)) return
  if (anyBase64.test(base64)) return
  throw new ClientFault('invalid_value', `Correct '${param}': it must be base64 of the session's format.`, param)
}

/** Writes sound as it goes out in one format, whatever rate it was made at. */
export class AudioWriter {
  readonly #format: AudioFormat
  readonly #sampleRate: number
  #resampler: Resampler | undefined
  #resamplesFrom = 0

  constructor(format: AudioFormat) {
    this.#format = format
    this.#sampleRate = sampleRateOf(format)
  }

  write(samples: Int16Array, sampleRate: number): string {
    const made = this.#atRate(samples, sampleRate)
    const { buffer, byteOffset, byteLength } = this.#bytes(made)
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  }

  #bytes(samples: Int16Array): Uint8Array {
    switch (this.#format.type) {
      case 'audio/pcm':
        return bytesOf(samples)
      case 'audio/pcmu':
        return toMuLaw(samples)
      case 'audio/pcma':
        return toALaw(samples)
    }
  }

  #atRate(samples: Int16Array, sampleRate: number): Int16Array {
    if (sampleRate === this.#sampleRate) return samples
    if (this.#resampler === undefined || this.#resamplesFrom !== sampleRate) {
      this.#resampler = new Resampler(sampleRate, this.#sampleRate)
      this.#resamplesFrom = sampleRate
    }
    return this.#resampler.push(samples)
  }
}
