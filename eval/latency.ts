/** Milliseconds. */
export interface LatencyFigures {
  p50: number
  p95: number
  p99: number
  max: number
}

/** Nearest-rank percentiles; undefined when nothing was measured. */
export function latencyFigures(timesMs: readonly number[]): LatencyFigures | undefined {
  if (timesMs.length === 0) return undefined
  const sorted = [...timesMs].sort((a, b) => a - b)
  return {
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? 0,
  }
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}
