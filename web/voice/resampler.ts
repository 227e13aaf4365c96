/** Zero crossings of the filter on each side at the lower of both rates: above 60 dB from 10 kHz on, and 0.4 ms of delay. */
const crossings = 10
/** The filter is tabled at this many points between two samples; between those it is interpolated. */
const phases = 64

/**
 * Changes the rate of a stream of mono samples by a windowed sinc, piece by piece and without seams. It runs on the audio
 * thread, hence no allocation but of the result.
 */
export class Resampler {
  readonly #step: number
  readonly #half: number
  readonly #kernel: Float32Array
  /** The last samples that the next output may still need. */
  #held: Float32Array
  /** Of the next output, in samples of `#held`. */
  #position: number

  /** @param fromRate @param toRate In samples a second. */
  constructor(fromRate: number, toRate: number) {
    this.#step = fromRate / toRate
    const cutoff = Math.min(1, toRate / fromRate)
    this.#half = Math.ceil(crossings / cutoff)
    this.#kernel = kernel(this.#half, cutoff)
    this.#held = new Float32Array(this.#half)
    this.#position = this.#half
  }

  /** How many samples `push` must be given so that it returns at least `count`. */
  needed(count: number): number {
    if (this.#step === 1) return count
    const last = this.#position + (count - 1) * this.#step
    return Math.max(0, Math.floor(last) + this.#half + 1 - this.#held.length)
  }

  push(samples: Float32Array): Float32Array {
    if (this.#step === 1) return samples
    const all = new Float32Array(this.#held.length + samples.length)
    all.set(this.#held)
    all.set(samples, this.#held.length)
    const usable = all.length - this.#half - this.#position
    const made = new Float32Array(Math.max(0, Math.ceil(usable / this.#step)))
    for (let at = 0; at < made.length; at++) made[at] = this.#sampleAt(all, this.#position + at * this.#step)
    this.#position += made.length * this.#step
    const keepFrom = Math.max(0, Math.floor(this.#position) - this.#half)
    this.#held = all.slice(keepFrom)
    this.#position -= keepFrom
    return made
  }

  #sampleAt(samples: Float32Array, position: number): number {
    const whole = Math.floor(position)
    const fraction = position - whole
    let sum = 0
    for (let offset = 1 - this.#half; offset <= this.#half; offset++) {
      const inTable = Math.abs(offset - fraction) * phases
      const below = Math.floor(inTable)
      const low = this.#kernel[below] ?? 0
      const weight = low + ((this.#kernel[below + 1] ?? 0) - low) * (inTable - below)
      sum += (samples[whole + offset] ?? 0) * weight
    }
    return sum
  }
}

/** One side of a sinc under a Blackman window; the other is its mirror image. */
function kernel(half: number, cutoff: number): Float32Array {
  return Float32Array.from({ length: half * phases + 1 }, (_, at) => {
    const distance = at / phases
    const angle = Math.PI * distance * cutoff
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle
    const turn = (Math.PI * distance) / half
    return cutoff * sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn))
  })
}
