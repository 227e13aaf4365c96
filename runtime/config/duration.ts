import { z } from 'zod'

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_557_600_000 } as const

/** `180d`, `2w`, `12h`, `90m`, `30s`, `1y` in milliseconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdwy])$/.exec(text.trim())
  const unit = match?.[2]
  if (match?.[1] === undefined || unit === undefined || !isUnit(unit)) return undefined
  return Number(match[1]) * unitMs[unit]
}

function isUnit(text: string): text is keyof typeof unitMs {
  return text in unitMs
}

export const Duration = z
  .string()
  .refine((text) => durationMs(text) !== undefined, 'must be a number and a unit: 180d, 2w, 12h, 90m, 30s or 1y')
