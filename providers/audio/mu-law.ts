const bias = 0x84
const loudest = 32_635
const decoded = Int16Array.from({ length: 256 }, (_, byte) => decodeOne(byte))

/** G.711 mu-law, as telephones speak it, 8 bits a sample. */
export function fromMuLaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length)
  for (let k = 0; k < bytes.length; k++) samples[k] = decoded[bytes[k] ?? 0xff] ?? 0
  return samples
}

export function toMuLaw(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length)
  for (let k = 0; k < samples.length; k++) bytes[k] = encodeOne(samples[k] ?? 0)
  return bytes
}

function encodeOne(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), loudest) + bias
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

function decodeOne(byte: number): number {
  const inverted = ~byte & 0xff
  const magnitude = ((((inverted & 0x0f) << 3) + bias) << ((inverted & 0x70) >> 4)) - bias
  return (inverted & 0x80) === 0 ? magnitude : -magnitude
}
