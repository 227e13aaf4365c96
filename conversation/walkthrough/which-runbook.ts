import type { RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Scene } from '../parts.ts'
import { legOfSection, openRunbook, type Walk, type WalkLeg } from './walk.ts'

/** That very runbook, from the section that these words name. */
export async function chosenRunbook(
  documentId: string,
  about: string,
  scene: Scene,
  signal: AbortSignal,
): Promise<Walk | undefined> {
  const walk = await openRunbook(documentId, scene, signal)
  return walk === undefined || walk.steps.length === 0 ? walk : from(sectionMeant(about, walk, []), walk)
}

const documentsSought = 20
/** Further down the search has found something else. */
const mostOpened = 6
/** What answers so much worse than the best is not what was asked for. */
const leastShare = 0.6

interface FoundDocument {
  document: Document
  /** Its passages that were found, best first. */
  passages: readonly RankedPassage[]
  score: number
}

/** The runbook that is meant by these words, from the section that they name; undefined when there is none. */
export async function findRunbook(about: string, scene: Scene, signal: AbortSignal): Promise<Walk | undefined> {
  const found = await scene.reads.search({ text: about, limit: documentsSought, principal: scene.principal }, signal)
  const documents = byDocument(found.passages)
    .filter(({ document }) => document.kind === 'page' && tellsWhatHappened(document) === history.test(about))
    .map((each) => ({ ...each, score: each.score + merit(each, about, scene) }))
    .toSorted((one, other) => other.score - one.score)
  const [best] = documents
  if (best === undefined || !(found.relevant || documents.some(({ document }) => isNamed(document, about))))
    return undefined
  for (const each of documents.slice(0, mostOpened)) {
    if (each.score < leastShare * best.score) break
    const walk = await openRunbook(each.document.id, scene, signal)
    if (walk !== undefined && walk.steps.length > 0) return from(sectionMeant(about, walk, each.passages), walk)
  }
  // Better said that it has none than another one walked through.
  return isNamed(best.document, about) ? openRunbook(best.document.id, scene, signal) : undefined
}

function from(leg: WalkLeg, walk: Walk): Walk {
  return { ...walk, position: { ...walk.position, trail: [leg] } }
}

function byDocument(passages: readonly RankedPassage[]): FoundDocument[] {
  const found = new Map<string, RankedPassage[]>()
  for (const passage of passages) {
    const before = found.get(passage.document.id)
    if (before === undefined) found.set(passage.document.id, [passage])
    else before.push(passage)
  }
  return [...found.values()].flatMap((all) => {
    const [first] = all
    return first === undefined ? [] : { document: first.document, passages: all, score: first.score }
  })
}

const history =
  /(?:^|[^a-z])(?:post-?mortems?|incident[-_ ](?:reports?|reviews?)|retro(?:spective)?s?|change-?logs?|release[-_ ]notes|minutes|meeting[-_ ]notes)(?:[^a-z]|$)|ポストモーテム|障害報告|事後検証|振り返り|変更履歴|リリースノート|議事録/i

/** A record of what was done once is no procedure. */
function tellsWhatHappened({ title, path }: Document): boolean {
  return history.test(title) || history.test(path)
}

const procedure = /run-?books?|play-?books?|procedures?|how-?to|(?:^|[/_-])sop(?:[/_.-]|$)|手順|対応|復旧/i

/** What speaks for a document beside what the search found in it; the right one in another language is better than a wrong one. */
function merit({ document, passages }: FoundDocument, about: string, { lang }: Scene): number {
  const states = new Set(passages.map(({ freshness }) => freshness.state))
  return (
    0.2 * namedShare(document, about) +
    (procedure.test(`${document.path} ${document.title}`) ? 0.1 : 0) +
    (document.lang === lang ? 0.05 : 0) -
    (states.has('stale') || states.has('contradicted') ? 0.4 : 0) -
    (states.has('suspect') ? 0.1 : 0)
  )
}

/** The words that it goes by. */
function nameTerms({ title, path }: Document): ReadonlySet<string> {
  return new Set(termsOf(`${title} ${path.replace(/[/_.-]+/g, ' ')}`))
}

function namedShare(document: Document, about: string): number {
  const wanted = new Set(termsOf(about))
  const names = nameTerms(document)
  return wanted.size === 0 ? 0 : [...wanted].filter((term) => names.has(term)).length / wanted.size
}

function isNamed(document: Document, about: string): boolean {
  const wanted = new Set(termsOf(about)).size
  return namedShare(document, about) * wanted >= Math.min(2, Math.max(1, wanted))
}

/** A section's passages are that much better than all others of the runbook when it is meant. */
const clearlyBetter = 1.15

/**
 * The section whose heading says what the runbook's name does not; where words of another language name it, the section
 * that the search finds before all others; several or none alike: the whole runbook.
 */
function sectionMeant(about: string, walk: Walk, found: readonly RankedPassage[]): WalkLeg {
  const { steps, read } = walk
  const names = nameTerms(read.document)
  const wanted = new Set(termsOf(about).filter((term) => !names.has(term)))
  const sections = [...new Set(steps.map(({ section }) => section))]
  const scored = sections
    .map((section) => ({ section, score: termsOf(section).filter((term) => wanted.has(term)).length }))
    .toSorted((one, other) => other.score - one.score)
  const [best, second] = scored
  if (best !== undefined && best.score > 0 && best.score > (second?.score ?? 0))
    return legOfSection(best.section, steps)
  const [first, next] = found
  const section = first?.passage.heading.at(-1) ?? ''
  const other = found.find(({ passage }) => passage.heading.at(-1) !== section)
  const clear = first !== undefined && first.score > clearlyBetter * (other?.score ?? next?.score ?? 0)
  const isOther = read.document.lang !== (/[\u3040-\u30ff\u4e00-\u9fff]/.test(about) ? 'ja' : 'en')
  if (isOther && clear && sections.includes(section)) return legOfSection(section, steps)
  return { from: 0, to: steps.length - 1, at: 0 }
}
