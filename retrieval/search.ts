import type { AnswerWarning, RankedPassage, Search, SearchQuery, SearchResult } from '#knowledge/answer.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { PassageFilter, PassageIndex, TermStatistics } from '#knowledge/passage-index.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Log } from '#runtime/log.ts'
import { type Query, understand, wordsForUnknown } from './query/query.ts'
import type { Thesaurus } from './query/thesaurus.ts'
import { featuresOf, type Scored } from './ranking/features.ts'
import type { OwnVectors } from './ranking/own-vectors.ts'
import { ranked } from './ranking/rank.ts'
import { relevanceOf, relevantFrom } from './ranking/relevance.ts'
import type { OwnEmbeddings, QuestionEmbeddings } from './ranking/similarity.ts'
import type { SoftMatch } from './ranking/soft-match.ts'

const candidatesEach = 100
/** Somebody is waiting, who is better off with what words find than with nothing. */
const embeddedWithinMs = 3000
/** So long nobody waits again for an embedder that has just failed somebody. */
const restAfterFailureMs = 10_000
/** What is dear is measured on the best of them: with 96 one more question in a hundred is found, in a third more time. */
const measuredClosely = 40
/** Of a question with its other words; those of what it says first come first. */
const mostTerms = 48
/** Of all of them; each is read and looked at. */
const mostCandidates = 120

export interface SearchParts {
  index: PassageIndex
  /** Absent: words alone. */
  embedder?: Pick<Embedder, 'id' | 'embed'> | undefined
  /** What ranking and relevance were fitted to, where `embedder` is another model; absent: they go by its cosines. */
  ownVectors?: OwnVectors | undefined
  softMatch?: SoftMatch | undefined
  /** Absent: words mean only themselves. */
  thesaurus?: Thesaurus | undefined
  freshnessOf: (passages: readonly StoredPassage[], signal: AbortSignal) => Promise<Freshness[]>
  log: Log
}

interface FoundCandidates {
  query: Query
  statistics: TermStatistics
  scored: Scored[]
  /** Scores passages for one part of the question alone. */
  parts: ((passages: readonly StoredPassage[]) => Scored[])[]
  warnings: AnswerWarning[]
}

export function createSearch(given: SearchParts): Search {
  const parts = { ...given, embedder: given.embedder && restingAfterFailure(given.embedder) }
  return async (asked, signal) => {
    const started = performance.now()
    const found = await findCandidates(parts, asked, signal)
    const gathered = performance.now()
    const best = ranked(found.scored, found.parts, asked.limit)
    const freshness = await parts.freshnessOf(
      best.map(({ passage }) => passage),
      signal,
    )
    const relevance = relevanceOf(found.query, best, (term) => found.statistics.frequencies.has(term))
    const most = Math.max(1e-9, ...best.map(({ score }) => score))
    const passages = best.flatMap(({ passage, score, copies }, at): RankedPassage[] => {
      const fresh = freshness[at]
      return fresh === undefined
        ? []
        : [
            {
              rank: at + 1,
              score: shown(relevance * (score / most)),
              passage,
              document: passage.document,
              freshness: fresh,
              copies: copies.map((copy) => ({ passage: copy.passage, document: copy.passage.document })),
            },
          ]
    })
    const done = performance.now()
    return {
      passages,
      relevance: shown(relevance),
      relevant: passages.length > 0 && relevance >= relevantFrom,
      timingsMs: { candidates: gathered - started, ranking: done - gathered },
      warnings: found.warnings,
    } satisfies SearchResult
  }
}

/** The same embedder, which after a failure fails at once for a while. */
function restingAfterFailure(embedder: NonNullable<SearchParts['embedder']>): NonNullable<SearchParts['embedder']> {
  let failure: { error: unknown; until: number } | undefined
  return {
    id: embedder.id,
    async embed(texts, signal) {
      if (failure !== undefined && performance.now() < failure.until) throw failure.error
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(embeddedWithinMs)])
      try {
        return await embedder.embed(texts, inTime)
      } catch (error) {
        // Who gave up says nothing of the embedder.
        if (!signal.aborted) failure = { error, until: performance.now() + restAfterFailureMs }
        throw error
      }
    },
  }
}

/** Copies and neighbours become one, so that more have to be looked at than are shown. */
function roomFor(limit: number): number {
  return 2 * limit
}

