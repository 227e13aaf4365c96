import type { Document, Verification } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { agoInWords, day } from './age.ts'
import { durationInDays } from './durations.ts'
import type { FreshnessRules } from './rules.ts'

export interface FreshnessFacts {
  /** The passage's own last change. */
  passageEditedAt: Date
  document: Pick<Document, 'source' | 'path' | 'editedAt' | 'reviewedAt' | 'reviewedBy' | 'evergreenReason'>
  /** The last one of the document. */
  verification?: Verification | undefined
  rules: FreshnessRules
  now: Date
}

/**
 * How far the passage can be trusted by its dates alone. Broken references and contradictions are found elsewhere and
 * turn the state into `suspect` or `contradicted` there.
 */
export function freshnessOf(facts: FreshnessFacts): Freshness {
  const { passageEditedAt: editedAt, document, verification, now } = facts
  const terms = facts.rules(document)
  const dates = { editedAt, documentEditedAt: document.editedAt, brokenReferences: [], contradictedBy: [] }
  const review = lastReview(facts)
  const vouched = { ...dates, verifiedAt: review?.at, verifiedBy: review?.by }

  const evergreen = evergreenReason(verification, document, terms.evergreenReason)
  if (evergreen !== undefined) return { ...vouched, state: 'evergreen', reasons: [evergreen] }

  const reviewed = review !== undefined && review.until.getTime() >= editedAt.getTime() ? review : undefined
  const since = reviewed?.at ?? editedAt
  const age = now.getTime() - since.getTime()
  const reviewDueAt = new Date(since.getTime() + terms.reviewEveryMs)
  const reasons = [
    reviewed === undefined ? editSentence(editedAt, now, review?.at) : reviewSentence(reviewed, editedAt, now),
  ]
  if (age > terms.staleAfterMs) {
    reasons.push(`Nobody has confirmed it for more than ${durationInDays(terms.staleAfterMs)}.`)
    return { ...vouched, state: 'stale', reviewDueAt, reasons }
  }
  if (age > terms.reviewEveryMs) {
    reasons.push(
      `A review is due every ${durationInDays(terms.reviewEveryMs)}; this one was due on ${day(reviewDueAt)}.`,
    )
    return { ...vouched, state: 'aging', reviewDueAt, reasons }
  }
  return { ...vouched, state: reviewed === undefined ? 'fresh' : 'verified', reviewDueAt, reasons }
}

interface Review {
  at: Date
  /** A date without a time means the whole day: the commit that writes it is made later that day. */
  until: Date
  by?: string | undefined
}

const dayMs = 86_400_000

function lastReview({ document, verification, now }: FreshnessFacts): Review | undefined {
  const reviews: Review[] = []
  if (verification !== undefined) reviews.push({ at: verification.at, until: verification.at, by: verification.by })
  // A review dated tomorrow is a plan, not a review; a time zone ahead of ours is not.
  if (document.reviewedAt !== undefined && document.reviewedAt.getTime() <= now.getTime() + dayMs) {
    const at = document.reviewedAt
    const until = at.getTime() % dayMs === 0 ? new Date(at.getTime() + dayMs - 1) : at
    reviews.push({ at, until, by: document.reviewedBy })
  }
  return reviews.toSorted((a, b) => b.until.getTime() - a.until.getTime())[0]
}

function evergreenReason(
  verification: Verification | undefined,
  document: FreshnessFacts['document'],
  rule: string | undefined,
): string | undefined {
  if (verification?.evergreenReason !== undefined) {
    return `${verification.by} declared on ${day(verification.at)} that it does not go stale: ${verification.evergreenReason}.`
  }
  const reason = document.evergreenReason ?? rule
  return reason === undefined ? undefined : `It does not go stale: ${reason}.`
}

function editSentence(editedAt: Date, now: Date, olderReview: Date | undefined): string {
  const edit = `Last edited on ${day(editedAt)}, ${agoInWords(editedAt, now, 'en')}`
  if (olderReview === undefined) return `${edit}, and never reviewed since.`
  return `${edit}, after its last review on ${day(olderReview)}.`
}

function reviewSentence({ at, by }: Review, editedAt: Date, now: Date): string {
  const who = by === undefined ? 'Reviewed' : `Reviewed by ${by}`
  return `${who} on ${day(at)}, ${agoInWords(at, now, 'en')}; last edited on ${day(editedAt)}.`
}
