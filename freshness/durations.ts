const dayMs = 86_400_000
const unitDays: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 }

/**
 * `180d`, `26w`, `6m` (of 30 days) or `1y` (of 365 days) in milliseconds.
 * @throws {RangeError} When it is none of these, or not above zero.
 */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+)\s*([dwmy])$/.exec(text.trim()) ?? []
  const days = Number(amount) * (unitDays[unit ?? ''] ?? Number.NaN)
  if (!(days > 0)) throw new RangeError(`"${text}" is no duration: write it like 180d, 26w or 1y`)
  return days * dayMs
}

/** `durationMs` backwards, for people: whole days. */
export function durationInDays(ms: number): string {
  const days = Math.round(ms / dayMs)
  return days === 1 ? '1 day' : `${days} days`
}
