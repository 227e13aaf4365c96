import type { Lang } from '#knowledge/document.ts'

const dayMs = 86_400_000

/** "3 days ago", 「3日前」: how long ago something was edited. */
export function ageIn(editedAt: Date, now: Date, lang: Lang): string {
  const days = Math.max(0, Math.floor((now.getTime() - editedAt.getTime()) / dayMs))
  if (days === 0) return lang === 'ja' ? '今日' : 'today'
  const [count, one, ja] =
    days < 60
      ? [days, 'day', '日']
      : days < 730
        ? [Math.floor(days / 30.4), 'month', 'か月']
        : [Math.floor(days / 365.25), 'year', '年']
  return lang === 'ja' ? `${count}${ja}前` : `${count} ${one}${count === 1 ? '' : 's'} ago`
}
