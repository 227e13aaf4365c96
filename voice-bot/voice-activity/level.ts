/** Root mean square in dB below full scale: 0 the loudest, -Infinity digital silence. Takes PCM16 or floats of -1 to 1. */
export function levelDb(samples: Int16Array | Float32Array): number {
  if (samples.length === 0) return -Infinity
  let sum = 0
  for (let k = 0; k < samples.length; k++) {
    const sample = samples[k] ?? 0
    sum += sample * sample
  }
  const full = samples instanceof Int16Array ? 32_768 : 1
  return 10 * Math.log10(sum / samples.length / (full * full))
}
