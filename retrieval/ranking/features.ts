import type { StoredPassage } from '#knowledge/passage.ts'
import type { TermStatistics } from '#knowledge/passage-index.ts'
import { type Asked, answeredByHeading } from '#retrieval/query/asks.ts'
import type { Query } from '#retrieval/query/query.ts'
import { bm25 } from './bm25.ts'
import { proximity } from './proximity.ts'
import { type QuestionEmbeddings, similaritiesOf } from './similarity.ts'
import type { SoftMatch } from './soft-match.ts'
import { WordMatch } from './word-match.ts'

/** What is known of how a passage fits a question, each about 0..1. */
export interface Features {
  /** BM25F over the best of this question, and its cosine likewise. */
  words: number
  meaning: number
  /** Cosine as it is, negative ones 0. */
  cosine: number
  /** The same with the question's other words. */
  otherCosine: number
  /** The same by the embedding that relevance was fitted to, whatever model the passages are stored with. */
  sureCosine: number
  /** Share of the question's term weight that stands in the passage, its title and headings. */
  coverage: number
  /** The same where a similar word counts in part: body with headings, title with headings. */
  soft: number
  softTitle: number
  /** The best part of a question with several parts, by itself. */
  softPart: number
  /** Share of the title, and of the innermost heading, that the question speaks of. */
  titleAsked: number
  headingAsked: number
  /** Share of the question's term weight in the title alone, and in the headings. */
  inTitle: number
  inHeading: number
  /** Share of its identifiers that the passage names. */
  identifiers: number
  window: number
  order: number
  /** The passage is of the kind, or under a heading of the kind, that the question asks for. */
  asked: number
  sameLanguage: number
  /** How well the best passages of its document do: 1 for the best document. */
  document: number
  short: number
}

export interface Scored {
  passage: StoredPassage
  features: Features
}

/**
 * Some features are measured on every passage; the rest costs more and is measured on the best by those.
 * @param closely So many best. @returns Those; as many as there are: all, in the order given.
 */
export function featuresOf(
  query: Query,
  passages: readonly StoredPassage[],
  statistics: TermStatistics,
  embeddings: QuestionEmbeddings,
  softMatch: SoftMatch | undefined,
  closely: number = passages.length,
): Scored[] {
  const wordMatch = new WordMatch(query, statistics)
  const similarities = similaritiesOf(passages, embeddings)
  const measured = passages.map((passage, at) => ({
    passage,
    features: { ...atAGlance(query, passage, wordMatch), ...similarities[at] },
  }))
  const averageLength = passages.reduce((sum, { terms }) => sum + terms.body.length, 0) / Math.max(1, passages.length)
  for (const { passage, features } of measured) {
    features.words = bm25(features.frequencies, wordMatch.weights, passage.terms.body.length, averageLength)
  }
  normalise(measured)
  const best = bestOf(measured, closely)
  for (const { passage, features } of best) {
    const near = proximity(passage.terms, query.terms, wordMatch)
    features.window = near.window
    features.order = near.order
    features.asked = fitsAsked(query.asked, passage)
  }
  if (softMatch !== undefined) compareMeaning(query, best, softMatch)
  for (const { features } of best) if (features.sameLanguage === 0) acrossLanguages(features)
  return best
}

interface Glanced {
  passage: StoredPassage
  features: Features & { frequencies: ReadonlyMap<string, number> }
}

function atAGlance(query: Query, passage: StoredPassage, wordMatch: WordMatch): Glanced['features'] {
  const { frequencies, coverage, inTitle, inHeading } = wordMatch.match(passage.terms)
  return {
    frequencies,
    words: 0,
    meaning: 0,
    cosine: 0,
    otherCosine: 0,
    sureCosine: 0,
    coverage,
    soft: 0,
    softTitle: 0,
    softPart: 0,
    titleAsked: 0,
    headingAsked: 0,
    inTitle,
    inHeading,
    identifiers: identifierShare(query, frequencies),
    window: 0,
    order: 0,
    asked: 0,
    sameLanguage: passage.lang === query.lang ? 1 : 0,
    document: 0,
    short: Math.max(0, 1 - passage.text.length / 300),
  }
}

