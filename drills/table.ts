import type { DrillReport } from './drill.ts'

const columns = [
  'drill',
  'detected in',
  'playbook says',
  'as',
  'fallback',
  'the user noticed',
  'longest silence',
  'said twice',
  'recovered',
  '',
] as const

/** Reports as a table for a terminal. */
export function drillTable(reports: readonly DrillReport[]): string {
  const rows = [columns, ...reports.map(cells)]
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const faults = reports.flatMap(({ name, faults: found, playbook }) =>
    [...new Set(found)].map((fault) => `${name}: ${fault} (docs/playbooks/${playbook}.md)`),
  )
  const notes = reports.some(({ isSimulated }) => isSimulated) ? ['', '* in simulated time'] : []
  return [...lines, ...notes, ...(faults.length > 0 ? ['', ...faults] : [])].join('\n')
}

function cells(report: DrillReport): string[] {
  const { name, detectedAs, fallback, noticed, saidTwice, isSimulated, faults } = report
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : inWords(ms, isSimulated))
  return [
    name,
    time(report.detectedMs),
    `≤ ${inWords(report.promisedMs, isSimulated)}`,
    detectedAs,
    fallback,
    noticed,
    time(report.longestSilenceMs),
    String(saidTwice),
    time(report.recoveredMs),
    faults.length === 0 ? 'passed' : 'FAILED',
  ]
}

/** Simulated time is marked. */
function inWords(ms: number, isSimulated: boolean): string {
  if (!isSimulated) return `${(ms / 1000).toFixed(2)} s`
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s*` : `${Math.round(ms / 60_000)} min*`
}
