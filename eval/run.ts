import type { Ask, Search } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Clock } from '#runtime/clock.ts'
import { reasonOf } from '#runtime/errors.ts'
import { askQuestion } from './ask-question.ts'
import type { EvalCase, EvalReport } from './eval-report.ts'
import { figureGroups } from './figures.ts'
import type { EvalQuestion, QuestionSet } from './question-set.ts'
import { foundNothing, searchQuestion } from './search-question.ts'
import type { TitleSection } from './section-match.ts'

export interface EvalParts {
  set: QuestionSet
  search: Search
  /** Absent: retrieval alone is measured, and abstention by the search's own verdict. */
  ask?: Ask | undefined
  /** All passages of a document in reading order; quotes are looked up in them. */
  passagesOf: (documentId: string, principal: Principal, signal: AbortSignal) => Promise<readonly Passage[]>
  principal: Principal
  clock: Clock
  titleSection?: TitleSection | undefined
  onProgress?: ((done: number, of: number) => void) | undefined
}

/**
 * Runs every question, one after the other so that the times mean something. A question that fails counts as one that
 * found nothing, with its error.
 */
export async function runEval(parts: EvalParts, signal: AbortSignal): Promise<EvalReport> {
  const { questions } = parts.set
  const at = parts.clock.now()
  const cases: EvalCase[] = []
  for (const [index, question] of questions.entries()) {
    cases.push(await runQuestion(parts, question, signal))
    parts.onProgress?.(index + 1, questions.length)
  }
  return { set: parts.set.name, at, retrievalOnly: parts.ask === undefined, groups: figureGroups(cases), cases }
}

async function runQuestion(parts: EvalParts, question: EvalQuestion, signal: AbortSignal): Promise<EvalCase> {
  const done: EvalCase = { question }
  try {
    done.retrieval = await searchQuestion(parts, question, signal)
    if (parts.ask !== undefined) done.answer = await askQuestion({ ...parts, ask: parts.ask }, question, signal)
  } catch (error) {
    signal.throwIfAborted()
    done.error = reasonOf(error)
    done.retrieval ??= foundNothing(question)
  }
  return done
}
