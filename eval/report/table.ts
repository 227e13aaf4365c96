import type { EvalReport, FigureGroup, Figures } from '../eval-report.ts'
import type { Baseline } from './baseline.ts'

interface Column {
  title: string
  /** 0..1, or milliseconds where it says so. */
  of: (figures: Figures) => number | undefined
  unit?: 'ms'
}

const retrieval: readonly Column[] = [
  { title: 'R@1', of: ({ section }) => section?.recallAt1 },
  { title: 'R@5', of: ({ section }) => section?.recallAt5 },
  { title: 'R@10', of: ({ section }) => section?.recallAt10 },
  { title: 'MRR', of: ({ section }) => section?.mrrAt10 },
  { title: 'nDCG', of: ({ section }) => section?.ndcgAt10 },
  { title: 'doc R@1', of: ({ document }) => document?.recallAt1 },
  { title: 'doc R@5', of: ({ document }) => document?.recallAt5 },
  { title: 'doc nDCG', of: ({ document }) => document?.ndcgAt10 },
  { title: 'old 1st', of: ({ supersededFirst }) => supersededFirst },
  { title: 'p50', of: ({ searchMs }) => searchMs?.p50, unit: 'ms' },
  { title: 'p95', of: ({ searchMs }) => searchMs?.p95, unit: 'ms' },
]

const answering: readonly Column[] = [
  { title: 'key points', of: ({ keyPointCoverage }) => keyPointCoverage },
  { title: 'in answer', of: ({ keyPointCoverageInAnswer }) => keyPointCoverageInAnswer },
  { title: 'complete', of: ({ complete }) => complete },
  { title: 'must-not', of: ({ mustNotViolations }) => mustNotViolations },
  { title: 'cited right', of: ({ citationValidity }) => citationValidity },
  { title: 'promises', of: ({ promisesKept }) => promisesKept },
  { title: 'p50', of: ({ answerMs }) => answerMs?.p50, unit: 'ms' },
  { title: 'p95', of: ({ answerMs }) => answerMs?.p95, unit: 'ms' },
  { title: 'p99', of: ({ answerMs }) => answerMs?.p99, unit: 'ms' },
]

/** The report as plain text, for a terminal. */
export function evalTable(report: EvalReport, baseline?: Baseline): string {
  const all = report.groups[0]?.figures
  const parts = [
    `${report.set}: ${all?.questions ?? 0} questions, ${all?.answerable ?? 0} of them with an answer in the documents` +
      ((all?.errors ?? 0) > 0 ? `, ${all?.errors} FAILED` : ''),
    `Retrieval, by section unless it says otherwise`,
    retrievalTable(report.groups, baseline),
    abstentionLines(report),
  ]
  if (!report.retrievalOnly) parts.push('Answers', textTable(report.groups, answering))
  return `${parts.join('\n\n')}\n`
}

function retrievalTable(groups: readonly FigureGroup[], baseline: Baseline | undefined): string {
  const searched = groups.filter(({ figures }) => figures.section !== undefined)
  const compared: (Column & { ofGroup?: (name: string) => number | undefined })[] = [...retrieval]
  if (baseline !== undefined) {
    compared.splice(2, 0, {
      title: `(${baseline.name})`,
      of: () => undefined,
      ofGroup: (name) => baseline.groups.get(name)?.section?.recallAt5,
    })
  }
  return textTable(searched, compared)
}

function abstentionLines({ groups, retrievalOnly }: EvalReport): string {
  const figures = groups[0]?.figures
  const search = { name: 'Abstention by the search', of: figures?.searchAbstention }
  const answers = { name: 'Abstention by the answers', of: figures?.answerAbstention }
  return (retrievalOnly ? [search] : [search, answers])
    .map(
      ({ name, of }) =>
        `${name}: precision ${share(of?.precision)}, recall ${share(of?.recall)}, wrongly ${share(of?.falseRate)}`,
    )
    .join('\n')
}

function textTable(
  groups: readonly FigureGroup[],
  columns: readonly (Column & { ofGroup?: (name: string) => number | undefined })[],
): string {
  const rows = [
    ['', 'n', ...columns.map(({ title }) => title)],
    ...groups.map(({ name, figures }) => [
      name,
      String(figures.questions),
      ...columns.map((column) => cell(column.ofGroup?.(name) ?? column.of(figures), column.unit)),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n')
}

function cell(value: number | undefined, unit: 'ms' | undefined): string {
  if (value === undefined) return '–'
  return unit === 'ms' ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : share(value)
}

function share(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3)
}
