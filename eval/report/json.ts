import type { EvalReport } from '../eval-report.ts'

/** The report as JSON with names in snake_case; shares and milliseconds are rounded to four places. */
export function evalJson(report: EvalReport): unknown {
  return snakeCase(report)
}

function snakeCase(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e4) / 1e4
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(snakeCase)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, held]) =>
    held === undefined
      ? []
      : [[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCase(held)] as const],
  )
  return Object.fromEntries(entries)
}
