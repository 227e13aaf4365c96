/** Of voices: from a low man's to a child's. */
const lowestHz = 65
const highestHz = 420
/** Below it two periods resemble each other too little to be called a tone: breath, keys, wind. */
const clarity = 0.55
/** Of the best resemblance, from which on the shortest period is taken: twice a period resembles as much as one. */
const asGood = 0.9

/**
 * The fundamental frequency of the end of `samples` (floats at `sampleRate`), or undefined where there's none that is
 * clear: by normalised autocorrelation, of every fourth sample first and then, around what was found, of every second.
 * About 50 ms of sound are enough for the lowest voice.
 */
export function pitchHz(samples: Float32Array, sampleRate: number): number | undefined {
  const finer = halve(samples)
  const coarser = halve(finer)
  const about = period(coarser, sampleRate / 4 / highestHz, sampleRate / 4 / lowestHz)
  if (about === undefined) return undefined
  const exact = period(finer, 2 * about - 2, 2 * about + 2)
  return exact === undefined ? undefined : sampleRate / 2 / exact
}

/** The shortest time, in samples, after which the sound resembles itself about as well as it does after any. */
function period(samples: Float32Array, atLeast: number, atMost: number): number | undefined {
  const shortest = Math.floor(atLeast)
  const longest = Math.min(Math.ceil(atMost), (samples.length >> 1) - 1)
  const resemblances = resemblancesOf(samples, shortest - 1, longest + 1)
  let best = 0
  for (let lag = shortest; lag <= longest; lag++) best = Math.max(best, resemblances[lag] ?? 0)
  if (best < clarity) return undefined
  for (let lag = shortest; lag <= longest; lag++) {
    const here = resemblances[lag] ?? 0
    const before = resemblances[lag - 1] ?? 0
    const after = resemblances[lag + 1] ?? 0
    if (here >= best * asGood && here >= before && here >= after) return lag + vertex(before, here, after)
  }
  return undefined
}

/** Two samples as one: half the rate, and what is too high for a voice's pitch is weakened. */
function halve(samples: Float32Array): Float32Array {
  const halved = new Float32Array(samples.length >> 1)
  for (let k = 0; k < halved.length; k++) halved[k] = ((samples[2 * k] ?? 0) + (samples[2 * k + 1] ?? 0)) / 2
  return halved
}

/** For each lag how alike the sound's end and as much of it `lag` samples earlier are, -1 to 1. */
function resemblancesOf(samples: Float32Array, fromLag: number, toLag: number): Float64Array {
  const resemblances = new Float64Array(toLag + 1)
  const length = samples.length - toLag
  let energy = 0
  for (let k = toLag; k < samples.length; k++) energy += (samples[k] ?? 0) ** 2
  let earlier = 0
  for (let k = toLag - fromLag; k < toLag - fromLag + length; k++) earlier += (samples[k] ?? 0) ** 2
  for (let lag = fromLag; lag <= toLag; lag++) {
    let both = 0
    for (let k = toLag; k < samples.length; k++) both += (samples[k] ?? 0) * (samples[k - lag] ?? 0)
    resemblances[lag] = energy + earlier < 1e-9 ? 0 : (2 * both) / (energy + earlier)
    // One sample further back.
    earlier += (samples[toLag - lag - 1] ?? 0) ** 2 - (samples[toLag - lag - 1 + length] ?? 0) ** 2
  }
  return resemblances
}

/** Where between -0.5 and 0.5 the parabola through three points has its top. */
function vertex(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after
  return bend === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)))
}
