import type { StoredPassage } from '#knowledge/passage.ts'
import type { TermStatistics } from '#knowledge/passage-index.ts'
import { type Asked, answeredByHeading } from '#retrieval/query/asks.ts'
import type { Query } from '#retrieval/query/query.ts'
import { bm25 } from './bm25.ts'
import { proximity } from './proximity.ts'
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

export interface QuestionEmbeddings {
  question?: Float32Array | undefined
  /** Of the question with its other words. */
  otherwise?: Float32Array | undefined
}

export interface Scored {
  passage: StoredPassage
  features: Features
}

export function featuresOf(
  query: Query,
  passages: readonly StoredPassage[],
  statistics: TermStatistics,
  embeddings: QuestionEmbeddings,
  softMatch: SoftMatch | undefined,
): Scored[] {
  const wordMatch = new WordMatch(query, statistics)
  const averageLength =
    passages.reduce((sum, passage) => sum + passage.terms.body.length, 0) / Math.max(1, passages.length)
  const texts = passages.map((passage) => `${passage.heading.join(' ')}\n${passage.text}`)
  const soft = softMatch?.coverage(query.text, texts)
  const softTitle = softMatch?.coverage(
    query.text,
    passages.map((passage) => `${passage.document.title} ${passage.heading.join(' ')}`),
  )
  const parts = query.parts.map((part) => softMatch?.coverage(part, texts))
  const titleAsked = softMatch?.spokenOf(
    query.text,
    passages.map((passage) => passage.document.title),
  )
  const headingAsked = softMatch?.spokenOf(
    query.text,
    passages.map((passage) => passage.heading.at(-1) ?? ''),
  )
  const measured = passages.map((passage, at) => {
    const { frequencies, coverage, inTitle, inHeading } = wordMatch.match(passage.terms)
    const near = proximity(passage.terms, query.terms, wordMatch)
    return {
      passage,
      features: {
        words: bm25(frequencies, wordMatch.weights, passage.terms.body.length, averageLength),
        meaning: 0,
        cosine: similarity(embeddings.question, passage),
        otherCosine: similarity(embeddings.otherwise, passage),
        coverage,
        soft: soft?.[at] ?? 0,
        softTitle: softTitle?.[at] ?? 0,
        softPart: Math.max(soft?.[at] ?? 0, ...parts.map((part) => part?.[at] ?? 0)),
        titleAsked: titleAsked?.[at] ?? 0,
        headingAsked: headingAsked?.[at] ?? 0,
        inTitle,
        inHeading,
        identifiers: identifierShare(query, frequencies),
        window: near.window,
        order: near.order,
        asked: fitsAsked(query.asked, passage),
        sameLanguage: passage.lang === query.lang ? 1 : 0,
        document: 0,
        short: Math.max(0, 1 - passage.text.length / 300),
      },
    }
  })
  normalise(measured)
  return measured
}

function normalise(scored: readonly Scored[]): void {
  const most = (key: 'words' | 'cosine') => Math.max(1e-9, ...scored.map(({ features }) => features[key]))
  const [words, meaning] = [most('words'), most('cosine')]
  for (const { features } of scored) {
    features.words /= words
    features.meaning = features.cosine / meaning
    if (features.sameLanguage === 0) acrossLanguages(features)
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

function similarity(embedding: Float32Array | undefined, passage: StoredPassage): number {
  if (embedding === undefined || passage.embedding === undefined) return 0
  return Math.max(0, cosine(embedding, passage.embedding))
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
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
