import { type BenchReport, benchCharts, benchNotes, benchTables } from './report.ts'
import type { BenchTable } from './report-cells.ts'
import { chartStyle, chartSvg, escaped } from './report-chart.ts'

/** The report as one page that needs nothing else: a bar for each finding, longest for the largest in its column. */
export function benchHtml(report: BenchReport): string {
  const title = `nightdesk bench ${report.benchmark}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}${chartStyle}</style>
<h1>${escaped(title)}</h1>
<p>${escaped(report.startedAt)}</p>
${benchCharts(report)
  .map((chart) => `<h2>${escaped(chart.title)}</h2>\n<div>${chartSvg(chart)}</div>`)
  .join('\n')}
${benchTables(report).map(section).join('\n')}
<ul>
${benchNotes(report)
  .map((note) => `<li>${escaped(note)}</li>`)
  .join('\n')}
</ul>
</html>
`
}

function section({ title, columns, rows }: BenchTable): string {
  const most = columns.map((_, at) => Math.max(...rows.map(({ cells }) => cells[at]?.value ?? 0), 1e-9))
  const body = rows.map(({ name, cells, died }) => {
    const figures = cells.map((cell, at) => `<td>${escaped(cell?.text ?? '–')}${bar(cell?.value, most[at])}</td>`)
    const shown =
      died === undefined
        ? figures.join('')
        : `<td colspan="${columns.length}">did not get through: ${escaped(died)}</td>`
    return `<tr${name.startsWith('Nightdesk') ? ' class="ours"' : ''}><th scope="row">${escaped(name)}</th>${shown}</tr>`
  })
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`)
  return `<h2>${escaped(title)}</h2>
<div><table><thead><tr><th></th>${head.join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`
}

function bar(value: number | undefined, most = 1): string {
  // What is below nothing (a stop before the least length) has no length to be shown.
  return value === undefined ? '' : `<i style="width:${Math.max(0, (100 * value) / most).toFixed(1)}%"></i>`
}

const style = `
:root { color-scheme: light dark; }
body { max-width: 1360px; margin: 32px auto; padding: 0 20px; font: 15px/1.5 system-ui, sans-serif; }
h2 { font-size: 17px; margin-top: 32px; }
div { overflow-x: auto; }
ul { max-width: 100ch; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 10px; text-align: right; border-bottom: 1px solid #8884; font-weight: 400; white-space: nowrap; }
td[colspan] { text-align: left; white-space: normal; }
th:first-child { text-align: left; }
thead th, p, li { color: light-dark(#5c6169, #a3a8b0); }
td i { display: block; height: 5px; margin: 3px 0 0 auto; border-radius: 2px; background: #8a9099; min-width: 1px; }
.ours td i { background: light-dark(#2563a8, #6aa5e8); }
.ours th { font-weight: 600; }
@media (max-width: 700px) {
  th[scope="row"] { position: sticky; left: 0; background: Canvas; white-space: normal; min-width: 13ch; }
}
`
