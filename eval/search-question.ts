import type { RankedPassage, Search } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { FoundSection, RetrievalOutcome } from './eval-report.ts'
import type { EvalQuestion } from './question-set.ts'
import { rankingFigures } from './ranking-metrics.ts'
import {
  goldDocumentsCovered,
  goldPaths,
  goldsCovered,
  isInSection,
  placed,
  type TitleSection,
} from './section-match.ts'

/** The figures look no deeper than this. */
const depth = 10

export interface SearchParts {
  search: Search
  principal: Principal
  titleSection?: TitleSection | undefined
}

/** Searches for one question and tells which of the found passages lie in its gold sections. */
export async function searchQuestion(
  { search, principal, titleSection }: SearchParts,
  question: EvalQuestion,
  signal: AbortSignal,
): Promise<RetrievalOutcome> {
  const begun = performance.now()
  const result = await search({ text: question.text, limit: depth, principal }, signal)
  const ms = performance.now() - begun
  const top = result.passages.slice(0, depth)
  const found = top.map((ranked) => foundSection(ranked, question, titleSection))
  const firstOld = found.findIndex(({ superseded }) => superseded)
  const firstGold = found.findIndex(({ golds }) => golds.length > 0)
  const outcome: RetrievalOutcome = {
    ms,
    relevance: result.relevance,
    relevant: result.relevant,
    found,
    supersededFirst: firstOld >= 0 && (firstGold < 0 || firstOld < firstGold),
  }
  if (question.gold.length === 0) return outcome
  return {
    ...outcome,
    section: rankingFigures(
      found.map(({ golds }) => golds),
      question.gold.length,
    ),
    document: rankingFigures(documentsCovered(top, question), goldPaths(question).length),
  }
}

/** What a search that failed brought. It passed no verdict on relevance, so it counts as no abstention. */
export function foundNothing(question: EvalQuestion): RetrievalOutcome {
  const nothing = question.gold.length === 0 ? undefined : rankingFigures([], 1)
  return { relevance: 0, relevant: true, found: [], section: nothing, document: nothing, supersededFirst: false }
}

function foundSection(
  ranked: RankedPassage,
  question: EvalQuestion,
  titleSection: TitleSection | undefined,
): FoundSection {
  const text = placed(ranked)
  return {
    rank: ranked.rank,
    score: ranked.score,
    path: ranked.document.path,
    url: ranked.document.url,
    heading: ranked.passage.heading,
    editedAt: ranked.freshness.editedAt,
    state: ranked.freshness.state,
    golds: goldsCovered(text, question, titleSection),
    goldDocument: goldDocumentsCovered(text, question).length > 0,
    superseded: question.superseded.some((section) => isInSection(text, section, titleSection)),
    poisoned: question.poisoned.some((section) => isInSection(text, section, titleSection)),
    excerpt: excerptOf(ranked.passage.text),
  }
}

/** Files count once, at the rank of their first passage; the alerts of one rule file are one file. */
function documentsCovered(top: readonly RankedPassage[], question: EvalQuestion): number[][] {
  const seen = new Map<string, number[]>()
  for (const { document } of top) {
    const key = `${document.source}\n${document.entry}`
    if (!seen.has(key)) seen.set(key, goldDocumentsCovered(document, question))
  }
  return [...seen.values()]
}

/** Enough to see in the report why a passage was found. */
const excerptLength = 400

function excerptOf(text: string): string {
  return text.length <= excerptLength ? text : `${text.slice(0, excerptLength).trimEnd()} …`
}
