import type { AnswerWarning, RankedPassage, SearchResult } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Log } from '#runtime/log.ts'
import { type Reconciled, reconcile } from './disagreement.ts'
import { type ReadQuestion, readQuestion } from './question.ts'
import { type Candidate, candidatesOf, embedCandidates, embedQuestion, type FacetVectors, Scorer } from './scoring.ts'
import { type Selection, select } from './selection.ts'
import { disagreementWarnings, suspicionWarnings } from './source-warnings.ts'

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
const readPassages = 6
/** Below this share of the question's words and this likeness, a sentence has nothing to do with the question. */
const least = { words: 0.1, meaning: 0.22 }

/** @returns undefined when no sentence of what was found supports an answer. */
export async function evidenceFor(
  parts: { embedder?: Embedder | undefined; log: Log },
  asked: { standalone: string; lang: Lang },
  found: SearchResult,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const question = readQuestion(asked.standalone)
  const all = candidatesOf(trustedFirst(found.passages))
  const vectors = await embedded(parts, question, all, signal)
  const reconciled = reconcile(all, question)
  const passages = [...new Set(reconciled.candidates.map(({ passage }) => passage))].slice(0, readPassages)
  const read = new Set(passages)
  const candidates = reconciled.candidates.filter(({ passage }) => read.has(passage))
  const selection = select(question, candidates, new Scorer(candidates), vectors)
  if (selection === undefined || !supports(selection)) return undefined
  return {
    question,
    passages,
    selection,
    confidence: confidenceOf(found, selection, reconciled),
    warnings: (cited) => [
      ...disagreementWarnings(reconciled, cited, asked.lang),
      ...suspicionWarnings(found.passages, cited, asked.lang),
    ],
  }
}

/** A source that tries to give orders comes after every other that is about as good. */
function trustedFirst(passages: readonly RankedPassage[]): RankedPassage[] {
  const weight = ({ score, passage }: RankedPassage): number => score * (passage.suspicious ? 0.8 : 1)
  return passages.toSorted((a, b) => weight(b) - weight(a)).map((passage, at) => ({ ...passage, rank: at + 1 }))
}

/** Without vectors sentences are chosen by their words. */
async function embedded(
  { embedder, log }: { embedder?: Embedder | undefined; log: Log },
  question: ReadQuestion,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<FacetVectors> {
  if (embedder === undefined) return { whole: undefined, facets: [] }
  try {
    await embedCandidates(candidates, embedder, signal)
    return await embedQuestion(question, embedder, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, embedder: embedder.id }, 'sentences were not embedded')
    return { whole: undefined, facets: [] }
  }
}

function supports({ score }: Selection): boolean {
  return score.words >= least.words || score.meaning >= least.meaning
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
