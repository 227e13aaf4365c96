import type { AbstentionFigures } from './abstention.ts'
import type { LatencyFigures } from './latency.ts'
import type { EvalQuestion } from './question-set.ts'
import type { RankingFigures } from './ranking-metrics.ts'

/** A found passage as the report shows it. */
export interface FoundSection {
  rank: number
  score: number
  path: string
  url: string
  heading: readonly string[]
  /** The passage's own last change. */
  editedAt: Date
  state: string
  /** Numbers of the gold sections that it lies in. */
  golds: readonly number[]
  goldDocument: boolean
  superseded: boolean
  poisoned: boolean
  excerpt: string
}

/** What one question brought. */
export interface RetrievalOutcome {
  /** Absent when the search failed. */
  ms?: number | undefined
  relevance: number
  relevant: boolean
  found: readonly FoundSection[]
  /** Absent where nothing answers. */
  section?: RankingFigures | undefined
  document?: RankingFigures | undefined
  /** An older section that says otherwise stands above every gold one. */
  supersededFirst: boolean
}

export interface AnswerOutcome {
  ms: number
  /** Until the first words came; absent when none came before the end. */
  firstDeltaMs?: number | undefined
  answer: string
  spoken: string
  abstained: boolean
  confidence: number
  provider: string
  warnings: readonly string[]
  citations: readonly { n: number; path: string; heading: readonly string[]; quote: string }[]
  /** By key point, whether the answer or one of its quotes holds it. */
  keyPoints: readonly boolean[]
  /** The same for the answer's own words alone. */
  keyPointsInAnswer: readonly boolean[]
  /** Of what it must not recommend, what it recommends. */
  mustNot: readonly string[]
  /** What is wrong with its citations, each a sentence; empty: valid. */
  citationFaults: readonly string[]
  /** What the answer breaks of what every answer promises, such as a value that stands in no cited passage. */
  brokenPromises: readonly string[]
}

export interface EvalCase {
  question: EvalQuestion
  retrieval?: RetrievalOutcome | undefined
  /** Absent when retrieval alone is measured. */
  answer?: AnswerOutcome | undefined
  /** Why searching or answering failed. */
  error?: string | undefined
}

/** Figures over a group of questions; a share is 0..1 and undefined where the group has no case for it. */
export interface Figures {
  questions: number
  /** Questions that something answers: the ranking figures are over these. */
  answerable: number
  errors: number
  section?: RankingFigures | undefined
  document?: RankingFigures | undefined
  /** By the search's own verdict that nothing found is relevant. */
  searchAbstention?: AbstentionFigures | undefined
  answerAbstention?: AbstentionFigures | undefined
  /** Of the key points, how many the answers or their quotes hold; a mean over questions. */
  keyPointCoverage?: number | undefined
  keyPointCoverageInAnswer?: number | undefined
  /** Questions answered with all their key points. */
  complete?: number | undefined
  /** Of the questions with something not to recommend, how many answers recommend it. */
  mustNotViolations?: number | undefined
  /** Of the questions with an older section, how many find it above every gold one. */
  supersededFirst?: number | undefined
  /** Of the answers that did not abstain, how many have only valid citations. */
  citationValidity?: number | undefined
  /** Of all answers, how many keep every promise. */
  promisesKept?: number | undefined
  searchMs?: LatencyFigures | undefined
  answerMs?: LatencyFigures | undefined
  firstDeltaMs?: LatencyFigures | undefined
}

export interface FigureGroup {
  /** `all`, `kind single`, `lang ja`, `cross-lingual`, `single ja`. */
  name: string
  kind?: string | undefined
  lang?: string | undefined
  figures: Figures
}

export interface EvalReport {
  set: string
  at: Date
  retrievalOnly: boolean
  /** `all` first. */
  groups: readonly FigureGroup[]
  cases: readonly EvalCase[]
}