function bestOf(measured: Glanced[], closely: number): Glanced[] {
  if (measured.length <= closely) return measured
  return measured.toSorted((a, b) => glance(b.features) - glance(a.features)).slice(0, closely)
}

/**
 * The score as far as it can be told from the cheap features: fitted to it by least squares over question sets of our
 * own. Of the ten passages with the best scores, nearly all are among the 40 best by this.
 */
function glance(features: Features): number {
  const isForeign = features.sameLanguage === 0
  return (
    0.85 * Math.max(features.words, isForeign ? 0.6 * features.meaning : 0) +
    2 * features.cosine +
    3.2 * features.otherCosine +
    1.3 * features.coverage +
    1.4 * features.inTitle +
    0.75 * features.inHeading +
    0.25 * features.identifiers -
    (isForeign ? 0.45 : 0) -
    0.4 * features.short
  )
}

function compareMeaning(query: Query, best: readonly Glanced[], softMatch: SoftMatch): void {
  const texts = best.map(({ passage }) => `${passage.heading.join(' ')}\n${passage.text}`)
  const places = best.map(({ passage }) => `${passage.document.title} ${passage.heading.join(' ')}`)
  const soft = softMatch.coverage(query.text, texts)
  const softTitle = softMatch.coverage(query.text, places)
  const parts = query.parts.map((part) => softMatch.coverage(part, texts))
  const titleAsked = softMatch.spokenOf(
    query.text,
    best.map(({ passage }) => passage.document.title),
  )
  const headingAsked = softMatch.spokenOf(
    query.text,
    best.map(({ passage }) => passage.heading.at(-1) ?? ''),
  )
  for (const [at, { features }] of best.entries()) {
    features.soft = soft[at] ?? 0
    features.softTitle = softTitle[at] ?? 0
    features.softPart = Math.max(features.soft, ...parts.map((part) => part[at] ?? 0))
    features.titleAsked = titleAsked[at] ?? 0
    features.headingAsked = headingAsked[at] ?? 0
  }
}

function normalise(scored: readonly Scored[]): void {
  const most = (key: 'words' | 'cosine') => Math.max(1e-9, ...scored.map(({ features }) => features[key]))
  const [words, meaning] = [most('words'), most('cosine')]
  for (const { features } of scored) {
    features.words /= words
    features.meaning = features.cosine / meaning
  }
}

/** Words of one language hardly stand in a text of the other: there, what it means has to stand in for them. */
function acrossLanguages(features: Features): void {
  features.words = Math.max(features.words, 0.6 * features.meaning)
  features.coverage = Math.max(features.coverage, 0.7 * features.soft)
  features.inTitle = Math.max(features.inTitle, 0.7 * features.softTitle)
  features.inHeading = Math.max(features.inHeading, 0.5 * features.softTitle)
  features.window = Math.max(features.window, 0.5 * features.soft)
}

function identifierShare(query: Query, frequencies: ReadonlyMap<string, number>): number {
  if (query.identifiers.size === 0) return 0
  let found = 0
  for (const identifier of query.identifiers) if (frequencies.has(identifier)) found++
  return found / query.identifiers.size
}

/** Share of what is asked that this passage looks made to answer. */
function fitsAsked(asked: ReadonlySet<Asked>, passage: StoredPassage): number {
  if (asked.size === 0) return 0
  const answered = answeredByHeading(passage.heading.join(' · '))
  let fits = 0
  for (const kind of asked) if (answered.has(kind) || fitsKind(kind, passage)) fits++
  return fits / asked.size
}

function fitsKind(asked: Asked, passage: StoredPassage): boolean {
  if (asked === 'command') return passage.terms.code.length > 0 && /```|~~~|^ {4}\S|`[^`]* [^`]*`/m.test(passage.text)
  if (asked === 'threshold')
    return (
      passage.kind === 'alert' ||
      passage.kind === 'table' ||
      /\d\s?(?:%|ms|s|m|h|d|min|GB|MB|Gi|Mi|秒|分|時間|日)/.test(passage.text)
    )
  if (asked === 'remedy') return passage.kind === 'steps'
  return false
}
