import picomatch from 'picomatch'
import type { Document } from '#knowledge/document.ts'
import { durationMs } from './durations.ts'

/** The `freshness` part of the configuration as people write it; all of it optional. */
export interface FreshnessSettings {
  review_every?: string | undefined
  stale_after?: string | undefined
  rules?: readonly FreshnessRuleSettings[] | undefined
}

export interface FreshnessRuleSettings {
  /** A glob over the document's path, with or without its source's id in front. */
  match: string
  /** Why documents that match never go stale. */
  evergreen?: string | undefined
  review_every?: string | undefined
  stale_after?: string | undefined
}

interface FreshnessTerms {
  reviewEveryMs: number
  staleAfterMs: number
  evergreenReason?: string | undefined
}

/** What holds for a document; of several rules that match, the last wins, as in CODEOWNERS. */
export type FreshnessRules = (document: Pick<Document, 'source' | 'path'>) => FreshnessTerms

/**
 * Defaults: reviewed every 180 days, stale after 365.
 * @throws {RangeError} When a duration cannot be read.
 */
export function freshnessRules(settings: FreshnessSettings): FreshnessRules {
  const base = {
    reviewEveryMs: durationMs(settings.review_every ?? '180d'),
    staleAfterMs: durationMs(settings.stale_after ?? '365d'),
  }
  const rules = (settings.rules ?? []).map((rule) => ({
    matches: picomatch(rule.match, { dot: true }),
    evergreenReason: rule.evergreen,
    reviewEveryMs: rule.review_every === undefined ? undefined : durationMs(rule.review_every),
    staleAfterMs: rule.stale_after === undefined ? undefined : durationMs(rule.stale_after),
  }))
  return (document) => {
    const names = [document.path, `${document.source}/${document.path}`]
    const rule = rules.findLast(({ matches }) => names.some((name) => matches(name)))
    if (rule === undefined) return base
    const reviewEveryMs = rule.reviewEveryMs ?? base.reviewEveryMs
    return {
      reviewEveryMs,
      staleAfterMs: Math.max(rule.staleAfterMs ?? base.staleAfterMs, reviewEveryMs),
      evergreenReason: rule.evergreenReason,
    }
  }
}
