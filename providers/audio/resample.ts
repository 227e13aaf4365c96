/** Zero crossings of the sinc on each side: more is steeper at the band's edge, and slower. */
const crossings = 16
/** Kaiser's: about 80 dB down in the stop band. */
const beta = 8
/** Below the lower of both rates' halves, so that the filter's slope lies within the band. */
const bandEdge = 0.94

/**
 * Changes the rate of a stream of samples by a windowed sinc. What comes out is that much shorter or longer, to the
 * sample, once `rest` is called.
 */
export class Resampler {
  /** Both rates without their common factor: so many samples in give so many out. */
  readonly #in: number
  readonly #out: number
  readonly #scale: number
  readonly #reach: number
  /** The filter for each place between two samples of the input that an output sample can have; made when needed. */
  readonly #filters: Float64Array[] = []
  /** Samples of the input that are needed still, the first of them at `#heldFrom`; before the beginning is silence. */
  #held: Float64Array
  #heldFrom: number
  #taken = 0
  /** The next sample of the output lies at `#base + #place / #out` in the input. */
  #base = 0
  #place = 0
  #given = 0

  constructor(fromRate: number, toRate: number) {
    const factor = commonFactor(fromRate, toRate)
    this.#in = fromRate / factor
    this.#out = toRate / factor
    this.#scale = Math.min(1, toRate / fromRate) * bandEdge
    this.#reach = Math.ceil(crossings / this.#scale)
    this.#held = new Float64Array(this.#reach)
    this.#heldFrom = -this.#reach
  }

  push(samples: Int16Array): Int16Array {
    this.#hold(samples)
    this.#taken += samples.length
    const last = this.#taken - 2 - this.#reach
    return this.#make(last < 0 ? 0 : Math.floor((last * this.#out) / this.#in) + 1)
  }

  /** The end of the stream: what waited for samples that don't come. */
  rest(): Int16Array {
    this.#hold(new Int16Array(2 * this.#reach + 2))
    return this.#make(Math.round((this.#taken * this.#out) / this.#in))
  }

  #hold(samples: Int16Array): void {
    const held = new Float64Array(this.#held.length + samples.length)
    held.set(this.#held)
    held.set(samples, this.#held.length)
    this.#held = held
  }

  /** Makes samples up to the `until`th of the output. */
  #make(until: number): Int16Array {
    const made = new Int16Array(Math.max(0, until - this.#given))
    for (let k = 0; k < made.length; k++) {
      made[k] = this.#sample()
      this.#place += this.#in
      this.#base += Math.floor(this.#place / this.#out)
      this.#place %= this.#out
    }
    this.#given += made.length
    const done = Math.min(Math.max(0, this.#base - this.#reach - this.#heldFrom), this.#held.length)
    this.#held = this.#held.slice(done)
    this.#heldFrom += done
    return made
  }

  #sample(): number {
    this.#filters[this.#place] ??= this.#filterAt(this.#place / this.#out)
    const filter = this.#filters[this.#place] ?? new Float64Array()
    const held = this.#held
    const from = this.#base - this.#reach - this.#heldFrom
    let sum = 0
    for (let k = 0; k < filter.length; k++) sum += (filter[k] ?? 0) * (held[from + k] ?? 0)
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)))
  }

  #filterAt(place: number): Float64Array {
    return Float64Array.from({ length: 2 * this.#reach + 2 }, (_, k) => {
      return this.#scale * kaiserSinc((k - this.#reach - place) * this.#scale)
    })
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

function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b)
}

/** Zero at and beyond the last crossing. */
function kaiserSinc(x: number): number {
  const share = 1 - (x / crossings) ** 2
  if (share <= 0) return 0
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
  return (sinc * bessel(beta * Math.sqrt(share))) / bessel(beta)
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
