/** Of 32,768: louder than rooms are, quieter than people who speak into a microphone. */
const loud = 400

/** A prime, so that a tone is hardly ever met at the same point of each of its waves. */
const step = 11

/** Root mean square, by every eleventh sample: as good as by all of them, at a tenth of the work. 0..32,768 */
export function loudness(samples: Int16Array): number {
  let sum = 0
  let count = 0
  for (let k = 0; k < samples.length; k += step, count++) sum += (samples[k] ?? 0) ** 2
  return count === 0 ? 0 : Math.sqrt(sum / count)
}

export function isLoud(samples: Int16Array): boolean {
  return loudness(samples) > loud
}
