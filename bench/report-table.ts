import { type BenchReport, benchNotes, benchTables } from './report.ts'
import type { BenchTable } from './report-cells.ts'

/** The report as plain text, for a terminal. */
export function benchText(report: BenchReport): string {
  const tables = benchTables(report).map((table) => `${table.title}\n${aligned(table)}`)
  return [...tables, benchNotes(report).join('\n')].join('\n\n')
}

function aligned({ columns, rows }: BenchTable): string {
  const lines = [
    ['', ...columns],
    ...rows.map(({ name, cells, died }) =>
      died === undefined ? [name, ...cells.map((cell) => cell?.text ?? '–')] : [name],
    ),
  ]
  const widths = ['', ...columns].map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines
    .map((line, number) => {
      const died = rows[number - 1]?.died
      const words = line.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      return [...words, ...(died === undefined ? [] : [`did not get through: ${died}`])].join('  ')
    })
    .join('\n')
}
