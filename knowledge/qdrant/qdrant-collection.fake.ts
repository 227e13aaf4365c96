import type { z } from 'zod'
import type {
  Condition,
  CreateCollection,
  Filter,
  Prefetch,
  QueryPoints,
  SparseVector,
  UpsertPoints,
} from './qdrant-requests.fake.ts'

type Id = string | number
type Sparse = z.infer<typeof SparseVector>

export interface FakePoint {
  id: Id
  dense: Map<string, Float32Array>
  sparse: Map<string, Map<number, number>>
  payload: Record<string, unknown>
}

export interface Scored {
  point: FakePoint
  score: number
}

/** What the real one answers with a status of its own. */
export class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** One collection, searched by reading all of it. */
export class FakeCollection {
  readonly config: CreateCollection
  readonly indexes = new Map<string, 'keyword' | 'integer'>()
  readonly points = new Map<Id, FakePoint>()

  constructor(config: CreateCollection) {
    this.config = config
  }

  upsert({ points }: UpsertPoints): void {
    const ready = points.map(({ id, vector, payload }) => {
      const point: FakePoint = { id, dense: new Map(), sparse: new Map(), payload: payload ?? {} }
      for (const [name, values] of Object.entries(vector)) {
        if (Array.isArray(values)) point.dense.set(name, unit(this.#fitting(name, values)))
        else point.sparse.set(name, this.#weights(name, values))
      }
      return point
    })
    for (const point of ready) this.points.set(point.id, point)
  }

  matchingFilter(filter: Filter | undefined): FakePoint[] {
    for (const condition of [filter?.must, filter?.should, filter?.must_not].flatMap((some) => some ?? [])) {
      this.#refuseUnindexed(condition)
    }
    return [...this.points.values()].filter((point) => filter === undefined || fits(point, filter))
  }

  scroll(filter: Filter | undefined, from: Id | undefined, limit: number): { page: FakePoint[]; next: Id | undefined } {
    const sorted = this.matchingFilter(filter)
      .filter(({ id }) => from === undefined || compareIds(id, from) >= 0)
      .toSorted((one, other) => compareIds(one.id, other.id))
    return { page: sorted.slice(0, limit), next: sorted[limit]?.id }
  }

  query({ prefetch, limit = 10, ...asked }: QueryPoints): Scored[] {
    const { query } = asked
    if (query !== undefined && !Array.isArray(query) && ('fusion' in query || 'rrf' in query)) {
      if (prefetch === undefined || prefetch.length === 0) {
        throw new Refusal(400, 'Bad request: Validation error: fusion queries need a prefetch')
      }
      // The real one's constant when none is given (lib/segment/src/common/reciprocal_rank_fusion.rs).
      const k = 'rrf' in query ? (query.rrf.k ?? 2) : 2
      return fusedByRank(
        prefetch.map((each) => this.#search(each)),
        k,
      ).slice(0, limit)
    }
    if (prefetch !== undefined) throw new Error('rescoring what was prefetched is not in this fake')
    return this.#search({ ...asked, limit })
  }

  #search({ query, using, filter, limit = 10 }: Prefetch): Scored[] {
    if (query === undefined) return this.matchingFilter(filter).map((point) => ({ point, score: 0 }))
    const name = using ?? ''
    if (Array.isArray(query)) {
      const wanted = unit(this.#fitting(name, query))
      return best(this.matchingFilter(filter), limit, ({ dense }) => {
        const held = dense.get(name)
        return held === undefined ? undefined : dot(wanted, held)
      })
    }
    if ('indices' in query) return this.#bySparse(name, query, filter, limit)
    throw new Refusal(400, 'Bad request: Validation error: fusion queries need a prefetch')
  }

  #bySparse(name: string, query: Sparse, filter: Filter | undefined, limit: number): Scored[] {
    const weights = this.#weights(name, query)
    if (this.config.sparse_vectors?.[name]?.modifier === 'idf') {
      const all = [...this.points.values()].flatMap(({ sparse }) => sparse.get(name) ?? [])
      for (const [index, weight] of weights) {
        const holding = all.filter((held) => held.has(index)).length
        weights.set(index, weight * Math.log((all.length - holding + 0.5) / (holding + 0.5) + 1))
      }
    }
    return best(this.matchingFilter(filter), limit, ({ sparse }) => {
      const held = sparse.get(name)
      const shared = [...weights].filter(([index]) => held?.has(index) === true)
      if (shared.length === 0) return undefined
      return shared.reduce((sum, [index, weight]) => sum + weight * (held?.get(index) ?? 0), 0)
    })
  }

  #fitting(name: string, values: readonly number[]): readonly number[] {
    const params = this.config.vectors[name]
    if (params === undefined) throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`)
    if (params.size === values.length) return values
    throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${params.size}, got ${values.length}`)
  }

  #weights(name: string, { indices, values }: Sparse): Map<number, number> {
    if (this.config.sparse_vectors?.[name] === undefined) {
      throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`)
    }
    return new Map(indices.map((index, at) => [index, Math.fround(values[at] ?? 0)]))
  }

  /** As in the strict mode that Qdrant's cloud switches on. */
  #refuseUnindexed(condition: Condition): void {
    if (!('key' in condition)) return
    const values = 'any' in condition.match ? condition.match.any : [condition.match.value]
    for (const value of values) {
      const type = typeof value === 'number' ? 'integer' : 'keyword'
      if (this.indexes.get(condition.key) === type) continue
      throw new Refusal(
        400,
        `Bad request: Index required but not found for "${condition.key}" of one of the following types: [${type}].`,
      )
    }
  }
}

function fits(point: FakePoint, { must = [], should = [], must_not: mustNot = [] }: Filter): boolean {
  return (
    must.every((condition) => holds(point, condition)) &&
    (should.length === 0 || should.some((condition) => holds(point, condition))) &&
    !mustNot.some((condition) => holds(point, condition))
  )
}

function holds({ id, payload }: FakePoint, condition: Condition): boolean {
  if ('has_id' in condition) return condition.has_id.includes(id)
  const wanted: readonly unknown[] = 'any' in condition.match ? condition.match.any : [condition.match.value]
  const held = payload[condition.key]
  return (Array.isArray(held) ? held : [held]).some((value) => wanted.includes(value))
}

function best(points: readonly FakePoint[], limit: number, scoreOf: (point: FakePoint) => number | undefined) {
  return points
    .flatMap((point): Scored[] => {
      const score = scoreOf(point)
      return score === undefined ? [] : [{ point, score: Math.fround(score) }]
    })
    .toSorted((one, other) => other.score - one.score)
    .slice(0, limit)
}

function fusedByRank(lists: readonly (readonly Scored[])[], k: number): Scored[] {
  const scores = new Map<FakePoint, number>()
  for (const list of lists) {
    for (const [at, { point }] of list.entries()) scores.set(point, (scores.get(point) ?? 0) + 1 / (at + k))
  }
  return [...scores].map(([point, score]) => ({ point, score })).toSorted((one, other) => other.score - one.score)
}

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length))
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
}

/** Numbers before UUIDs. */
function compareIds(one: Id, other: Id): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1
  return one < other ? -1 : one > other ? 1 : 0
}
