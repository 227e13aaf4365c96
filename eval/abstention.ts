/** How well silence was kept for what nothing answers. A figure without a case is undefined. */
export interface AbstentionFigures {
  /** Of the abstentions, how many were right. */
  precision?: number | undefined
  /** Of the questions that nothing answers, how many were left unanswered. */
  recall?: number | undefined
  /** Of the questions that something answers, how many were left unanswered. */
  falseRate?: number | undefined
}

/** @param cases One for each question: whether something answers it, and whether we abstained. */
export function abstentionFigures(
  cases: readonly { answerable: boolean; abstained: boolean }[],
): AbstentionFigures | undefined {
  if (cases.length === 0) return undefined
  const abstained = cases.filter((each) => each.abstained)
  const answerable = cases.filter((each) => each.answerable)
  const rightly = abstained.filter((each) => !each.answerable).length
  return {
    precision: share(rightly, abstained.length),
    recall: share(rightly, cases.length - answerable.length),
    falseRate: share(abstained.length - rightly, answerable.length),
  }
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}
