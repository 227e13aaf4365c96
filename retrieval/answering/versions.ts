import type { RankedPassage } from '#knowledge/answer.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { type Claim, claimOf, overlap } from './claims.ts'
import { type Superseded, trustedAt } from './disagreement.ts'
import type { Edition } from './editions.ts'
import { type Lagging, saysOtherwise } from './lagging.ts'
import type { Page } from './pages.ts'
import { plainPath } from './scope.ts'
import { candidatesOf, cosine } from './scoring.ts'
import { tellsBeside } from './wantedness.ts'
import { nameOf } from './wording.ts'

export interface Present {
  /** Best first. */
  passages: RankedPassage[]
  superseded: Superseded[]
  lagging: Lagging[]
  /** Passages of a translation that stay, and where their originals were changed since. */
  translated: Superseded[]
}

/** What likeness counts between what is to be done and what is done before or after it. */
const besideCounts = 0.7
/** Edits closer together than this say nothing about which of two texts replaced the other. */
const leastAgeGapMs = 2 * 86_400_000
/** From here on a section of one page is what that of the other was: likeness of the texts and of their headings. */
export const leastLikeness = 0.38

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
  const present: Present = { passages: [], superseded: [], lagging: [], translated: [] }
  const show = (passage: RankedPassage): void => {
    if (!present.passages.some((other) => covers(other, passage))) present.passages.push(passage)
  }
  const pages = new Map<Page, Promise<Compared[]>>()
  const matched = async (passage: RankedPassage, page: Page) => {
    const sections = pages.get(page) ?? compared(page.sections, embedder, signal)
    pages.set(page, sections)
    const [older] = await compared([passage], embedder, signal)
    return older && bestMatch(older, await sections)
  }
  for (const passage of found) {
    const edition = newestOf(passage, editions)
    const match = edition && (await matched(passage, edition.newer))
    if (edition === undefined || match === undefined) {
      show(passage)
      continue
    }
    const there = found.find((other) => covers(other, match.section))
    const newer = {
      ...(there ?? match.section),
      rank: Math.min(passage.rank, there?.rank ?? passage.rank),
      score: Math.max(passage.score, there?.score ?? 0),
    }
    const changed =
      match.likeness >= leastLikeness && isNewer(newer, passage) && isOriginal(newer.document, passage.document)
    if (edition.kind === 'version') {
      present.superseded.push({ newer, older: passage, likeness: match.likeness })
      show(newer)
    } else if (changed && saysOtherwise(passage, newer, edition)) {
      show(newer)
      if (outlives(newer, passage)) present.superseded.push({ newer, older: passage, likeness: match.likeness })
      else {
        show(passage)
        present.lagging.push({ passage, original: newer, edition })
        present.translated.push({ newer, older: passage })
      }
    } else {
      show(passage)
      if (changed) present.translated.push({ newer, older: passage })
    }
  }
  return present
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

/** An original that somebody stands by takes the place of a translation that nobody has looked at for long. */
function outlives(newer: RankedPassage, older: RankedPassage): boolean {
  const isOld = (state: string): boolean => state === 'stale' || state === 'suspect' || state === 'contradicted'
  return isOld(older.freshness.state) && !isOld(newer.freshness.state)
}

/**
 * A translation stands in the folder of its language, its original above it or in the folder of English. That a
 * translation was edited later says nothing against its original.
 */
function isOriginal({ path: one }: { path: string }, { path: two }: { path: string }): boolean {
  if (plainPath(one) !== plainPath(two)) return true
  return plainPath(one) === one || /(?:^|[/._-])en(?=[/._-])/i.test(one)
}

/** A section with what it is compared by. */
interface Compared {
  section: RankedPassage
  claims: Claim[]
  text: Float32Array | undefined
  heading: Float32Array | undefined
}

async function compared(
  sections: readonly RankedPassage[],
  embedder: Embedder | undefined,
  signal: AbortSignal,
): Promise<Compared[]> {
  const texts = sections.flatMap((section) => [sectionText(section), headingOf(section)])
  const vectors = (await embedder?.embed(texts, signal)) ?? []
  return sections.map((section, at) => ({
    section,
    claims: candidatesOf([section]).map(claimOf),
    text: vectors[2 * at],
    heading: vectors[2 * at + 1],
  }))
}

/** The section that says most of what the passage says. */
function bestMatch(
  older: Compared,
  sections: readonly Compared[],
): { section: RankedPassage; likeness: number } | undefined {
  const scored = sections.map(({ section, claims, text, heading }) => {
    const again = older.claims.reduce(
      (sum, { words }) => sum + Math.max(0, ...claims.map((claim) => overlap(claim.words, words))),
      0,
    )
    const share = again / Math.max(1, older.claims.length)
    const isSameLang = section.passage.lang === older.section.passage.lang
    const alike = cosine(older.text, text)
    const meaning = text === undefined ? share : isSameLang ? (share + alike) / 2 : alike
    const sameHeading = nameOf(headingOf(section)) === nameOf(headingOf(older.section))
    const headings = sameHeading ? 1 : cosine(older.heading, heading)
    const headingCounts = isSameLang ? 0.2 : 0.3
    const isBeside = tellsBeside(headingOf(section)) !== tellsBeside(headingOf(older.section))
    const likeness = (1 - headingCounts) * meaning + headingCounts * headings
    return { section, likeness: isBeside ? besideCounts * likeness : likeness }
  })
  return scored.toSorted((a, b) => b.likeness - a.likeness)[0]
}

function headingOf({ passage }: RankedPassage): string {
  return passage.heading.at(-1) ?? ''
}

function sectionText(section: RankedPassage): string {
  return `${section.document.title} ${headingOf(section)} ${section.passage.text.slice(0, 1500)}`
}

function covers({ passage: found }: RankedPassage, { passage }: RankedPassage): boolean {
  return found.documentId === passage.documentId && found.fromLine <= passage.fromLine && found.toLine >= passage.toLine
}
