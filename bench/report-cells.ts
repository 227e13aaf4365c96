import type { Percentiles } from './search.ts'

export interface BenchCell {
  text: string
  /** Absent: it's what was asked for rather than found, and gets no bar. */
  value?: number | undefined
}

/** A report as rows of words, the same on the terminal and on the page. */
export interface BenchTable {
  title: string
  columns: readonly string[]
  rows: readonly { name: string; cells: readonly (BenchCell | undefined)[]; died?: string | undefined }[]
}

export function given(value: number): BenchCell {
  return { text: value.toLocaleString('en') }
}

export function lasted(seconds: number): BenchCell {
  return { value: seconds, text: `${seconds.toFixed(seconds < 1 ? 2 : 1)} s` }
}

export function counted(value: number): BenchCell {
  return { value, text: value.toLocaleString('en') }
}

export function sized(value: number | null): BenchCell | undefined {
  return value === null ? undefined : { value, text: bytes(value) }
}

export function timed({ p50, p95, p99 }: Percentiles): BenchCell[] {
  return [p50, p95, p99].map((ms) => ({ value: ms, text: `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` }))
}

export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`
  return `${(value / 1e6).toFixed(value < 1e7 ? 1 : 0)} MB`
}
