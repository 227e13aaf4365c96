import type { RankedPassage } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import { type Claim, claimOf, fewestWords, overlap } from './claims.ts'
import { type Superseded, trustedAt } from './disagreement.ts'
import type { ReadQuestion } from './question.ts'
import { asksAboutOlder, isOtherProduct } from './scope.ts'
import { candidatesOf } from './scoring.ts'
import type { DocumentSections } from './siblings.ts'
import { nameOf } from './wording.ts'

/** Two pages of one name are versions of one page from this share of the older one's sentences on. */
const leastShare = 0.25
const alike = 0.5
const leastAgeGapMs = 30 * 86_400_000
/** Longer pages are compared by their beginning. */
const comparedSections = 60

/**
 * Puts the present version of a page in the place of an old copy of it that was found, even where the search did not find
 * that section of the present one.
 * @param found Best first.
 */
export async function presentVersions(
  found: readonly RankedPassage[],
  question: ReadQuestion,
  principal: Principal,
  sectionsOf: DocumentSections | undefined,
  signal: AbortSignal,
): Promise<{ passages: RankedPassage[]; superseded: Superseded[] }> {
  let passages = [...found]
  const superseded: Superseded[] = []
  for (const [newest, olds] of versionsIn(found, question)) {
    const sections = await sectionsOfNewest(newest, found, principal, sectionsOf, signal)
    const now = candidatesOf(sections).map(claimOf)
    for (const old of olds) {
      const then = passages.filter(({ document }) => document.id === old.document.id)
      const claims = candidatesOf(then).map(claimOf)
      if (shareAgain(claims, now) < leastShare || then.some((older) => isOtherProduct(newest, older))) continue
      for (const older of then) {
        const newer = { ...bestMatch(older, claims, now, sections), rank: older.rank, score: older.score }
        superseded.push({ newer, older })
        const isThere = passages.some(({ passage }) => covers(passage, newer.passage))
        passages = passages.flatMap((passage) => (passage !== older ? passage : isThere ? [] : newer))
      }
    }
  }
  return { passages: passages.map((passage, at) => ({ ...passage, rank: at + 1 })), superseded }
}

/** The newest document of each name, with the older ones of the same name, kind and language. */
function versionsIn(found: readonly RankedPassage[], question: ReadQuestion): [RankedPassage, RankedPassage[]][] {
  const documents = [...new Map(found.toReversed().map((passage) => [passage.document.id, passage])).values()]
  const families = Map.groupBy(
    documents,
    ({ document }) => `${document.kind} ${document.lang} ${nameOf(document.title)}`,
  )
  return [...families.values()].flatMap((family): [RankedPassage, RankedPassage[]][] => {
    const [newest, ...others] = family.toSorted((a, b) => documentTrustedAt(b) - documentTrustedAt(a))
    if (newest === undefined) return []
    const olds = others.filter(
      (old) =>
        documentTrustedAt(newest) - documentTrustedAt(old) >= leastAgeGapMs && !asksAboutOlder(question, newest, old),
    )
    return olds.length === 0 ? [] : [[newest, olds]]
  })
}

function documentTrustedAt(passage: RankedPassage): number {
  return Math.max(trustedAt(passage), passage.document.editedAt.getTime())
}

async function sectionsOfNewest(
  newest: RankedPassage,
  found: readonly RankedPassage[],
  principal: Principal,
  sectionsOf: DocumentSections | undefined,
  signal: AbortSignal,
): Promise<RankedPassage[]> {
  if (sectionsOf === undefined) return found.filter(({ document }) => document.id === newest.document.id)
  const sections = await sectionsOf(newest.document.id, principal, signal)
  return sections.slice(0, comparedSections).map((section) => ({ ...newest, ...section, copies: [] }))
}

function shareAgain(then: readonly Claim[], now: readonly Claim[]): number {
  const told = then.filter(({ words }) => words.size >= fewestWords)
  const again = told.filter(({ words }) => now.some((claim) => overlap(claim.words, words) >= alike))
  return told.length === 0 ? 0 : again.length / told.length
}

/** The section that says most of what the old passage says, else the one that was found. */
function bestMatch(
  older: RankedPassage,
  then: readonly Claim[],
  now: readonly Claim[],
  sections: readonly RankedPassage[],
): RankedPassage {
  const own = then.filter(({ candidate }) => candidate.passage === older)
  const scored = sections.map((section) => {
    const claims = now.filter(({ candidate }) => candidate.passage === section)
    const likeness = own.reduce(
      (sum, { words }) => sum + Math.max(0, ...claims.map((claim) => overlap(claim.words, words))),
      0,
    )
    const sameHeading = nameOf(section.passage.heading.at(-1) ?? '') === nameOf(older.passage.heading.at(-1) ?? '')
    return { section, score: likeness / Math.max(1, own.length) + (sameHeading ? 0.3 : 0) }
  })
  return scored.toSorted((a, b) => b.score - a.score)[0]?.section ?? older
}

function covers(found: RankedPassage['passage'], passage: RankedPassage['passage']): boolean {
  return found.documentId === passage.documentId && found.fromLine <= passage.fromLine && found.toLine >= passage.toLine
}
