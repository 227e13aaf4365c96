import type { RankedPassage } from '#knowledge/answer.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { claimOf, fewestWords, overlap } from './claims.ts'
import { declaredAgainst } from './declared.ts'
import { headsOf, type Page, type PageReader } from './pages.ts'
import type { ReadQuestion } from './question.ts'
import { asksAboutOlder, isOtherProduct, isTranslation, plainPath } from './scope.ts'
import { candidatesOf, cosine } from './scoring.ts'
import { valuesOf } from './values.ts'
import { nameOf } from './wording.ts'

/**
 * One page at two times. Of a `version` only the newer is true; of a `translation` both are, as far as the older one says
 * the same.
 */
export interface Edition {
  kind: 'version' | 'translation'
  newer: Page
  older: Page
}

/** Two pages of one name are versions of one page from this share of the older one's sentences on. */
const leastShare = 0.25
/** The same where they stand in different places, as two products' pages on one alert do. */
const leastShareElsewhere = 0.6
const alike = 0.5
const leastAgeGapMs = 30 * 86_400_000
/** Cosine of titles in two languages that mean the same. */
const sameTitle = 0.55
/** The same where file names or an archive's folder speak for it too. */
const relatedTitle = 0.3
/** Share of commands and identifiers that pages in two languages have in common when they are about the same. */
const leastCommonNames = 0.3
const fewestCommonNames = 3
/** Pages further down are not read for what they say of others. */
const pagesRead = 8

/** Which of the pages found are older editions of which. */
export async function editionsAmong(
  found: readonly RankedPassage[],
  question: ReadQuestion,
  pages: PageReader,
  embedder: Embedder | undefined,
  signal: AbortSignal,
): Promise<Edition[]> {
  const heads = headsOf(found).filter(({ document }) => document.kind === 'page')
  const titles = await embedder?.embed(
    heads.map(({ document }) => document.title),
    signal,
  )
  const editions: Edition[] = []
  for (const [at, one] of heads.entries()) {
    for (const [further, two] of heads.slice(at + 1).entries()) {
      const likeness = cosine(titles?.[at], titles?.[at + 1 + further])
      if (!mayBeOne(one, two, likeness) && at + 1 + further >= pagesRead) continue
      const edition = editionOf(await pages(one), await pages(two), likeness, question)
      if (edition !== undefined) editions.push(edition)
    }
  }
  return editions
}

function mayBeOne({ document: a }: RankedPassage, { document: b }: RankedPassage, likeness: number): boolean {
  return (
    isTranslation(a, b) ||
    sameFile(a, b) ||
    nameOf(a.title) === nameOf(b.title) ||
    (a.lang !== b.lang && likeness >= sameTitle)
  )
}

function editionOf(one: Page, two: Page, likeness: number, question: ReadQuestion): Edition | undefined {
  const declared = declaredBetween(one, two)
  if (declared !== undefined) return declared
  const [newer, older] = one.trustedAt >= two.trustedAt ? [one, two] : [two, one]
  if (isTranslation(one.head.document, two.head.document)) return { kind: 'translation', newer, older }
  if (one.head.document.lang !== two.head.document.lang) {
    return saysTheSame(newer, older, likeness) ? { kind: 'translation', newer, older } : undefined
  }
  if (newer.trustedAt - older.trustedAt < leastAgeGapMs) return undefined
  if (!isVersion(newer, older, likeness) || asksAboutOlder(question, newer, older)) return undefined
  return isOtherProduct(newer, older) ? undefined : { kind: 'version', newer, older }
}

/** What the pages themselves say of each other goes before every guess. */
function declaredBetween(one: Page, two: Page): Edition | undefined {
  const says = ({ head, text }: Page, { head: { document } }: Page) =>
    declaredAgainst({ path: head.document.path, text }, document)
  const [ofTwo, ofOne] = [says(one, two), says(two, one)]
  if (ofTwo === undefined && ofOne === undefined) return undefined
  return ofTwo === 'newer' || (ofTwo === undefined && ofOne === 'older')
    ? { kind: 'version', newer: one, older: two }
    : { kind: 'version', newer: two, older: one }
}

/** In two languages: called the same, and made of the same commands and names. */
function saysTheSame(newer: Page, older: Page, likeness: number): boolean {
  const named = sameFile(newer.head.document, older.head.document) ? relatedTitle : sameTitle
  if (likeness < named) return false
  const [now, then] = [namesIn(newer.text), namesIn(older.text)]
  const common = [...then].filter((name) => now.has(name)).length
  return common >= fewestCommonNames && common / Math.min(now.size, then.size) >= leastCommonNames
}

function namesIn(text: string): Set<string> {
  const { flags, paths, urls, code } = valuesOf(text)
  return new Set([...flags, ...paths, ...urls, ...[...code].flatMap((line) => line.split(' '))])
}

function isVersion(newer: Page, older: Page, likeness: number): boolean {
  const [now, then] = [newer.head.document, older.head.document]
  if (sameFile(now, then) && isArchived(then.path) && !isArchived(now.path)) {
    return likeness >= relatedTitle || nameOf(now.title) === nameOf(then.title)
  }
  if (nameOf(now.title) !== nameOf(then.title)) return false
  const leastAgain = rootOf(now) === rootOf(then) || isArchived(then.path) ? leastShare : leastShareElsewhere
  const claims = candidatesOf(newer.sections).map(claimOf)
  const told = candidatesOf(older.sections)
    .map(claimOf)
    .filter(({ words }) => words.size >= fewestWords)
  const again = told.filter(({ words }) => claims.some((claim) => overlap(claim.words, words) >= alike))
  return told.length > 0 && again.length / told.length >= leastAgain
}

function rootOf({ source, path }: { source: string; path: string }): string {
  return `${source}/${path.includes('/') ? path.split('/')[0] : ''}`
}

const commonNames =
  /^(?:index|_index|readme|overview|introduction|intro|main|faq|notes?|home|about|summary|setup|guide|install(?:ation)?)$/

/** The files are called the same, and not as any file may be. */
function sameFile(a: { path: string }, b: { path: string }): boolean {
  const [one, two] = [fileName(a.path), fileName(b.path)]
  return one === two && one.length >= 5 && !commonNames.test(one)
}

function fileName(path: string): string {
  return (plainPath(path).split('/').at(-1) ?? '').replace(/\.\w{2,8}$/, '').toLowerCase()
}

function isArchived(path: string): boolean {
  return /(?:^|[/_.-])(?:archived?|old|legacy|deprecated|obsolete|attic|backup|former|outdated|wiki[-_]?(?:archive|20\d\d)?|旧|20\d\d)(?=$|[/_.-])/i.test(
    path,
  )
}
