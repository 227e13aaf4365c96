import type { StoredPassage } from '#knowledge/passage.ts'

export interface QuestionEmbeddings {
  question?: Float32Array | undefined
  /** Of the question with its other words. */
  otherwise?: Float32Array | undefined
  /** By the embedding that weights and relevance were fitted to, where the passages are stored with another's vectors. */
  own?: OwnEmbeddings | undefined
}

export interface OwnEmbeddings {
  question: Float32Array | undefined
  otherwise: Float32Array | undefined
  /** By passage id. */
  passages: ReadonlyMap<string, Float32Array>
}

export interface Similarities {
  cosine: number
  otherCosine: number
  /** `otherCosine` by the embedding that relevance was fitted to. */
  sureCosine: number
}

/** From so few passages nothing can be told of where a model's cosines lie. */
const fewest = 5

/**
 * How near each passage is to the question. Another model's cosines are moved and stretched until those of all these
 * passages lie where our own embedding's do, and count half: so they change the order, and no scale.
 */
export function similaritiesOf(passages: readonly StoredPassage[], embeddings: QuestionEmbeddings): Similarities[] {
  const { own } = embeddings
  const stored = passages.map(({ embedding }) => embedding)
  const cosines = cosinesWith(embeddings.question, stored)
  const others = cosinesWith(embeddings.otherwise, stored)
  if (own === undefined) {
    return passages.map((_, at) => {
      const other = positive(others[at])
      return { cosine: positive(cosines[at]), otherCosine: other, sureCosine: other }
    })
  }
  const vectors = passages.map(({ id }) => own.passages.get(id))
  const ownCosines = cosinesWith(own.question, vectors).map((cosine) => positive(cosine))
  const ownOthers = cosinesWith(own.otherwise, vectors).map((cosine) => positive(cosine))
  const fittedCosines = fitted(cosines, ownCosines)
  const fittedOthers = fitted(others, ownOthers)
  return passages.map((_, at) => ({
    cosine: halfway(ownCosines[at], fittedCosines[at]),
    otherCosine: halfway(ownOthers[at], fittedOthers[at]),
    sureCosine: ownOthers[at] ?? 0,
  }))
}

/** Undefined where there is no vector, or one of another model. */
function cosinesWith(
  embedding: Float32Array | undefined,
  vectors: readonly (Float32Array | undefined)[],
): (number | undefined)[] {
  return vectors.map((vector) => {
    if (embedding === undefined || vector === undefined || vector.length !== embedding.length) return undefined
    return cosine(embedding, vector)
  })
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}

/** With the mean and the spread of `to`. Undefined where nothing can be told. */
function fitted(values: readonly (number | undefined)[], to: readonly number[]): (number | undefined)[] {
  const known = values.filter((value) => value !== undefined)
  const [from, target] = [spreadOf(known), spreadOf(to)]
  if (known.length < fewest || from.deviation < 1e-6) return values.map(() => undefined)
  const stretch = target.deviation / from.deviation
  return values.map((value) =>
    value === undefined ? undefined : Math.min(1, Math.max(0, target.mean + (value - from.mean) * stretch)),
  )
}

function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length)) }
}

function halfway(own = 0, other = own): number {
  return (own + other) / 2
}

function positive(cosine = 0): number {
  return Math.max(0, cosine)
}
