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
  #heldCount: number
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
    this.#held = new Float64Array(2 * this.#reach)
    this.#heldCount = this.#reach
    this.#heldFrom = -this.#reach
  }

  push(samples: Int16Array): Int16Array {
    return this.#make(this.#take(samples), filtered)
  }

  /** As `push`, as loud and with what lies above the new band folded into it: for what is as good as silent. */
  pushRoughly(samples: Int16Array): Int16Array {
    return this.#make(this.#take(samples), nearest)
  }

  /** The end of the stream: what waited for samples that don't come. */
  rest(): Int16Array {
    this.#hold(new Int16Array(2 * this.#reach + 2))
    return this.#make(Math.round((this.#taken * this.#out) / this.#in), filtered)
  }

  /** @returns How many samples of the output can be made by now. */
  #take(samples: Int16Array): number {
    this.#hold(samples)
    this.#taken += samples.length
    const last = this.#taken - 2 - this.#reach
    return last < 0 ? 0 : Math.floor((last * this.#out) / this.#in) + 1
  }

  #hold(samples: Int16Array): void {
    const count = this.#heldCount + samples.length
    if (count > this.#held.length) {
      const longer = new Float64Array(2 * count)
      longer.set(this.#held.subarray(0, this.#heldCount))
      this.#held = longer
    }
    this.#held.set(samples, this.#heldCount)
    this.#heldCount = count
  }

  /** Makes samples up to the `until`th of the output. */
  #make(until: number, sampleAt: typeof filtered): Int16Array {
    const made = new Int16Array(Math.max(0, until - this.#given))
    const start = this.#reach + this.#heldFrom
    let base = this.#base
    let place = this.#place
    for (let k = 0; k < made.length; k++) {
      this.#filters[place] ??= this.#filterAt(place / this.#out)
      made[k] = sampleAt(this.#filters[place] ?? none, this.#held, base - start)
      place += this.#in
      while (place >= this.#out) {
        place -= this.#out
        base += 1
      }
    }
    this.#base = base
    this.#place = place
    this.#given += made.length
    const done = Math.min(Math.max(0, base - start), this.#heldCount)
    this.#held.copyWithin(0, done, this.#heldCount)
    this.#heldCount -= done
    this.#heldFrom += done
    return made
  }

  #filterAt(place: number): Float64Array {
    return Float64Array.from({ length: 2 * this.#reach + 2 }, (_, k) => {
      return this.#scale * kaiserSinc((k - this.#reach - place) * this.#scale)
    })
  }
}

/** Four sums beside each other: one would wait for each addition before the next. */
function sumOfProducts(filter: Float64Array, held: Float64Array, from: number): number {
  let one = 0
  let two = 0
  let three = 0
  let four = 0
  let k = 0
  for (; k + 3 < filter.length; k += 4) {
    one += (filter[k] ?? 0) * (held[from + k] ?? 0)
    two += (filter[k + 1] ?? 0) * (held[from + k + 1] ?? 0)
    three += (filter[k + 2] ?? 0) * (held[from + k + 2] ?? 0)
    four += (filter[k + 3] ?? 0) * (held[from + k + 3] ?? 0)
  }
  for (; k < filter.length; k++) one += (filter[k] ?? 0) * (held[from + k] ?? 0)
  return one + two + (three + four)
}

const none = new Float64Array()

function filtered(filter: Float64Array, held: Float64Array, from: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sumOfProducts(filter, held, from))))
}

/** The sample before the place that is asked for. */
function nearest(filter: Float64Array, held: Float64Array, from: number): number {
  return held[from + (filter.length >> 1) - 1] ?? 0
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