/** Four digits say all that a score knows. */
function shown(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * 1e4) / 1e4
}

/** Everything that may answer, from words and from vectors, with its features but not yet in order. */
async function findCandidates(parts: SearchParts, asked: SearchQuery, signal: AbortSignal): Promise<FoundCandidates> {
  const query = understand(asked.text, parts.thesaurus, asked.lang)
  const filter: PassageFilter = { principal: asked.principal }
  const warnings: AnswerWarning[] = []
  const partQueries = query.parts.map((part) => understand(part, parts.thesaurus))
  const [embeddings, ...partEmbeddings] = await embed(parts, [query, ...partQueries], warnings, signal)
  const terms = [query.terms]
  if (query.saidOtherwise !== '')
    terms.push([...query.terms, ...new Set(termsOf(query.saidOtherwise))].slice(0, mostTerms))
  const vectors = [embeddings?.question, embeddings?.otherwise].filter((embedding) => embedding !== undefined)
  const queries = [query, ...partQueries]
  const [ids, ofTerms] = await Promise.all([
    parts.index.candidates(
      { terms, embeddings: vectors, limitEach: candidatesEach, limit: Math.max(mostCandidates, roomFor(asked.limit)) },
      filter,
      signal,
    ),
    parts.index.statistics(
      queries.flatMap((each) => each.terms),
      signal,
    ),
  ])
  const shortfall = parts.index.shortfall?.()
  if (shortfall !== undefined) warnings.push({ code: 'index_failed', message: shortfall })
  const [passages, statistics] = await Promise.all([
    parts.index.load(ids, filter, signal),
    withWordsForUnknown(parts.index, queries, ofTerms, signal),
  ])
  const own = await ownEmbeddings(parts.ownVectors, queries, passages, signal)
  const scoredFor =
    (asking: Query, vectors: QuestionEmbeddings, closely?: number) => (some: readonly StoredPassage[]) =>
      featuresOf(asking, some, statistics, vectors, parts.softMatch, closely)
  return {
    query,
    statistics,
    scored: scoredFor(query, { ...embeddings, own: own[0] }, Math.max(measuredClosely, roomFor(asked.limit)))(passages),
    parts: partQueries.map((part, at) => scoredFor(part, { ...partEmbeddings[at], own: own[at + 1] })),
    warnings,
  }
}

async function withWordsForUnknown(
  index: PassageIndex,
  queries: readonly Query[],
  ofTerms: TermStatistics,
  signal: AbortSignal,
): Promise<TermStatistics> {
  const words = queries.flatMap((query) => wordsForUnknown(query, (term) => ofTerms.frequencies.has(term)))
  if (words.length === 0) return ofTerms
  const { frequencies } = await index.statistics(words, signal)
  return { ...ofTerms, frequencies: new Map([...ofTerms.frequencies, ...frequencies]) }
}

async function ownEmbeddings(
  ownVectors: OwnVectors | undefined,
  queries: readonly Query[],
  passages: readonly StoredPassage[],
  signal: AbortSignal,
): Promise<OwnEmbeddings[]> {
  if (ownVectors === undefined) return []
  const vectors = await ownVectors.embedder.embed(textsOf(queries), signal)
  const ofPassages = await ownVectors.of(passages, signal)
  return queries.map((_, at) => ({ question: vectors[2 * at], otherwise: vectors[2 * at + 1], passages: ofPassages }))
}

/** Each question as it is and with its other words. */
function textsOf(queries: readonly Query[]): string[] {
  return queries.flatMap(({ text, saidOtherwise }) => [text, `${text} ${saidOtherwise}`])
}

/** Without its vectors, or when they are late, a question is still answered, by words. */
async function embed(
  parts: SearchParts,
  queries: readonly Query[],
  warnings: AnswerWarning[],
  signal: AbortSignal,
): Promise<QuestionEmbeddings[]> {
  if (parts.embedder === undefined) return []
  try {
    const vectors = await parts.embedder.embed(textsOf(queries), signal)
    return queries.map((_, at) => ({ question: vectors[2 * at], otherwise: vectors[2 * at + 1] }))
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, embedder: parts.embedder.id }, 'question was not embedded')
    warnings.push({
      code: 'embedder_failed',
      message: 'The embedding service did not answer, so this was found by words alone.',
    })
    return []
  }
}
