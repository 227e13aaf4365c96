import type { Citation, RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { type AlertAsked, runbookUrlIn } from './alert.ts'
import { alertQueries } from './alert-queries.ts'

/** Passages of one document that were found, the best first. */
type Found = readonly [RankedPassage, ...RankedPassage[]]

type FindingParts = Pick<ActingParts, 'search' | 'documents' | 'freshnessOf'>

const looked = 20
/** What is less likely than this, beside the best, is not looked at. */
const nearBest = 0.6
/** Only what is about as likely as the best is preferred for having steps. */
const nearBestOfDocument = 0.85
const mostOffered = 1400
const pageSize = 500
const mostPages = 40

/**
 * The runbook of an alert, as far as this principal may see it: the one that the alert or its rule names, else the
 * likeliest by what the alert says; undefined: nothing fits.
 * @param text All that the alert says, its title first.
 */
export async function runbookFor(
  parts: FindingParts,
  text: string,
  alert: Pick<AlertAsked, 'title' | 'runbookUrl'>,
  principal: Principal,
  signal: AbortSignal,
): Promise<Citation | undefined> {
  const found = await foundBy(parts, alertQueries(alert.title, text), principal, signal)
  const at = (url: string) => standingAt(parts, url, found, principal, signal)
  const named = alert.runbookUrl === undefined ? undefined : await at(alert.runbookUrl)
  if (named !== undefined) return named
  for (const [{ passage, document }] of found) {
    const url = document.kind === 'alert' ? runbookUrlIn(passage.text) : undefined
    const ruled = url === undefined ? undefined : await at(url)
    if (ruled !== undefined) return ruled
  }
  const [best] = found.find(([{ document }]) => document.kind === 'page') ?? found[0] ?? []
  return best === undefined ? undefined : cited(best)
}

/** By document, the likeliest first; of each its passages that were found, the best first. */
async function foundBy(
  { search }: FindingParts,
  queries: readonly string[],
  principal: Principal,
  signal: AbortSignal,
): Promise<Found[]> {
  const byDocument = new Map<string, { score: number; passages: [RankedPassage, ...RankedPassage[]] }>()
  const results = await Promise.all(queries.map((text) => search({ text, limit: looked, principal }, signal)))
  for (const { passages, relevance, relevant } of results) {
    if (!relevant) continue
    const trusted = passages.filter(({ passage }) => !passage.suspicious)
    const least = (trusted[0]?.score ?? 0) * nearBest
    for (const [rank, each] of trusted.filter(({ score }) => score >= least).entries()) {
      const known = byDocument.get(each.document.id)
      // How sure the search was counts more than how often a document was found: a title of two words fits many.
      const score = (relevance * (isSteps(each) ? 1.2 : 1)) / (1 + rank)
      if (known === undefined) byDocument.set(each.document.id, { score, passages: [each] })
      else {
        known.score += score
        known.passages.push(each)
      }
    }
  }
  return [...byDocument.values()]
    .toSorted((one, other) => other.score - one.score)
    .map(({ passages: [first, ...more] }) => withStepsFirst(first, more))
}

function withStepsFirst(first: RankedPassage, more: readonly RankedPassage[]): Found {
  const least = first.score * nearBestOfDocument
  const steps = isSteps(first) ? undefined : more.find((each) => isSteps(each) && each.score >= least)
  return steps === undefined ? [first, ...more] : [steps, first, ...more.filter((each) => each !== steps)]
}

/** The rule that raised an alert says much the same words, and not what to do. */
function isSteps({ passage, document }: RankedPassage): boolean {
  return passage.kind === 'steps' && document.kind === 'page'
}

/** What stands at an address that somebody wrote into an alert, which need not be the one that we know it by. */
async function standingAt(
  parts: FindingParts,
  url: string,
  found: readonly Found[],
  principal: Principal,
  signal: AbortSignal,
): Promise<Citation | undefined> {
  const document = await documentAt(parts, url, principal, signal)
  if (document === undefined) return undefined
  const passages = await parts.documents.passagesOf(document.id, principal, signal)
  const anchor = slug(decoded(/#(.+)$/.exec(url)?.[1] ?? ''))
  const meant = anchor === '' ? undefined : passages.find(({ heading }) => slug(heading.at(-1) ?? '') === anchor)
  const [likeliest] = found.find(([{ document: other }]) => other.id === document.id) ?? []
  if (meant === undefined && likeliest !== undefined) return cited(likeliest)
  const passage = meant ?? passages.find(({ kind }) => kind === 'steps') ?? passages[0]
  if (passage === undefined || passage.suspicious) return undefined
  const verification = (await parts.documents.verifications([document.id], signal)).get(document.id)
  return cited({ passage, document, freshness: parts.freshnessOf(document, passage.editedAt, verification) })
}

/** By its address, else by the path at the end of it, else by its name alone where no other has it. */
async function documentAt(
  { documents }: FindingParts,
  url: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<Document | undefined> {
  const wanted = pathIn(url)
  const [byPath, byName]: [Document[], Document[]] = [[], []]
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await documents.documents({ principal }, cursor, pageSize, signal)
    for (const document of page.documents.filter(({ kind }) => kind === 'page')) {
      if (isSame(document.url, url)) return document
      const path = withoutExtension(document.path)
      if (wanted === path || wanted.endsWith(`/${path}`)) byPath.push(document)
      else if (nameIn(wanted) !== '' && nameIn(wanted) === nameIn(path)) byName.push(document)
    }
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  const longest = byPath.toSorted((one, other) => other.path.length - one.path.length)[0]
  return longest ?? (byName.length === 1 ? byName[0] : undefined)
}

function isSame(one: string, other: string): boolean {
  const plain = (url: string) => decoded(url.replace(/[#?].*$/, '').replace(/\/+$/, '')).toLowerCase()
  const pageId = (url: string) => /([0-9a-f]{32})(?:[#?].*)?$/i.exec(url.replaceAll('-', ''))?.[1]
  return plain(one) === plain(other) || (pageId(one) !== undefined && pageId(one) === pageId(other))
}

function pathIn(url: string): string {
  return URL.canParse(url) ? withoutExtension(decoded(new URL(url).pathname).replace(/\/+$/, '')) : ''
}

function withoutExtension(path: string): string {
  return path.toLowerCase().replace(/\.(?:md|mdx|markdown|rst|adoc|html?|txt|ipynb)$/, '')
}

/** Too many documents are called "readme" for it to say which. */
function nameIn(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^(?:readme|index|home|runbook|runbooks)$/.test(name) ? '' : name
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** As GitHub makes anchors of headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')
}

function cited({ passage, document, freshness }: Pick<RankedPassage, 'passage' | 'document' | 'freshness'>): Citation {
  const { text, id: passageId, heading } = passage
  const end = text.length <= mostOffered ? text.length : Math.max(text.lastIndexOf('\n', mostOffered), mostOffered / 2)
  return { n: 1, quote: text.slice(0, end).trimEnd(), passageId, heading, document, freshness }
}
