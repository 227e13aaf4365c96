import type { EvalReport, FigureGroup } from '../eval-report.ts'
import type { Baseline } from './baseline.ts'
import { answerColumns, type FigureColumn, retrievalColumns } from './figure-columns.ts'
import { milliseconds, share } from './figure-words.ts'

/** The report as plain text, for a terminal. */
export function evalTable(report: EvalReport, baseline?: Baseline): string {
  const parts = [
    headline(report),
    `Retrieval, by section where it doesn't say “doc”${baseline === undefined ? '' : `; in brackets ${baseline.name}`}`,
    groupTable(searched(report.groups), retrievalColumns, baseline),
    abstentionLines(report),
  ]
  if (!report.retrievalOnly) parts.push('Answers', groupTable(report.groups, answerColumns, baseline))
  return `${parts.join('\n\n')}\n`
}

function headline({ set, groups }: EvalReport): string {
  const { questions = 0, answerable = 0, errors = 0 } = groups[0]?.figures ?? {}
  const failed = errors === 0 ? '' : `; ${errors} FAILED`
  return `${set}: ${questions} questions, ${answerable} with an answer in the documents${failed}`
}

function searched(groups: readonly FigureGroup[]): FigureGroup[] {
  return groups.filter(({ figures }) => figures.section !== undefined)
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

function groupTable(
  groups: readonly FigureGroup[],
  columns: readonly FigureColumn[],
  baseline: Baseline | undefined,
): string {
  return aligned([
    ['', 'n', ...columns.map(({ title }) => title)],
    ...groups.map(({ name, figures }) => [
      name,
      String(figures.questions),
      ...columns.map((column) => {
        const theirs = column.unit === 'ms' ? undefined : column.of(baseline?.groups.get(name) ?? {})
        return `${cell(column.of(figures), column)}${theirs === undefined ? '' : ` (${cell(theirs, column)})`}`
      }),
    ]),
  ])
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) => row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))))
    .map((row) => row.join('  '))
    .join('\n')
}

function cell(value: number | undefined, { unit }: FigureColumn): string {
  return unit === 'ms' ? milliseconds(value) : share(value)
}
