import { WavError } from './errors.ts'
import { fromMuLaw } from './mu-law.ts'
import { bytesOf } from './pcm.ts'
import { resample } from './resample.ts'

/** Sound as a file holds it. */
export interface WavFormat {
  encoding: 'pcm' | 'float' | 'mu-law'
  channels: number
  sampleRate: number
  bitsPerSample: number
}

export interface Wav {
  format: WavFormat
  /** Mono PCM16 at the format's rate; channels are averaged. */
  samples: Int16Array
}

/** Format tags of RFC 2361; extensible says the real one further on. */
const encodings: Readonly<Record<number, WavFormat['encoding']>> = { 1: 'pcm', 3: 'float', 7: 'mu-law' }
const extensible = 0xfffe
const headerLength = 44

/**
 * Reads PCM (8, 16, 24, 32 bits), float (32, 64) and mu-law, any channels. A length in the header that promises more
 * than there is, as programs write that don't know it yet, means all that there is.
 * @throws {WavError}
 */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WAVE') throw new WavError(`it begins with ${beginning(bytes)}`)
  let format: WavFormat | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = nameAt(view, at)
    const length = view.getUint32(at + 4, true)
    const from = at + 8
    if (name === 'fmt ') format = readFormat(view, from, Math.min(length, bytes.length - from))
    if (name === 'data') {
      if (format === undefined) throw new WavError('its sound comes before its format')
      return { format, samples: mono(bytes.subarray(from, Math.min(from + length, bytes.length)), format) }
    }
    at = from + length + (length % 2)
  }
  throw new WavError(format === undefined ? 'it has no format' : 'it has no sound')
}

/** The sound of a WAV file as mono PCM16 at the wanted rate. @throws {WavError} */
export function soundOf(bytes: Uint8Array, sampleRate: number): Int16Array {
  const { format, samples } = readWav(bytes)
  return resample(samples, format.sampleRate, sampleRate)
}

/** Mono PCM16. */
export function writeWav(samples: Int16Array, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(headerLength + samples.byteLength)
  const view = new DataView(bytes.buffer)
  const name = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  name(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  name(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  name(36, 'data')
  view.setUint32(40, samples.byteLength, true)
  bytes.set(bytesOf(samples), headerLength)
  return bytes
}

function nameAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return ''
  return String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(at + k)))
}

function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing: it is empty'
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

function readFormat(view: DataView, at: number, length: number): WavFormat {
  if (length < 16) throw new WavError('its format is cut off')
  const tag = view.getUint16(at, true)
  const encoding = encodings[tag === extensible && length >= 26 ? view.getUint16(at + 24, true) : tag]
  const channels = view.getUint16(at + 2, true)
  const sampleRate = view.getUint32(at + 4, true)
  const bitsPerSample = view.getUint16(at + 14, true)
  if (encoding === undefined) throw new WavError(`its sound is compressed (format ${tag})`)
  if (!readers(encoding).has(bitsPerSample)) throw new WavError(`its samples have ${bitsPerSample} bits`)
  if (channels === 0 || channels > 64) throw new WavError(`it has ${channels} channels`)
  if (sampleRate < 1000 || sampleRate > 768_000) throw new WavError(`it has ${sampleRate} samples a second`)
  return { encoding, channels, sampleRate, bitsPerSample }
}

type ReadSample = (view: DataView, at: number) => number

/** By bits a sample: each sample as a number of PCM16, not yet rounded. */
function readers(encoding: WavFormat['encoding']): ReadonlyMap<number, ReadSample> {
  switch (encoding) {
    case 'pcm':
      return new Map<number, ReadSample>([
        [8, (view, at) => (view.getUint8(at) - 128) * 256],
        [16, (view, at) => view.getInt16(at, true)],
        [24, (view, at) => view.getInt16(at + 1, true) + view.getUint8(at) / 256],
        [32, (view, at) => view.getInt32(at, true) / 65_536],
      ])
    case 'float':
      return new Map<number, ReadSample>([
        [32, (view, at) => view.getFloat32(at, true) * 32_767],
        [64, (view, at) => view.getFloat64(at, true) * 32_767],
      ])
    case 'mu-law':
      return new Map<number, ReadSample>([[8, (view, at) => fromMuLaw(Uint8Array.of(view.getUint8(at)))[0] ?? 0]])
  }
}

function mono(bytes: Uint8Array, { encoding, channels, bitsPerSample }: WavFormat): Int16Array {
  const read = readers(encoding).get(bitsPerSample)
  if (read === undefined) throw new WavError(`its samples have ${bitsPerSample} bits`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = bitsPerSample / 8
  const samples = new Int16Array(Math.floor(bytes.length / (width * channels)))
  for (let k = 0; k < samples.length; k++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += read(view, (k * channels + channel) * width)
    const value = sum / channels
    samples[k] = Number.isNaN(value) ? 0 : Math.max(-32_768, Math.min(32_767, Math.round(value)))
  }
  return samples
}
