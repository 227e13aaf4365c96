import type { Answer, Ask } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import { checkAnswer } from '#retrieval/answering/promises.ts'
import { keyPointsHeld, recommended } from './answer-content.ts'
import { citationFaults } from './citation-faults.ts'
import { passageTextAround } from './cited-text.ts'
import type { AnswerOutcome } from './eval-report.ts'
import type { EvalQuestion } from './question-set.ts'

export interface AskParts {
  ask: Ask
  passagesOf: (documentId: string, principal: Principal, signal: AbortSignal) => Promise<readonly Passage[]>
  principal: Principal
}

/** Asks one question, in a conversation of its own, and checks what comes. */
export async function askQuestion(
  parts: AskParts,
  question: EvalQuestion,
  signal: AbortSignal,
): Promise<AnswerOutcome> {
  const begun = performance.now()
  const { answer, firstDeltaMs } = await answerTo(parts, question, begun, signal)
  const ms = performance.now() - begun
  const quotes = answer.citations.map(({ quote }) => quote)
  const passages = await citedPassages(parts, answer, signal)
  const cited = answer.citations.map(({ passageId, document }) => ({
    id: passageId,
    text: passageTextAround(passageId, passages.get(document.id) ?? []) ?? '',
  }))
  return {
    ms,
    firstDeltaMs,
    answer: answer.answer,
    spoken: answer.spoken,
    abstained: answer.abstained,
    confidence: answer.confidence,
    provider: answer.provider,
    warnings: answer.warnings.map(({ code, message }) => `${code}: ${message}`),
    citations: answer.citations.map(({ n, document, heading, quote }) => ({ n, path: document.path, heading, quote })),
    keyPoints: keyPointsHeld([answer.answer, ...quotes].join('\n'), question.keyPoints),
    keyPointsInAnswer: keyPointsHeld(answer.answer, question.keyPoints),
    mustNot: [...new Set([answer.answer, answer.spoken].flatMap((text) => recommended(text, question.mustNot)))],
    citationFaults: citationFaults(answer, passages),
    brokenPromises: checkAnswer(answer, cited),
  }
}

async function answerTo(
  { ask, principal }: AskParts,
  question: EvalQuestion,
  begun: number,
  signal: AbortSignal,
): Promise<{ answer: Answer; firstDeltaMs: number | undefined }> {
  const mode = question.kind === 'voice' ? 'spoken' : 'text'
  let firstDeltaMs: number | undefined
  let answer: Answer | undefined
  for await (const event of ask({ text: question.text, mode, principal }, signal)) {
    if (event.kind === 'delta') firstDeltaMs ??= performance.now() - begun
    if (event.kind === 'done') answer = event.answer
  }
  if (answer === undefined) throw new Error('answering ended without an answer')
  return { answer, firstDeltaMs }
}

async function citedPassages(
  { passagesOf, principal }: AskParts,
  answer: Answer,
  signal: AbortSignal,
): Promise<Map<string, readonly Passage[]>> {
  const passages = new Map<string, readonly Passage[]>()
  for (const { document } of answer.citations) {
    if (!passages.has(document.id)) passages.set(document.id, await passagesOf(document.id, principal, signal))
  }
  return passages
}
