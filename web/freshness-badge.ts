import { ago } from './ago.ts'
import type { Freshness } from './api-types.ts'
import { element, icon } from './dom.ts'
import type { Page } from './page.ts'

/** A shape for each state, so that colour isn't all that tells them apart. */
const shapes: Readonly<Record<Freshness['state'], string>> = {
  verified: '✓',
  fresh: '●',
  aging: '◐',
  stale: '○',
  suspect: '?',
  contradicted: '≠',
  evergreen: '∞',
}

/** States in which a source has to be checked before somebody acts on it. */
export function isDoubtful(freshness: Freshness): boolean {
  return freshness.state === 'stale' || freshness.state === 'suspect' || freshness.state === 'contradicted'
}

/** "stale · edited 3 years ago" */
export function freshnessInWords(freshness: Freshness, { words, lang }: Page): string {
  const age =
    freshness.state === 'verified' && freshness.verified_at !== undefined
      ? words.verified(ago(freshness.verified_at, new Date(), lang), freshness.verified_by)
      : words.edited(ago(freshness.edited_at, new Date(), lang))
  return `${words.states[freshness.state]} · ${age}`
}

export function freshnessBadge(freshness: Freshness, page: Page): HTMLElement {
  return element(
    'span',
    { class: 'badge', 'data-state': freshness.state, title: freshness.reasons.join(' ') || undefined },
    icon(shapes[freshness.state]),
    freshnessInWords(freshness, page),
  )
}
