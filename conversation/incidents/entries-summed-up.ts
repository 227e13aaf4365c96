import type { Lang } from '#knowledge/document.ts'
import type { IncidentEntry, TimelineEntry } from './incident-memory.ts'

/** Of each kind, so many entries tell the most: the last ones. */
const telling: Readonly<Record<IncidentEntry['kind'], number>> = {
  started: 1,
  alert: 1,
  offered: 0,
  question: 1,
  unanswered: 0,
  step: 2,
  outdated: 1,
  voice: 1,
  note: 3,
  ended: 1,
}
const longestLine = 160
const mostOpen = 3

const english: Record<IncidentEntry['kind'], string> = {
  started: 'It began',
  alert: 'An alert came',
  offered: 'A runbook was found',
  question: 'Somebody asked',
  unanswered: 'Nothing was found for',
  step: 'A step was taken',
  outdated: 'A document is said to be outdated',
  voice: 'It was said on a call',
  note: 'It was noted',
  ended: 'It ended',
}

const japanese: typeof english = {
  started: '開始',
  alert: 'アラート',
  offered: '手順書あり',
  question: '質問',
  unanswered: '該当なし',
  step: '実施',
  outdated: '古いとの指摘',
  voice: '通話での発言',
  note: '記録',
  ended: '終了',
}

/** One entry as a line: "10:02 It was noted: rolled back 1.2.3". */
export function entryLine({ at, kind, text }: TimelineEntry, lang: Lang): string {
  const said = lang === 'ja' ? japanese : english
  const time = at.toISOString().slice(11, 16)
  const words = text.replace(/\s+/g, ' ').trim().slice(0, longestLine)
  return `${time} ${said[kind]}${words === '' ? '' : `: ${words}`}`
}

/** What matters most of a timeline, in its own words and order, and then what is open. */
export function entriesSummedUp(timeline: readonly TimelineEntry[], lang: Lang): string {
  const left = { ...telling }
  const kept = timeline.toReversed().filter(({ kind }) => left[kind]-- > 0)
  const open = [...new Set(timeline.flatMap(({ kind, text }) => (kind === 'unanswered' ? [text] : [])))]
  const last = open.slice(-mostOpen).map((text) => `“${text.replace(/\s+/g, ' ').slice(0, longestLine)}”`)
  const head = lang === 'ja' ? '答えが見つかっていない質問: ' : 'Still without an answer: '
  return [
    ...kept.toReversed().map((entry) => entryLine(entry, lang)),
    ...(last.length === 0 ? [] : [`${head}${last.join(', ')}`]),
  ].join('\n')
}
