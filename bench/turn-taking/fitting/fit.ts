/** One place where a sentence was cut: its signs, and how likely somebody pauses there. */
export interface Cut {
  signs: readonly string[]
  whole: boolean
  weight: number
}

export interface FitOptions {
  rounds: number
  /** Weights that the data doesn't need go to 0; so much of one a round. */
  sparsity: number
  /** A sign that is met less often is no sign. */
  leastOften: number
  ridge: number
}

/** Weights of a logistic regression, by the sign's name; `''` is what all have in common. */
export type Weights = Readonly<Record<string, number>>

const learningRate = 0.5

/** By gradient descent over all cuts a round, each weight with a step of its own (AdaGrad); the same data gives the same weights. */
export function fitted(cuts: readonly Cut[], { rounds, sparsity, leastOften, ridge }: FitOptions): Weights {
  const often = new Map<string, number>()
  for (const { signs } of cuts) for (const sign of signs) often.set(sign, (often.get(sign) ?? 0) + 1)
  const names = ['', ...[...often].filter(([, times]) => times >= leastOften).map(([sign]) => sign)]
  const places = new Map(names.map((name, at) => [name, at]))
  const rows = cuts.map(({ signs, whole, weight }) => ({
    at: [0, ...signs.flatMap((sign) => places.get(sign) ?? [])],
    whole: whole ? 1 : 0,
    weight,
  }))
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  const weights = new Float64Array(names.length)
  const squares = new Float64Array(names.length).fill(1e-8)
  const gradient = new Float64Array(names.length)
  for (let round = 0; round < rounds; round += 1) {
    gradient.fill(0)
    for (const { at, whole, weight } of rows) {
      const wrong = (weight / total) * (sigmoid(at.reduce((sum, place) => sum + (weights[place] ?? 0), 0)) - whole)
      for (const place of at) gradient[place] = (gradient[place] ?? 0) + wrong
    }
    for (let place = 0; place < weights.length; place += 1) {
      const value = weights[place] ?? 0
      const slope = (gradient[place] ?? 0) + (place === 0 ? 0 : ridge * value)
      squares[place] = (squares[place] ?? 0) + slope * slope
      const step = learningRate / Math.sqrt(squares[place] ?? 1)
      const moved = value - step * slope
      weights[place] = place === 0 ? moved : Math.sign(moved) * Math.max(0, Math.abs(moved) - step * sparsity)
    }
  }
  return Object.fromEntries(
    names.flatMap((name, at) => {
      const value = Math.round(100 * (weights[at] ?? 0)) / 100
      return value === 0 ? [] : [[name, value]]
    }),
  )
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
