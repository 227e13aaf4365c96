import type { EvalCase, EvalReport, FigureGroup } from '../eval-report.ts'
import { isAnswerable } from '../figures.ts'
import type { LatencyFigures } from '../latency.ts'
import type { Baseline } from './baseline.ts'
import { milliseconds, share } from './figure-words.ts'
import { html, type Markup } from './markup.ts'

interface Bar {
  name: string
  /** 0..1 */
  part: number
  label: string
  /** 0..1, what it is compared with. */
  mark?: number | undefined
}

/** Section recall@5 by kind and language, with the baseline's as a mark. */
export function recallChart({ groups }: EvalReport, baseline: Baseline | undefined): Markup {
  const bars = groups.flatMap(({ name, kind, lang, figures }): Bar[] => {
    const part = figures.section?.recallAt5
    if (part === undefined || (kind !== undefined && lang !== undefined)) return []
    return [{ name: short(name), part, label: share(part), mark: baseline?.groups.get(name)?.section?.recallAt5 }]
  })
  const legend =
    baseline === undefined
      ? undefined
      : html`<p class="legend"><span><i></i>this run</span><span><i class="line"></i>${baseline.name}</span></p>`
  return html`<div class="card"><h3>Section recall@5</h3>${barChart(bars)}${legend}</div>`
}

/** How long searching and answering took. */
export function latencyChart({ groups }: EvalReport): Markup | undefined {
  const figures = groups[0]?.figures
  const rows = [
    ...percentiles('search', figures?.searchMs),
    ...percentiles('first words', figures?.firstDeltaMs),
    ...percentiles('answer', figures?.answerMs),
  ]
  const longest = Math.max(...rows.map(({ ms }) => ms), 1)
  if (rows.length === 0) return undefined
  return html`<div class="card"><h3>Latency</h3>${barChart(
    rows.map(({ name, ms }) => ({ name, part: ms / longest, label: milliseconds(ms) })),
  )}</div>`
}

function percentiles(name: string, figures: LatencyFigures | undefined): { name: string; ms: number }[] {
  if (figures === undefined) return []
  return [
    { name: `${name} p50`, ms: figures.p50 },
    { name: `${name} p95`, ms: figures.p95 },
    { name: `${name} p99`, ms: figures.p99 },
  ]
}

function barChart(bars: readonly Bar[]): Markup {
  return html`<div class="bars">${bars.map(({ name, part, label, mark }) => {
    const compared =
      mark === undefined
        ? undefined
        : html`<div class="mark" style="left:${percent(mark)}" title="${share(mark)}"></div>`
    return html`<span>${name}</span><div class="track"><div class="fill" style="width:${percent(part)}"></div>${compared}</div><span class="number">${label}</span>`
  })}</div>`
}

/** Recall@5 for each kind in each language, a small bar under each figure. */
export function kindsByLanguage({ groups }: EvalReport): Markup {
  const kinds = [
    ...new Set(
      groups.flatMap(({ kind, figures }) => (kind === undefined || figures.section === undefined ? [] : [kind])),
    ),
  ]
  const langs = [...new Set(groups.flatMap(({ lang }) => lang ?? []))]
  const of = (kind: string, lang: string) => groups.find((group) => group.kind === kind && group.lang === lang)
  return html`<div class="card"><h3>Section recall@5, kind × language</h3><div class="scroll"><table>
    <thead><tr><th></th>${langs.map((lang) => html`<th>${lang}</th>`)}</tr></thead>
    <tbody>${kinds.map((kind) => html`<tr><th>${kind}</th>${langs.map((lang) => recallCell(of(kind, lang)))}</tr>`)}</tbody>
  </table></div></div>`
}

function recallCell(group: FigureGroup | undefined): Markup {
  const recall = group?.figures.section?.recallAt5
  if (group === undefined || recall === undefined) return html`<td class="soft">–</td>`
  return html`<td>${share(recall)} <span class="soft">of ${group.figures.questions}</span><span class="bar"><b style="width:${percent(recall)}"></b></span></td>`
}

const width = 560
const left = 96
const rowHeight = 56

/** How sure the search was, for what something answers and for what nothing answers: the further apart, the better. */
export function relevanceChart({ cases }: EvalReport): Markup | undefined {
  const rows = [
    { name: 'answerable', dots: cases.filter(isAnswerable) },
    { name: 'unanswerable', dots: cases.filter((each) => !isAnswerable(each)) },
  ].filter(({ dots }) => dots.length > 0)
  if (!cases.some(({ retrieval }) => retrieval?.ms !== undefined)) return undefined
  const height = rows.length * rowHeight + 26
  return html`<div class="card"><h3>Relevance by the search's own measure</h3>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="One dot a question, by relevance from 0 to 1; red where the verdict was wrong">
    ${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<line class="axis" x1="${x(at)}" x2="${x(at)}" y1="4" y2="${height - 22}"/><text x="${x(at)}" y="${height - 6}" text-anchor="middle">${at}</text>`)}
    ${rows.map(({ name, dots }, row) => html`<text x="0" y="${row * rowHeight + rowHeight / 2 + 4}">${name}</text>${dots.map((each, at) => dot(each, row, at))}`)}
    </svg><p class="legend">One dot a question; red where the verdict “relevant” or “not relevant” is wrong.</p></div>`
}

function dot(each: EvalCase, row: number, at: number): Markup | undefined {
  if (each.retrieval?.ms === undefined) return undefined
  const { relevance, relevant } = each.retrieval
  const y = row * rowHeight + 10 + ((at * 0.618_034) % 1) * (rowHeight - 20)
  const verdict = relevant === isAnswerable(each) ? 'yes' : 'no'
  return html`<circle class="${verdict}" cx="${x(relevance)}" cy="${Math.round(y)}" r="4"><title>${each.question.id}: ${share(relevance)}</title></circle>`
}

function x(part: number): number {
  return Math.round((left + Math.min(1, Math.max(0, part)) * (width - left - 8)) * 10) / 10
}

function percent(part: number): string {
  return `${Math.round(Math.min(1, Math.max(0, part)) * 1000) / 10}%`
}

function short(name: string): string {
  return name.replace(/^kind |^lang /, '')
}
