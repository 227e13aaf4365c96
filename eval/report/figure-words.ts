/** 0..1 as people compare it: three places. */
export function share(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3)
}

export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '–'
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
}

/** How long before `now`, in days or years. */
export function ageInDays(at: Date, now: Date): string {
  const days = Math.max(0, Math.floor((now.getTime() - at.getTime()) / 86_400_000))
  return days < 730 ? `${days} d` : `${(days / 365.25).toFixed(1)} y`
}
