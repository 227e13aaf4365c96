import type { PageLang } from './words.ts'

const minute = 60
const day = 24 * 60 * minute
/** Seconds in each unit. A unit is used from twice its size on, so that 18 months aren't rounded to a year. */
const units = [
  { unit: 'year', seconds: 365.25 * day, from: 2 },
  { unit: 'month', seconds: 30.44 * day, from: 2 },
  { unit: 'week', seconds: 7 * day, from: 2 },
  { unit: 'day', seconds: day, from: 1 },
  { unit: 'hour', seconds: 60 * minute, from: 1 },
  { unit: 'minute', seconds: minute, from: 1 },
] as const

/** How long ago, the way people say it: "3 years ago", 「3 年前」. */
export function ago(date: string, now: Date, lang: PageLang): string {
  const seconds = (now.getTime() - new Date(date).getTime()) / 1000
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'always' })
  for (const { unit, seconds: size, from } of units) {
    if (seconds >= size * from) return words.format(-Math.floor(seconds / size), unit)
  }
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(0, 'second')
}
