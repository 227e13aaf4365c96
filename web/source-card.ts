import { ago } from './ago.ts'
import type { Source } from './api-types.ts'
import { element, icon } from './dom.ts'
import type { OperationsWords } from './operations-words.ts'
import type { PageLang } from './words.ts'

/** Shown before the rest is only counted. */
const failuresShown = 8

/** A shape for each state, so that colour isn't all that tells them apart. */
const shapes: Readonly<Record<Source['state'], string>> = {
  idle: '✓',
  waiting: '◔',
  syncing: '↻',
  paused: '‖',
  failed: '✕',
  never: '○',
}
const kinds: Readonly<Record<Source['kind'], string>> = { files: 'files', github: 'GitHub', notion: 'Notion' }

export interface SourceActions {
  /** Absent entries: all of the source. */
  sync: (source: Source, entries?: readonly string[]) => void
}

/** Whether somebody should look at it. */
export function needsALook({ state, failure, queue, failures }: Source): boolean {
  return state === 'failed' || failure !== undefined || queue.dead > 0 || failures.some((each) => each.state === 'dead')
}

export function sourceCard(
  source: Source,
  words: OperationsWords,
  lang: PageLang,
  actions: SourceActions,
): HTMLElement {
  const { id, kind, state, pause, failure, queue } = source
  const pending = queue.waiting + queue.running
  return element(
    'section',
    { class: 'source', 'data-state': needsALook(source) ? 'failed' : state, 'aria-label': id },
    element(
      'header',
      {},
      element('h2', {}, id),
      element('span', { class: 'kind' }, kinds[kind]),
      element('span', { class: 'state' }, icon(shapes[state]), words.states[state]),
      element('span', { class: 'gap' }),
      element('button', { type: 'button', onclick: () => actions.sync(source) }, words.syncNow),
    ),
    failure !== undefined && element('p', { class: 'trouble', role: 'alert' }, failure),
    pause !== undefined && element('p', { class: 'pause' }, words.pausedUntil(timeOf(pause.until, lang), pause.reason)),
    pending > 0 && progress(source, words),
    facts(source, words, lang),
    source.failed_entries > 0 && failureList(source, words, lang, actions),
  )
}

function progress({ queue, entries }: Source, words: OperationsWords): HTMLElement {
  const pending = queue.waiting + queue.running
  const bar = element('progress', { max: Math.max(1, entries + pending), value: entries })
  const text = [words.queue(queue.waiting, queue.running), ...(queue.delayed > 0 ? [words.delayed(queue.delayed)] : [])]
  return element('label', { class: 'progress' }, bar, text.join(' · '))
}

function facts(source: Source, words: OperationsWords, lang: PageLang): HTMLElement {
  const { last_sync: last, next_sync_at: next, entries, lag_seconds: lag, api_budget: budget } = source
  const rows: [string, ...(Node | string)[]][] = [[words.entries, entries.toLocaleString(lang)]]
  if (last !== undefined)
    rows.push([words.lastSync, ago(last.finished_at, new Date(), lang), note(words.took(last.seconds))])
  if (next !== undefined) rows.push([words.nextSync, inTime(next, words, lang)])
  rows.push(
    lag === undefined
      ? [words.lag, note(words.noLag)]
      : [words.lag, span(lag.last, lang), note(words.lagText(span(lag.p50, lang), span(lag.p95, lang)))],
  )
  if (budget !== undefined) {
    const meter = element('meter', { min: 0, max: budget.limit, low: budget.limit / 10, value: budget.left })
    rows.push([
      words.budget,
      words.budgetText(budget.left, budget.limit),
      meter,
      note(words.resets(timeOf(budget.resets_at, lang))),
    ])
  }
  return element(
    'dl',
    {},
    ...rows.map(([name, ...value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, ...value.flatMap((part) => [part, ' ']))),
    ),
  )
}

function failureList(source: Source, words: OperationsWords, lang: PageLang, actions: SourceActions): HTMLElement {
  const shown = source.failures.slice(0, failuresShown)
  const hidden = source.failed_entries - shown.length
  const entries = source.failures.map(({ entry }) => entry)
  return element(
    'div',
    { class: 'failures' },
    element(
      'h3',
      {},
      words.failures(source.failed_entries),
      element('button', { type: 'button', onclick: () => actions.sync(source, entries) }, words.retryAll),
    ),
    element(
      'ul',
      {},
      ...shown.map((failure) =>
        element(
          'li',
          {},
          element('code', {}, failure.entry),
          element('span', { class: 'reason' }, failure.reason),
          element(
            'span',
            { class: 'note' },
            `${failure.state === 'dead' ? words.dead : words.again}, ${ago(failure.failed_at, new Date(), lang)}`,
          ),
          element(
            'button',
            {
              type: 'button',
              'aria-label': `${words.retry} ${failure.entry}`,
              onclick: () => actions.sync(source, [failure.entry]),
            },
            words.retry,
          ),
        ),
      ),
    ),
    hidden > 0 && element('p', { class: 'note' }, words.moreFailures(hidden)),
  )
}

function note(text: string): HTMLElement {
  return element('span', { class: 'note' }, text)
}

function timeOf(date: string, lang: PageLang): string {
  return new Date(date).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' })
}

function inTime(date: string, words: OperationsWords, lang: PageLang): string {
  const seconds = (new Date(date).getTime() - Date.now()) / 1000
  if (seconds < 5) return words.now
  const format = new Intl.RelativeTimeFormat(lang)
  return seconds < 90 ? format.format(Math.round(seconds), 'second') : format.format(Math.round(seconds / 60), 'minute')
}

/** "2.1 s", "3 min" */
function span(seconds: number, lang: PageLang): string {
  const [value, unit] =
    seconds < 90
      ? ([seconds, 'second'] as const)
      : seconds < 5400
        ? ([seconds / 60, 'minute'] as const)
        : ([seconds / 3600, 'hour'] as const)
  const maximumFractionDigits = value < 10 ? 1 : 0
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(value)
}
