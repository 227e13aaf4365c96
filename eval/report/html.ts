import type { EvalReport, FigureGroup, Figures } from '../eval-report.ts'
import type { Baseline } from './baseline.ts'
import { answerColumns, type FigureColumn, retrievalColumns } from './figure-columns.ts'
import { milliseconds, share } from './figure-words.ts'
import { html, Markup } from './markup.ts'
import { casesSection } from './page-cases.ts'
import { kindsByLanguage, latencyChart, recallChart, relevanceChart } from './page-charts.ts'
import { filterCases } from './page-script.ts'
import { pageStyle } from './page-style.ts'

/** The report as one page that needs nothing from outside itself. */
export function evalHtml(report: EvalReport, baseline?: Baseline): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Eval of ${report.set}</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body><main>
${header(report, baseline)}
${tiles(report, baseline)}
<h2>Where it stands</h2>
<div class="pair">${recallChart(report, baseline)}${kindsByLanguage(report)}${relevanceChart(report)}${latencyChart(report)}</div>
<h2>Retrieval</h2>
${groupTable(
  report.groups.filter(({ figures }) => figures.section !== undefined),
  retrievalColumns,
  baseline,
)}
${report.retrievalOnly ? undefined : html`<h2>Answers</h2>${groupTable(report.groups, answerColumns, baseline)}`}
${casesSection(report)}
</main>
<script>(${new Markup(filterCases.toString())})()</script>
</body>
</html>
`
  return page.text
}

function header({ set, at, groups, retrievalOnly }: EvalReport, baseline: Baseline | undefined): Markup {
  const { questions = 0, answerable = 0, errors = 0 } = groups[0]?.figures ?? {}
  const compared = baseline === undefined ? '' : `, beside ${baseline.name}`
  return html`<header><h1>Eval of ${set}</h1>
<p class="soft">${questions} questions, ${answerable} of them with an answer in the documents; ${retrievalOnly ? 'retrieval alone' : 'retrieval and answers'}${compared}; ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
${errors === 0 ? undefined : html`<p class="worse">${errors} questions failed and count as having found nothing.</p>`}</header>`
}

const tileColumns: readonly FigureColumn[] = [
  { title: 'section recall@5', of: ({ section }) => section?.recallAt5 },
  { title: 'section MRR@10', of: ({ section }) => section?.mrrAt10 },
  { title: 'document recall@5', of: ({ document }) => document?.recallAt5 },
  { title: 'key points', of: ({ keyPointCoverage }) => keyPointCoverage },
  { title: 'cited right', of: ({ citationValidity }) => citationValidity },
  { title: 'must-not violations', of: ({ mustNotViolations }) => mustNotViolations, lowerIsBetter: true },
  {
    title: 'rightly abstained',
    of: ({ answerAbstention, searchAbstention }) => (answerAbstention ?? searchAbstention)?.recall,
  },
  {
    title: 'wrongly abstained',
    of: ({ answerAbstention, searchAbstention }) => (answerAbstention ?? searchAbstention)?.falseRate,
    lowerIsBetter: true,
  },
  { title: 'search p95', of: ({ searchMs }) => searchMs?.p95, unit: 'ms', lowerIsBetter: true },
]

function tiles({ groups }: EvalReport, baseline: Baseline | undefined): Markup {
  const figures: Partial<Figures> = groups[0]?.figures ?? {}
  const theirs = baseline?.groups.get('all') ?? {}
  return html`<div class="tiles">${tileColumns
    .filter((column) => column.of(figures) !== undefined)
    .map(
      (column) =>
        html`<div class="card tile"><div class="name">${column.title}</div><div class="value">${cell(column.of(figures), column)}</div>${comparison(column, figures, theirs)}</div>`,
    )}</div>`
}

function comparison(column: FigureColumn, ours: Partial<Figures>, theirs: Partial<Figures>): Markup | undefined {
  const [value, other] = [column.of(ours), column.of(theirs)]
  if (value === undefined || other === undefined) return undefined
  const ahead = column.lowerIsBetter ? other - value : value - other
  const tone = Math.abs(ahead) < 0.0005 ? '' : ahead > 0 ? 'better' : 'worse'
  return html`<div class="than">baseline ${cell(other, column)} <span class="${tone}">${signed(value - other, column)}</span></div>`
}

function groupTable(
  groups: readonly FigureGroup[],
  columns: readonly FigureColumn[],
  baseline: Baseline | undefined,
): Markup {
  const shown = columns.filter((column) => groups.some(({ figures }) => column.of(figures) !== undefined))
  return html`<div class="card scroll"><table>
<thead><tr><th>group</th><th>n</th>${shown.map(({ title }) => html`<th>${title}</th>`)}</tr></thead>
<tbody>${groups.map(
    ({ name, figures }) =>
      html`<tr><th>${name}</th><td>${figures.questions}</td>${shown.map((column) => {
        const theirs = baseline?.groups.get(name)
        return html`<td>${cell(column.of(figures), column)}${theirs === undefined ? undefined : difference(column, figures, theirs)}</td>`
      })}</tr>`,
  )}</tbody></table></div>`
}

function difference(column: FigureColumn, ours: Partial<Figures>, theirs: Partial<Figures>): Markup | undefined {
  const [value, other] = [column.of(ours), column.of(theirs)]
  if (value === undefined || other === undefined) return undefined
  const ahead = column.lowerIsBetter ? other - value : value - other
  const tone = Math.abs(ahead) < 0.0005 ? 'soft' : ahead > 0 ? 'better' : 'worse'
  return html` <span class="${tone}" title="baseline ${cell(other, column)}">${signed(value - other, column)}</span>`
}

function cell(value: number | undefined, { unit }: FigureColumn): string {
  return unit === 'ms' ? milliseconds(value) : share(value)
}

function signed(value: number, { unit }: FigureColumn): string {
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±'
  return unit === 'ms' ? `${sign}${milliseconds(Math.abs(value))}` : `${sign}${Math.abs(value).toFixed(3)}`
}
