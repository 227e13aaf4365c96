import type { Lang } from '#knowledge/document.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** From the largest: a unit is used from twice its size on, so that 18 months are not rounded to a year. */
const units = [
  { ms: 365.25 * dayMs, from: 2, en: 'year', ja: '年' },
  { ms: 30.44 * dayMs, from: 2, en: 'month', ja: 'か月' },
  { ms: 7 * dayMs, from: 2, en: 'week', ja: '週間' },
  { ms: dayMs, from: 1, en: 'day', ja: '日' },
  { ms: hourMs, from: 1, en: 'hour', ja: '時間' },
  { ms: minuteMs, from: 1, en: 'minute', ja: '分' },
] as const

/**
 * How long ago, the way people say it: "3 years ago", 「3年前」. Less than a minute, or a date in the future
 * (a clock that goes wrong somewhere), is "just now".
 */
export function agoInWords(date: Date, now: Date, lang: Lang): string {
  const ms = now.getTime() - date.getTime()
  for (const unit of units) {
    const count = Math.floor(ms / unit.ms)
    if (count < unit.from) continue
    if (lang === 'ja') return `${count}${unit.ja}前`
    return `${count} ${unit.en}${count === 1 ? '' : 's'} ago`
  }
  return lang === 'ja' ? 'たった今' : 'just now'
}

/** "edited 3 years ago", 「3年前に更新」. */
export function ageInWords(date: Date, now: Date, lang: Lang): string {
  const ago = agoInWords(date, now, lang)
  if (lang === 'en') return `edited ${ago}`
  return ago === 'たった今' ? 'たった今更新' : `${ago}に更新`
}

/** The calendar day in UTC, as documents write it: 2023-11-05. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
