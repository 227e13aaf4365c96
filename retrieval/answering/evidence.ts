import type { AnswerWarning, RankedPassage, Search, SearchResult } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import { failureFields } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { Thesaurus } from '../query/thesaurus.ts'
import type { Disagreement } from './claims.ts'
import { deprecatedCode } from './deprecated.ts'
import { type Reconciled, reconcile, type Superseded } from './disagreement.ts'
import { type Edition, editionsAmong } from './editions.ts'
import { outdatedIn } from './lagging.ts'
import { pageReader } from './pages.ts'
import { type ReadQuestion, readQuestion } from './question.ts'
import {
  type Candidate,
  candidatesOf,
  cosine,
  embedCandidates,
  type Judged,
  type JudgingParts,
  judge,
  type Score,
} from './scoring.ts'
import { type Selection, select } from './selection.ts'
import { type DocumentSections, siblingsOf } from './siblings.ts'
import { disagreementWarnings, suspicionWarnings, translationWarnings } from './source-warnings.ts'
import { supportedFrom, supportOf } from './support.ts'
import { leastLikeness, presentVersions } from './versions.ts'

/** What an answer can be made of. */
export interface Evidence {
  question: ReadQuestion
  /** Those that may be quoted, best first; what a newer source replaced is gone. */
  passages: readonly RankedPassage[]
  selection: Selection
  /** 0..1 */
  confidence: number
  /** About the sources that the selection quotes. */
  warnings: (cited: ReadonlySet<string>) => AnswerWarning[]
}

/** Passages whose sentences may be quoted; the others only show whether somebody disagrees. */
const evidenceLimits = { passages: 6 }
const twinsSought = 8
export interface EvidenceParts extends JudgingParts {
  /** Absent: nothing is looked for beyond what was found. */
  search?: Search | undefined
  /** Absent: only what the search found is read. */
  sectionsOf?: DocumentSections | undefined
  /** Absent: words mean only themselves. */
  thesaurus?: Thesaurus | undefined
  log: Log
}

/** @returns undefined when no sentence of what was found supports an answer. */
export async function evidenceFor(
  parts: EvidenceParts,
  asked: { standalone: string; lang: Lang; principal: Principal },
  found: SearchResult,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const question = readQuestion(asked.standalone, parts.thesaurus)
  const passages = trustedFirst(found.passages)
  const pages = pageReader(passages, asked.principal, parts.sectionsOf, signal)
  const twins = await twinsOf(passages, parts, asked.principal, signal)
  const editions = await editionsAmong([...passages, ...twins], question, pages, parts.embedder, signal)
  return (
    (await evidenceIn(parts, question, asked, found, passages, editions, signal)) ??
    // What only an older edition says is better than nothing, with its age.
    (editions.length > 0 ? await evidenceIn(parts, question, asked, found, passages, [], signal) : undefined)
  )
}

async function evidenceIn(
  parts: EvidenceParts,
  question: ReadQuestion,
  { principal, lang }: { principal: Principal; lang: Lang },
  found: SearchResult,
  passages: readonly RankedPassage[],
  editions: readonly Edition[],
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const { judged, reconciled, translated } = await readable(parts, question, principal, passages, editions, signal)
  const selection = select(question, judged)
  if (selection === undefined || supportOf(question.text, found, selection) < supportedFrom) return undefined
  return {
    question,
    passages: [...new Set(judged.map(({ candidate }) => candidate.passage))],
    selection,
    confidence: confidenceOf(found, selection, reconciled),
    warnings: (cited) => [
      ...disagreementWarnings(reconciled, cited, lang),
      ...translationWarnings(translated, cited, lang),
      ...suspicionWarnings(found.passages, cited, lang),
    ],
  }
}

/** Before something stale is quoted: pages of its name, in whatever language, that the question's words did not find. */
async function twinsOf(
  [first]: readonly RankedPassage[],
  { search }: EvidenceParts,
  principal: Principal,
  signal: AbortSignal,
): Promise<readonly RankedPassage[]> {
  if (search === undefined || first === undefined || first.freshness.state !== 'stale') return []
  const text = `${first.document.title}: ${first.passage.heading.at(-1) ?? ''}`
  return (await search({ text, limit: twinsSought, principal }, signal)).passages
}

