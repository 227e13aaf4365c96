/** Zero crossings of the sinc on each side: more is steeper at the band's edge, and slower. */
const crossings = 16
/** Kaiser's: about 80 dB down in the stop band. */
const beta = 8
/** Steps of the filter's table between two zero crossings; between steps it is read linearly. */
const stepsPerCrossing = 256
/** Below the lower of both rates' halves, so that the filter's slope lies within the band. */
const bandEdge = 0.94

const kernel = kaiserSinc()

/**
 * Changes the rate of a stream of samples by a windowed sinc. What comes out is that much shorter or longer, to the
 * sample, once `rest` is called.
 */
export class Resampler {
  readonly #step: number
  readonly #scale: number
  readonly #reach: number
  #held: Float64Array
  /** Of the first held sample, in samples of the input; negative: silence before the beginning. */
  #heldFrom: number
  #taken = 0
  #given = 0

  constructor(fromRate: number, toRate: number) {
    this.#step = fromRate / toRate
    this.#scale = Math.min(1, toRate / fromRate) * bandEdge
    this.#reach = Math.ceil(crossings / this.#scale)
    this.#held = new Float64Array(this.#reach)
    this.#heldFrom = -this.#reach
  }

  push(samples: Int16Array): Int16Array {
    const held = new Float64Array(this.#held.length + samples.length)
    held.set(this.#held)
    held.set(samples, this.#held.length)
    this.#held = held
    this.#taken += samples.length
    return this.#make(Math.floor((this.#taken - 1 - this.#reach) / this.#step) + 1)
  }

  /** The end of the stream: what waited for samples that don't come. */
  rest(): Int16Array {
    const held = new Float64Array(this.#held.length + this.#reach + 1)
    held.set(this.#held)
    this.#held = held
    return this.#make(Math.round(this.#taken / this.#step))
  }

  /** Makes samples up to the `until`th of the output. */
  #make(until: number): Int16Array {
    const made = new Int16Array(Math.max(0, until - this.#given))
    for (let k = 0; k < made.length; k++) made[k] = this.#at((this.#given + k) * this.#step)
    this.#given += made.length
    const needed = Math.floor(this.#given * this.#step) - this.#reach
    const done = Math.min(Math.max(0, needed - this.#heldFrom), this.#held.length)
    this.#held = this.#held.slice(done)
    this.#heldFrom += done
    return made
  }

  #at(position: number): number {
    const from = Math.max(Math.ceil(position - this.#reach), this.#heldFrom)
    const to = Math.min(Math.floor(position + this.#reach), this.#heldFrom + this.#held.length - 1)
    let sum = 0
    for (let k = from; k <= to; k++) {
      const at = Math.abs(k - position) * this.#scale * stepsPerCrossing
      const index = Math.floor(at)
      const low = kernel[index] ?? 0
      sum += (this.#held[k - this.#heldFrom] ?? 0) * (low + (at - index) * ((kernel[index + 1] ?? 0) - low))
    }
    return Math.max(-32_768, Math.min(32_767, Math.round(sum * this.#scale)))
  }
}

/** A whole recording at another rate. */
export function resample(samples: Int16Array, fromRate: number, toRate: number): Int16Array {
  if (fromRate === toRate) return samples
  const resampler = new Resampler(fromRate, toRate)
  const most = resampler.push(samples)
  const rest = resampler.rest()
  const whole = new Int16Array(most.length + rest.length)
  whole.set(most)
  whole.set(rest, most.length)
  return whole
}

/** One half of the filter, from its middle outwards. */
function kaiserSinc(): Float64Array {
  const table = new Float64Array(crossings * stepsPerCrossing + 2)
  for (let k = 0; k <= crossings * stepsPerCrossing; k++) {
    const x = k / stepsPerCrossing
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
    table[k] = (sinc * bessel(beta * Math.sqrt(1 - (x / crossings) ** 2))) / bessel(beta)
  }
  return table
}

/** The modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
