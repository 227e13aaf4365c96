/** PCM16 on the wire is little-endian; so is every machine that Node runs on, but an odd offset can't be viewed. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1)
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.length * 2))
  return samples
}

/** A view, not a copy. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}

/** A view where the parts lie behind each other in one piece of memory already, a copy where they don't. */
export function joined(parts: readonly Int16Array[]): Int16Array {
  const [first] = parts
  if (first !== undefined && parts.every((part, at) => at === 0 || followsOn(part, parts[at - 1])))
    return new Int16Array(
      first.buffer,
      first.byteOffset,
      parts.reduce((length, part) => length + part.length, 0),
    )
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function followsOn(part: Int16Array, before: Int16Array | undefined): boolean {
  return part.buffer === before?.buffer && part.byteOffset === before.byteOffset + before.byteLength
}

export function durationMs(samples: number, sampleRate: number): number {
  return (samples * 1000) / sampleRate
}

/** Cuts samples that come as bytes in pieces of any length, odd ones too. */
export class SampleReader {
  #rest: Uint8Array = new Uint8Array()

  read(bytes: Uint8Array): Int16Array {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const whole = all.length - (all.length % 2)
    this.#rest = all.slice(whole)
    return samplesOf(all.subarray(0, whole))
  }
}

/** In pieces of `frameMs`, the last one shorter where need be; views, not copies. */
export function* framesOf(samples: Int16Array, sampleRate: number, frameMs: number): Generator<Int16Array> {
  const length = Math.max(1, Math.round((sampleRate * frameMs) / 1000))
  for (let from = 0; from < samples.length; from += length) yield samples.subarray(from, from + length)
}
