import { quantize } from '#knowledge/sqlite/quantized-vector.ts'
import { TopCandidates } from '#knowledge/sqlite/top-candidates.ts'
import { VectorArena } from '#knowledge/sqlite/vector-arena.ts'
import { type Chance, chance } from './chance.ts'
import { type Percentiles, percentiles } from './search.ts'

export interface BenchVectorScanOptions {
  /** Numbers of vectors. */
  sizes: readonly number[]
  dimensions: number
  queries: number
  /** Measured beside ours. */
  peers: readonly VectorEngine[]
}

/** Anything that holds vectors and finds those nearest to a query. */
export interface VectorEngine {
  name: string
  /** @param limit How many rows each query finds; rows are counted from 0. */
  load(stored: readonly Float32Array[], limit: number): (query: Float32Array) => number[]
}

export interface BenchVectorScanRow {
  engine: string
  vectors: number
  /** Putting them all in. */
  loadMs: number
  /** Milliseconds on the clock for the 150 nearest, on one thread. */
  scan: Percentiles
  /** Milliseconds of processor time a query, which others on the machine disturb less. */
  cpuMs: number
  /** Share of the true 150 nearest, by 32-bit cosine, that were found. */
  recall: number
}

const limit = 150

/** An exact scan of all vectors by each engine, on the same vectors. Synchronous, so the signal is heard between engines. */
export function benchVectorScan(options: BenchVectorScanOptions, signal: AbortSignal): BenchVectorScanRow[] {
  const rows: BenchVectorScanRow[] = []
  for (const vectors of options.sizes) {
    const random = chance(vectors)
    const stored = Array.from({ length: vectors }, () => direction(options.dimensions, random))
    const queries = Array.from({ length: options.queries }, () => direction(options.dimensions, random))
    const truth = queries.slice(0, 5).map((query) => new Set(exact(stored, query)))
    for (const engine of [...ours(options.dimensions), ...options.peers]) {
      signal.throwIfAborted()
      rows.push(measure(engine, stored, queries, truth))
    }
  }
  return rows
}

type Nearest = (query: Float32Array) => number[]

function ours(dimensions: number): VectorEngine[] {
  return [
    { name: 'WebAssembly SIMD, 8 bits', load: (stored) => arena(stored, dimensions) },
    { name: 'plain JavaScript, 8 bits', load: (stored) => plain(stored, dimensions) },
  ]
}

function measure(
  engine: VectorEngine,
  stored: readonly Float32Array[],
  queries: readonly Float32Array[],
  truth: readonly ReadonlySet<number>[],
): BenchVectorScanRow {
  const began = performance.now()
  const nearest = engine.load(stored, limit)
  const loadMs = Math.round(performance.now() - began)
  const found = queries.slice(0, truth.length).map(nearest)
  const hits = truth.flatMap((rows, index) => found[index]?.filter((row) => rows.has(row)) ?? [])
  const cpu = process.threadCpuUsage()
  const times = queries.map((query) => {
    const started = performance.now()
    nearest(query)
    return performance.now() - started
  })
  const { user, system } = process.threadCpuUsage(cpu)
  return {
    engine: engine.name,
    vectors: stored.length,
    loadMs,
    scan: percentiles(times),
    cpuMs: Math.round((user + system) / 10 / queries.length) / 100,
    recall: hits.length / (truth.length * limit),
  }
}

function arena(stored: readonly Float32Array[], dimensions: number): Nearest {
  const vectors = new VectorArena(dimensions)
  for (const [row, vector] of stored.entries()) {
    const { scale, components } = quantize(vector)
    vectors.add(row, 1, scale, new Uint8Array(components.buffer))
  }
  return (query) => {
    const top = new TopCandidates(limit, -2)
    vectors.scan(query, Uint8Array.of(0, 1), top)
    return top.ranked().map(({ row }) => row)
  }
}

function plain(stored: readonly Float32Array[], dimensions: number): Nearest {
  const all = new Int8Array(stored.length * dimensions)
  const scales = new Float32Array(stored.length)
  for (const [row, vector] of stored.entries()) {
    const { scale, components } = quantize(vector)
    all.set(components, row * dimensions)
    scales[row] = scale
  }
  return (query) => {
    const { components } = quantize(query)
    const top = new TopCandidates(limit, Number.NEGATIVE_INFINITY)
    for (let row = 0; row < scales.length; row++) {
      let sum = 0
      for (let index = 0; index < dimensions; index++) {
        sum += (all[row * dimensions + index] ?? 0) * (components[index] ?? 0)
      }
      const score = sum * (scales[row] ?? 0)
      if (score > top.threshold) top.add(row, score)
    }
    return top.ranked().map(({ row }) => row)
  }
}

function exact(stored: readonly Float32Array[], query: Float32Array): number[] {
  const top = new TopCandidates(limit, -2)
  for (const [row, vector] of stored.entries()) {
    let sum = 0
    for (let index = 0; index < query.length; index++) sum += (vector[index] ?? 0) * (query[index] ?? 0)
    if (sum > top.threshold) top.add(row, sum)
  }
  return top.ranked().map(({ row }) => row)
}

/** Even over all directions: the hardest case for 8 bits, since everything is about equally far away. */
function direction(dimensions: number, random: Chance): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random.unit() + random.unit() + random.unit() - 1.5)
  const length = Math.hypot(...vector)
  return vector.map((component) => component / length)
}