/** What may be quoted, judged. */
async function readable(
  parts: EvidenceParts,
  question: ReadQuestion,
  principal: Principal,
  passages: readonly RankedPassage[],
  editions: readonly Edition[],
  signal: AbortSignal,
): Promise<{ judged: Judged[]; reconciled: Reconciled; translated: Superseded[] }> {
  const present = await presentVersions(passages, editions, parts.embedder, signal)
  const all = candidatesOf(present.passages.map((passage, at) => ({ ...passage, rank: at + 1 })))
  const embedder = await embedded(parts, all, signal)
  const outdated = outdatedIn(all, present.lagging)
  const reconciled = reconcile(
    all.filter((candidate) => !outdated.candidates.has(candidate)),
    question,
    present.superseded,
    pageTexts(editions),
  )
  reconciled.disagreements.push(...outdated.disagreements)
  const kept = [...new Set(reconciled.candidates.map(({ passage }) => passage))].slice(0, evidenceLimits.passages)
  const others = await siblingsOf(kept, question, principal, { ...parts, embedder }, signal)
  const presentOthers = await presentVersions(others, editions, embedder, signal)
  const beside = candidatesOf(presentOthers.passages)
  if (embedder !== undefined) await embedCandidates(beside, embedder, signal)
  const besideOutdated = outdatedIn(beside, presentOthers.lagging)
  const siblings = beside.filter((candidate) => !besideOutdated.candidates.has(candidate))
  const olds = candidatesOf(oldsOf(reconciled.superseded, kept))
  if (embedder !== undefined) await embedCandidates(olds, embedder, signal)
  const corrected = reconciled.disagreements.filter(({ other }) => kept.includes(other.passage))
  const read = new Set([...kept, ...corrected.map(({ believed }) => believed.passage)])
  const wrong = new Set([...corrected.map(({ other }) => other), ...olds])
  const candidates = [...reconciled.candidates.filter(({ passage }) => read.has(passage)), ...wrong, ...siblings]
  const judged = await judge(question, candidates, { ...parts, embedder }, signal)
  const succeeded = [...corrected, ...successions(judged, reconciled.superseded)]
  const left = new Set([...wrong, ...deprecatedCode(candidates)])
  return {
    judged: corrections(judged, succeeded).filter(({ candidate }) => !left.has(candidate)),
    reconciled,
    translated: [...present.translated, ...presentOthers.translated],
  }
}

function pageTexts(editions: readonly Edition[]): (passage: RankedPassage) => string {
  const texts = new Map(
    editions.flatMap(({ newer, older }) => [newer, older]).map((page) => [page.head.document.id, page]),
  )
  return ({ document }) => texts.get(document.id)?.text ?? ''
}

/** Old passages whose place in the newer page is known. */
function oldsOf(superseded: readonly Superseded[], kept: readonly RankedPassage[]): RankedPassage[] {
  const read = new Set(kept.map(({ passage }) => passage.id))
  return superseded
    .filter(({ newer, likeness = 0 }) => likeness >= leastLikeness && read.has(newer.passage.id))
    .map(({ older }) => older)
}

/** What answered best in an old passage, and what stands in its place now: the likest unit of the newer passage. */
function successions(judged: readonly Judged[], superseded: readonly Superseded[]): Disagreement[] {
  return superseded.flatMap(({ newer, older }): Disagreement[] => {
    const then = judged.filter(({ candidate }) => candidate.passage === older)
    const now = judged.filter(({ candidate }) => candidate.passage.passage.id === newer.passage.id)
    const other = then.toSorted((a, b) => b.whole.total - a.whole.total)[0]?.candidate
    if (other === undefined) return []
    const believed = now
      .map(({ candidate, whole }) => ({ candidate, fit: cosine(candidate.embedding, other.embedding) + whole.total }))
      .toSorted((a, b) => b.fit - a.fit)[0]?.candidate
    return believed === undefined ? [] : [{ believed, other }]
  })
}

/** What is believed takes the place of what it corrects: the better of both scores. */
function corrections(judged: readonly Judged[], corrected: readonly Disagreement[]): Judged[] {
  const byCandidate = new Map(judged.map((one) => [one.candidate, one]))
  return judged.map((one) => {
    const wrong = corrected.flatMap(({ believed, other }) =>
      believed === one.candidate ? (byCandidate.get(other) ?? []) : [],
    )
    const better = (score: Score, others: readonly (Score | undefined)[]): Score =>
      others.reduce<Score>((best, other) => (other !== undefined && other.total > best.total ? other : best), score)
    return {
      candidate: one.candidate,
      whole: better(
        one.whole,
        wrong.map(({ whole }) => whole),
      ),
      facets: one.facets.map((score, at) =>
        better(
          score,
          wrong.map(({ facets }) => facets[at]),
        ),
      ),
    }
  })
}

/** A source that tries to give orders comes after every other that is about as good. */
function trustedFirst(passages: readonly RankedPassage[]): RankedPassage[] {
  const weight = ({ score, passage }: RankedPassage): number => score * (passage.suspicious ? 0.8 : 1)
  return passages.toSorted((a, b) => weight(b) - weight(a)).map((passage, at) => ({ ...passage, rank: at + 1 }))
}

/** Without vectors sentences are chosen by their words: then nothing embeds the question either. */
async function embedded(
  { embedder, log }: EvidenceParts,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<JudgingParts['embedder']> {
  if (embedder === undefined) return undefined
  try {
    await embedCandidates(candidates, embedder, signal)
    return embedder
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ ...failureFields(err), embedder: embedder.id }, 'sentences were not embedded')
    return undefined
  }
}

function confidenceOf(found: SearchResult, { score, best }: Selection, { disagreements }: Reconciled): number {
  const support = Math.min(1, 0.6 * score.words + 0.8 * score.meaning)
  const doubts = (disagreements.length > 0 ? 0.9 : 1) * (ageDoubt[best.passage.freshness.state] ?? 1)
  return Math.round(100 * (0.5 * found.relevance + 0.5 * support) * doubts) / 100
}

const ageDoubt: Partial<Record<RankedPassage['freshness']['state'], number>> = {
  aging: 0.95,
  stale: 0.85,
  suspect: 0.8,
  contradicted: 0.6,
}
