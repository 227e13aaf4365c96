import type { RankedPassage } from '#knowledge/answer.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { claimOf, overlap } from './claims.ts'
import { type Superseded, trustedAt } from './disagreement.ts'
import type { Edition } from './editions.ts'
import type { Page } from './pages.ts'
import { candidatesOf, cosine } from './scoring.ts'
import { nameOf } from './wording.ts'

/** A passage of a translation that lags behind, and the section of the original that it once translated. */
export interface Lagging {
  passage: RankedPassage
  original: RankedPassage
  newer: Page
  older: Page
}

export interface Present {
  /** Best first. */
  passages: RankedPassage[]
  superseded: Superseded[]
  lagging: Lagging[]
}

/** Edits closer together than this say nothing about which of two texts replaced the other. */
const leastAgeGapMs = 2 * 86_400_000
/** Cosine from which a section of one page is what that of the other translates. */
const leastLikeness = 0.45
const sameHeadingCounts = 0.3

/**
 * Puts the present edition of a page in the place of an older one that was found, even where the search did not find that
 * section of the present one. A translation that lags behind stays, behind its original.
 * @param found Best first.
 */
export async function presentVersions(
  found: readonly RankedPassage[],
  editions: readonly Edition[],
  embedder: Embedder | undefined,
  signal: AbortSignal,
): Promise<Present> {
  const superseded: Superseded[] = []
  const shown: { passage: RankedPassage; behind?: Omit<Lagging, 'passage'> }[] = []
  const show = (passage: RankedPassage): void => {
    if (!shown.some((other) => covers(other.passage, passage))) shown.push({ passage })
  }
  for (const passage of found) {
    const edition = newestOf(passage, editions)
    const match = edition && (await bestMatch(passage, edition.newer, embedder, signal))
    if (edition === undefined || match === undefined) {
      show(passage)
      continue
    }
    const newer = { ...match.section, rank: passage.rank, score: passage.score }
    const there = found.find((other) => covers(other, newer))
    if (edition.kind === 'version' || outlives(newer, passage, match.likeness)) {
      superseded.push({ newer: there ?? newer, older: passage })
      show(there === undefined ? newer : { ...there, rank: newer.rank, score: Math.max(there.score, newer.score) })
    } else if (isNewer(newer, passage) && match.likeness >= leastLikeness) {
      const original = there ?? newer
      show(original)
      shown.push({ passage, behind: { original, newer: edition.newer, older: edition.older } })
    } else show(passage)
  }
  const passages = shown.map(({ passage }, at) => ({ ...passage, rank: at + 1 }))
  return {
    passages,
    superseded,
    lagging: shown.flatMap(({ behind }, at) => {
      const passage = passages[at]
      return behind === undefined || passage === undefined ? [] : [{ ...behind, passage }]
    }),
  }
}

/** Of several newer editions the newest, a version before a translation. */
function newestOf({ document }: RankedPassage, editions: readonly Edition[]): Edition | undefined {
  return editions
    .filter(({ older }) => older.head.document.id === document.id)
    .toSorted(
      (a, b) => Number(b.kind === 'version') - Number(a.kind === 'version') || b.newer.trustedAt - a.newer.trustedAt,
    )[0]
}

function isNewer(one: RankedPassage, two: RankedPassage): boolean {
  return trustedAt(one) - trustedAt(two) >= leastAgeGapMs
}

/** What somebody stands by takes the place of what nobody has looked at for long. */
function outlives(newer: RankedPassage, older: RankedPassage, likeness: number): boolean {
  const isOld = (state: string): boolean => state === 'stale' || state === 'suspect' || state === 'contradicted'
  return (
    likeness >= leastLikeness && isNewer(newer, older) && isOld(older.freshness.state) && !isOld(newer.freshness.state)
  )
}

/** The section that says most of what the passage says. */
async function bestMatch(
  older: RankedPassage,
  page: Page,
  embedder: Embedder | undefined,
  signal: AbortSignal,
): Promise<{ section: RankedPassage; likeness: number } | undefined> {
  const own = candidatesOf([older]).map(claimOf)
  const vectors = (await embedder?.embed([older, ...page.sections].map(sectionText), signal)) ?? []
  const scored = page.sections.map((section, at) => {
    const claims = candidatesOf([section]).map(claimOf)
    const again = own.reduce(
      (sum, { words }) => sum + Math.max(0, ...claims.map((claim) => overlap(claim.words, words))),
      0,
    )
    const likeness = Math.max(again / Math.max(1, own.length), cosine(vectors[0], vectors[at + 1]))
    const sameHeading = nameOf(section.passage.heading.at(-1) ?? '') === nameOf(older.passage.heading.at(-1) ?? '')
    return { section, likeness, score: likeness + (sameHeading ? sameHeadingCounts : 0) }
  })
  return scored.toSorted((a, b) => b.score - a.score)[0]
}

function sectionText({ document, passage }: RankedPassage): string {
  return `${document.title} ${passage.heading.at(-1) ?? ''} ${passage.text.slice(0, 1500)}`
}

function covers({ passage: found }: RankedPassage, { passage }: RankedPassage): boolean {
  return found.documentId === passage.documentId && found.fromLine <= passage.fromLine && found.toLine >= passage.toLine
}
