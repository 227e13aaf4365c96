import type { Figures } from '../eval-report.ts'

/** What a report shows of a group. */
export interface FigureColumn {
  title: string
  /** A share of 0..1, or milliseconds. */
  of: (figures: Partial<Figures>) => number | undefined
  unit?: 'ms'
  /** Less is better. */
  lowerIsBetter?: true
}

export const retrievalColumns: readonly FigureColumn[] = [
  { title: 'R@1', of: ({ section }) => section?.recallAt1 },
  { title: 'R@5', of: ({ section }) => section?.recallAt5 },
  { title: 'R@10', of: ({ section }) => section?.recallAt10 },
  { title: 'MRR@10', of: ({ section }) => section?.mrrAt10 },
  { title: 'nDCG@10', of: ({ section }) => section?.ndcgAt10 },
  { title: 'doc R@1', of: ({ document }) => document?.recallAt1 },
  { title: 'doc R@5', of: ({ document }) => document?.recallAt5 },
  { title: 'doc R@10', of: ({ document }) => document?.recallAt10 },
  { title: 'doc MRR', of: ({ document }) => document?.mrrAt10 },
  { title: 'doc nDCG', of: ({ document }) => document?.ndcgAt10 },
  { title: 'old first', of: ({ supersededFirst }) => supersededFirst, lowerIsBetter: true },
  { title: 'p50', of: ({ searchMs }) => searchMs?.p50, unit: 'ms', lowerIsBetter: true },
  { title: 'p95', of: ({ searchMs }) => searchMs?.p95, unit: 'ms', lowerIsBetter: true },
]

export const answerColumns: readonly FigureColumn[] = [
  { title: 'key points', of: ({ keyPointCoverage }) => keyPointCoverage },
  { title: 'in answer', of: ({ keyPointCoverageInAnswer }) => keyPointCoverageInAnswer },
  { title: 'complete', of: ({ complete }) => complete },
  { title: 'must-not', of: ({ mustNotViolations }) => mustNotViolations, lowerIsBetter: true },
  { title: 'cited right', of: ({ citationValidity }) => citationValidity },
  { title: 'promises', of: ({ promisesKept }) => promisesKept },
  { title: 'abstained', of: ({ answerAbstention }) => answerAbstention?.recall },
  { title: 'wrongly', of: ({ answerAbstention }) => answerAbstention?.falseRate, lowerIsBetter: true },
  { title: 'p50', of: ({ answerMs }) => answerMs?.p50, unit: 'ms', lowerIsBetter: true },
  { title: 'p95', of: ({ answerMs }) => answerMs?.p95, unit: 'ms', lowerIsBetter: true },
  { title: 'p99', of: ({ answerMs }) => answerMs?.p99, unit: 'ms', lowerIsBetter: true },
]
