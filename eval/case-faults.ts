import type { EvalCase } from './eval-report.ts'
import { isAnswerable } from './figures.ts'

export const faultKinds = [
  'failed',
  'section not found',
  'section missed',
  'outdated first',
  'answered anyway',
  'abstained wrongly',
  'key point missed',
  'must not',
  'citation',
  'promise',
] as const

export interface CaseFault {
  kind: (typeof faultKinds)[number]
  /** In a few words, for people. */
  text: string
}

/** Everything that went wrong with a question, the gravest first; [] when nothing did. */
export function caseFaults(each: EvalCase): CaseFault[] {
  const failed: CaseFault[] = each.error === undefined ? [] : [{ kind: 'failed', text: `failed: ${each.error}` }]
  return [...failed, ...answerFaults(each), ...abstentionFaults(each), ...retrievalFaults(each)]
}

function retrievalFaults({ question, retrieval }: EvalCase): CaseFault[] {
  if (retrieval?.section === undefined) return []
  const found = new Set(retrieval.found.slice(0, 5).flatMap(({ golds }) => golds))
  const faults: CaseFault[] = []
  if (found.size === 0) faults.push({ kind: 'section not found', text: 'no gold section in the first 5' })
  else if (found.size < question.gold.length) {
    faults.push({
      kind: 'section missed',
      text: `${found.size} of ${question.gold.length} gold sections in the first 5`,
    })
  }
  if (retrieval.supersededFirst) faults.push({ kind: 'outdated first', text: 'an outdated section comes first' })
  return faults
}

/** By the answer's own verdict, or by the search's where nothing was answered. */
function abstentionFaults(each: EvalCase): CaseFault[] {
  if (each.error !== undefined) return []
  const abstained = each.answer?.abstained ?? each.retrieval?.relevant === false
  if (isAnswerable(each))
    return abstained ? [{ kind: 'abstained wrongly', text: 'abstained, though there is an answer' }] : []
  return abstained ? [] : [{ kind: 'answered anyway', text: 'should have abstained' }]
}

function answerFaults({ question, answer }: EvalCase): CaseFault[] {
  if (answer === undefined) return []
  const missed = question.keyPoints.flatMap(([point], at) => (answer.keyPoints[at] === true ? [] : (point ?? [])))
  const faults: CaseFault[] = answer.mustNot.map((said) => ({ kind: 'must not', text: `recommends ${said}` }))
  faults.push(...answer.citationFaults.map((text): CaseFault => ({ kind: 'citation', text })))
  faults.push(...answer.brokenPromises.map((text): CaseFault => ({ kind: 'promise', text })))
  if (missed.length > 0) faults.push({ kind: 'key point missed', text: `misses ${missed.join(', ')}` })
  return faults
}
