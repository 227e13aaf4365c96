import type { RankedPassage } from '#knowledge/answer.ts'
import { type Claim, claimOf, contradictions, type Disagreement, fewestWords, overlap } from './claims.ts'
import type { ReadQuestion } from './question.ts'
import { asksAboutOlder, foundOf, isOtherProduct } from './scope.ts'
import { type Candidate, candidatesOf } from './scoring.ts'
import { normalised } from './values.ts'
import { nameOf } from './wording.ts'

/** One passage that a newer one replaces. */
export interface Superseded {
  newer: RankedPassage
  older: RankedPassage
  /** 0..1: how sure it is that the one says what the other said; absent: they were compared sentence by sentence. */
  likeness?: number | undefined
}

export interface Reconciled {
  /** Without what a newer source corrects. */
  candidates: Candidate[]
  disagreements: Disagreement[]
  /** Older versions of a passage that is among the candidates too: nothing of them is quoted. */
  superseded: Superseded[]
}

const dayMs = 86_400_000
/** Edits closer together than this say nothing about which of two texts replaced the other. */
const leastAgeGapMs = 2 * dayMs
/** Only the best passages are compared: a contradiction further down concerns another question. */
const comparedPassages = 12

/**
 * Compares what the passages say; the newer or verified one of two that disagree is kept.
 * @param replaced Old versions that are gone from the candidates already.
 * @param pageOf All that the page of a passage says, where it was read.
 */
export function reconcile(
  candidates: readonly Candidate[],
  question: ReadQuestion,
  replaced: readonly Superseded[] = [],
  pageOf: (passage: RankedPassage) => string = () => '',
): Reconciled {
  const passages = [...new Set(candidates.map(({ passage }) => passage))].slice(0, comparedPassages)
  const claims = new Map(passages.map((passage) => [passage, claimsOf(candidates, passage)]))
  const superseded: Superseded[] = [...replaced]
  const disagreements: Disagreement[] = passages.flatMap((passage) => {
    const gone = replaced.filter(({ newer }) => newer.passage.id === passage.passage.id).map(({ older }) => older)
    const older = candidatesOf([...copiesOf(passage), ...gone]).map(claimOf)
    return contradictions(claims.get(passage) ?? [], older).filter((one) => !stillSays(one, pageOf))
  })
  const dropped = new Set<Candidate>()
  for (const [at, one] of passages.entries()) {
    for (const two of passages.slice(at + 1)) {
      const pair = inTime(one, two)
      if (pair === undefined || asksAboutOlder(question, foundOf(pair.newer), foundOf(pair.older))) continue
      const newer = claims.get(pair.newer) ?? []
      const older = claims.get(pair.older) ?? []
      for (const found of contradictions(newer, older)) {
        if (stillSays(found, pageOf)) continue
        disagreements.push(found)
        dropped.add(found.other)
      }
      if (
        !isOtherProduct(foundOf(pair.newer), foundOf(pair.older)) &&
        isOldVersion(pair.newer, pair.older, newer, older)
      )
        superseded.push(pair)
    }
  }
  const old = new Set(superseded.map(({ older }) => older))
  return {
    candidates: candidates.filter((candidate) => !dropped.has(candidate) && !old.has(candidate.passage)),
    disagreements,
    superseded,
  }
}

/** What the newer page says in another place is not contradicted by it. */
function stillSays({ believed, other }: Disagreement, pageOf: (passage: RankedPassage) => string): boolean {
  return other.unit.kind === 'code' && normalised(pageOf(believed.passage)).includes(normalised(other.unit.shown))
}

/** Until when somebody stood by the passage. */
export function trustedAt({ freshness }: RankedPassage): number {
  return Math.max(freshness.editedAt.getTime(), freshness.verifiedAt?.getTime() ?? 0)
}

/** Versions that the search left out in favour of this one; older ones only, since a newer one would stand here. */
function copiesOf(passage: RankedPassage): RankedPassage[] {
  const older = (passage.copies ?? []).filter(
    (copy) => copy.passage.editedAt.getTime() < trustedAt(passage) - leastAgeGapMs,
  )
  return older.map((copy) => ({
    ...passage,
    ...copy,
    copies: [],
    freshness: { ...passage.freshness, editedAt: copy.passage.editedAt, documentEditedAt: copy.document.editedAt },
  }))
}

function inTime(one: RankedPassage, two: RankedPassage): Superseded | undefined {
  if (one.document.id === two.document.id) return undefined
  const gap = trustedAt(one) - trustedAt(two)
  if (Math.abs(gap) < leastAgeGapMs) return undefined
  return gap > 0 ? { newer: one, older: two } : { newer: two, older: one }
}

function claimsOf(candidates: readonly Candidate[], passage: RankedPassage): Claim[] {
  return candidates.filter((candidate) => candidate.passage === passage).map(claimOf)
}

/**
 * Sentences of the one are found again in the other, a good deal older: a copy that was left behind. How many must be
 * depends on how much the places have in common.
 */
function isOldVersion(
  newer: RankedPassage,
  older: RankedPassage,
  now: readonly Claim[],
  then: readonly Claim[],
): boolean {
  if (newer.passage.lang !== older.passage.lang || newer.document.kind !== older.document.kind) return false
  const told = then.filter((claim) => claim.words.size >= fewestWords)
  const again = (least: number): number =>
    told.filter((claim) => now.some((other) => overlap(other.words, claim.words) >= least)).length
  const sameHeading = headingOf(newer) === headingOf(older)
  const sameTitle = nameOf(newer.document.title) === nameOf(older.document.title)
  if (told.length === 0) return false
  if (sameHeading && sameTitle) return again(0.5) / told.length >= 0.2
  if (sameHeading || sameTitle) return again(0.8) / told.length >= 0.35
  return again(0.8) >= 2 && again(0.8) / told.length >= 0.6
}

function headingOf({ passage }: RankedPassage): string {
  return normalised(passage.heading.at(-1) ?? '')
    .toLowerCase()
    .replace(/\s*(?:\(.*\)|\{#.*\})\s*$/g, '')
}
