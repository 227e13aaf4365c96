/** Of 32,768: louder than rooms are, quieter than people who speak into a microphone. */
const loud = 400

/** By every fourth sample: as good as all of them, at a quarter of the work. */
export function isLoud(samples: Int16Array): boolean {
  let sum = 0
  let count = 0
  for (let k = 0; k < samples.length; k += 4, count++) sum += (samples[k] ?? 0) ** 2
  return sum > loud * loud * count
}
