import { ago } from './ago.ts'
import type { RecentTurn } from './api-types.ts'
import { element, icon } from './dom.ts'
import type { OperationsWords } from './operations-words.ts'
import type { PageLang } from './words.ts'

/** A shape for each outcome, so that colour isn't all that tells them apart. */
const shapes: Readonly<Record<RecentTurn['outcome'], string>> = {
  answered: '✓',
  abstained: '–',
  failed: '✕',
  'cut-off': '‖',
}
const turnsShown = 20

/** The last turns, each as a bar of its stages; all bars have one scale, so that a slow turn is seen at a glance. */
export function turnBars(turns: readonly RecentTurn[], words: OperationsWords, lang: PageLang): HTMLElement {
  const shown = turns.slice(0, turnsShown)
  const longest = Math.max(1, ...shown.map(({ total_ms }) => total_ms))
  const seen = new Set(shown.flatMap(({ stages }) => stages.map(({ stage }) => stage)))
  return element(
    'section',
    { class: 'turns', 'aria-label': words.turns },
    element(
      'ul',
      { class: 'legend' },
      ...stageNames(words)
        .filter(([stage]) => seen.has(stage))
        .map(([stage, name]) => element('li', { 'data-stage': stage }, icon('■'), name)),
    ),
    element('ol', {}, ...shown.map((turn) => turnRow(turn, longest, words, lang))),
  )
}

function stageNames(words: OperationsWords): [RecentTurn['stages'][number]['stage'], string][] {
  const { hear, understand, retrieve, read, model, check, speak, other } = words.stages
  return [
    ['hear', hear],
    ['understand', understand],
    ['retrieve', retrieve],
    ['read', read],
    ['model', model],
    ['check', check],
    ['speak', speak],
    ['other', other],
  ]
}

function turnRow(turn: RecentTurn, longest: number, words: OperationsWords, lang: PageLang): HTMLElement {
  const { at, outcome, provider, mode, total_ms: total, cost_usd: cost, fallbacks, stages, trace_id: id } = turn
  const facts = [
    words.outcomes[outcome],
    words.modes[mode],
    provider === 'extractive' ? words.quoted : (provider ?? ''),
    cost > 0 ? `$${cost.toFixed(4)}` : '',
    fallbacks > 0 ? words.takenOver(fallbacks) : '',
  ]
  return element(
    'li',
    { 'data-outcome': outcome, title: `${words.trace} ${id}` },
    element('span', { class: 'when' }, icon(shapes[outcome]), ago(at, new Date(), lang)),
    stageBar(
      stages.map(({ stage, ms }) => ({
        stage,
        share: ms / longest,
        label: `${words.stages[stage]} ${inMs(ms, lang)}`,
      })),
    ),
    element('span', { class: 'total' }, inMs(total, lang)),
    element('span', { class: 'note' }, facts.filter((fact) => fact !== '').join(' · ')),
  )
}

export interface BarPart {
  stage: string
  /** Of the whole width, 0..1. */
  share: number
  label: string
}

/** A stacked bar that can be read without seeing it. */
export function stageBar(parts: readonly BarPart[]): HTMLElement {
  const labels = parts.map(({ label }) => label).join(', ')
  const bar = element('span', { class: 'stack', role: 'img', 'aria-label': labels })
  for (const { stage, share, label } of parts) {
    const part = element('span', { 'data-stage': stage, title: label })
    part.style.width = `${(100 * share).toFixed(2)}%`
    bar.append(part)
  }
  return bar
}

function inMs(ms: number, lang: PageLang): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms).toLocaleString(lang)} ms`
}
