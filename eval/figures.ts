import { abstentionFigures } from './abstention.ts'
import type { EvalCase, FigureGroup, Figures } from './eval-report.ts'
import { latencyFigures } from './latency.ts'
import { questionKinds } from './question-set.ts'
import { meanRankingFigures } from './ranking-metrics.ts'

/** All questions, then by kind, by language, by both, and those asked across languages; empty groups are left out. */
export function figureGroups(cases: readonly EvalCase[]): FigureGroup[] {
  const langs = ['en', 'ja'] as const
  const groups: (Omit<FigureGroup, 'figures'> & { cases: readonly EvalCase[] })[] = [
    { name: 'all', cases },
    ...questionKinds.map((kind) => ({ name: `kind ${kind}`, kind, cases: ofKind(cases, kind) })),
    ...langs.map((lang) => ({ name: `lang ${lang}`, lang, cases: ofLang(cases, lang) })),
    { name: 'cross-lingual', cases: cases.filter(({ question }) => question.crossLingual) },
    ...questionKinds.flatMap((kind) =>
      langs.map((lang) => ({ name: `${kind} ${lang}`, kind, lang, cases: ofLang(ofKind(cases, kind), lang) })),
    ),
  ]
  return groups
    .filter((group) => group.cases.length > 0)
    .map(({ cases: members, ...group }) => ({ ...group, figures: figuresOf(members) }))
}

function figuresOf(cases: readonly EvalCase[]): Figures {
  const retrieved = cases.flatMap(({ retrieval }) => (retrieval === undefined ? [] : [retrieval]))
  return {
    questions: cases.length,
    answerable: cases.filter(isAnswerable).length,
    errors: cases.filter((each) => each.error !== undefined).length,
    section: meanRankingFigures(retrieved.flatMap(({ section }) => section ?? [])),
    document: meanRankingFigures(retrieved.flatMap(({ document }) => document ?? [])),
    searchAbstention: abstentionFigures(
      cases.flatMap((each) =>
        each.retrieval === undefined ? [] : [{ answerable: isAnswerable(each), abstained: !each.retrieval.relevant }],
      ),
    ),
    supersededFirst: mean(
      cases.flatMap(({ question, retrieval }) =>
        retrieval === undefined || question.superseded.length === 0 ? [] : [Number(retrieval.supersededFirst)],
      ),
    ),
    searchMs: latencyFigures(retrieved.flatMap(({ ms }) => ms ?? [])),
    ...answerFigures(cases),
  }
}

function answerFigures(cases: readonly EvalCase[]): Partial<Figures> {
  const answered = cases.flatMap((each) => (each.answer === undefined ? [] : [{ ...each, answer: each.answer }]))
  if (answered.length === 0) return {}
  const withPoints = answered.filter(({ question }) => question.keyPoints.length > 0)
  return {
    answerAbstention: abstentionFigures(
      answered.map((each) => ({ answerable: isAnswerable(each), abstained: each.answer.abstained })),
    ),
    keyPointCoverage: mean(withPoints.map(({ answer }) => shareTrue(answer.keyPoints))),
    keyPointCoverageInAnswer: mean(withPoints.map(({ answer }) => shareTrue(answer.keyPointsInAnswer))),
    complete: mean(withPoints.map(({ answer }) => Number(answer.keyPoints.every(Boolean)))),
    mustNotViolations: mean(
      answered
        .filter(({ question }) => question.mustNot.length > 0)
        .map(({ answer }) => Number(answer.mustNot.length > 0)),
    ),
    citationValidity: mean(
      answered
        .filter(({ answer }) => !answer.abstained)
        .map(({ answer }) => Number(answer.citationFaults.length === 0)),
    ),
    promisesKept: mean(answered.map(({ answer }) => Number(answer.brokenPromises.length === 0))),
    answerMs: latencyFigures(answered.map(({ answer }) => answer.ms)),
    firstDeltaMs: latencyFigures(answered.flatMap(({ answer }) => answer.firstDeltaMs ?? [])),
  }
}

export function isAnswerable({ question }: Pick<EvalCase, 'question'>): boolean {
  return question.gold.length > 0
}

function ofKind(cases: readonly EvalCase[], kind: string): EvalCase[] {
  return cases.filter(({ question }) => question.kind === kind)
}

function ofLang(cases: readonly EvalCase[], lang: string): EvalCase[] {
  return cases.filter(({ question }) => question.lang === lang)
}

function shareTrue(held: readonly boolean[]): number {
  return held.filter(Boolean).length / held.length
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
