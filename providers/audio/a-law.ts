const decoded = Int16Array.from({ length: 256 }, (_, byte) => decodeOne(byte))

/** G.711 A-law, as telephones outside of America and Japan speak it, 8 bits a sample. */
export function fromALaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length)
  for (let k = 0; k < bytes.length; k++) samples[k] = decoded[bytes[k] ?? 0xd5] ?? 0
  return samples
}

export function toALaw(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length)
  for (let k = 0; k < samples.length; k++) bytes[k] = encodeOne(samples[k] ?? 0)
  return bytes
}

/** Thirteen bits with sign; every second bit of a byte is turned over, so that silence has changes in it. */
function encodeOne(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  const magnitude = (sample < 0 ? -sample - 1 : sample) >> 3
  const exponent = magnitude < 32 ? 0 : 27 - Math.clz32(magnitude)
  const mantissa = (exponent === 0 ? magnitude >> 1 : magnitude >> exponent) & 0x0f
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

function decodeOne(byte: number): number {
  const value = byte ^ 0x55
  const exponent = (value & 0x70) >> 4
  const mantissa = value & 0x0f
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1)
  return (value & 0x80) === 0 ? -magnitude : magnitude
}
