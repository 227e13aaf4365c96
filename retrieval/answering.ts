import { randomBytes } from 'node:crypto'
import type { Answer, AnswerEvent, Ask, Citation, Question, Search, SearchResult } from '#knowledge/answer.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { destructiveWarnings } from './answering/destructive.ts'
import { abstention, ageDraft, type Draft, drafted, extractiveDraft, ownerDraft } from './answering/drafts.ts'
import { type Evidence, type EvidenceParts, evidenceFor } from './answering/evidence.ts'
import { continuedDraft } from './answering/model/continued.ts'
import { type ModelWriting, modelDraft, spokenDeadlines } from './answering/model/model-draft.ts'
import { asksForOwner } from './answering/question.ts'
import type { AnswerPart } from './answering/quoting.ts'
import type { SpokenOptions } from './answering/spoken/spoken-form.ts'
import { StopWatch } from './answering/stop-watch.ts'
import { passagesRead } from './answering/topic.ts'
import { type Asked, understood } from './answering/understanding.ts'

// The loop in front of answering holds its own words against the same rules, and understands by the same ones.
export { destructiveWarnings } from './answering/destructive.ts'
export { asksAboutAge } from './answering/follow-up.ts'
export { givesOrders, withoutOrders } from './answering/orders.ts'
export { checkAnswer } from './answering/promises.ts'
export { ageStatement, ownerStatement } from './answering/wording.ts'
export { type Courtesy, courtesyIn } from './query/courtesy.ts'

/** Its embedder compares about a hundred sentences a question: a local one. Absent: words alone. */
export interface AnsweringParts extends EvidenceParts {
  search: Search
  conversations: ConversationStore
  /** Writes the answer, which is then checked; absent: answers are quoted. */
  llm?: Llm | undefined
  llmDeadlines?: { firstPieceMs: number; totalMs: number } | undefined
  clock: Clock
  telemetry?: Telemetry | undefined
}

/** Answers questions from what the search finds, keeping what the contract promises of every answer (section 4). */
export function createAnswering(parts: AnsweringParts): Ask {
  return (question, signal) => answer(parts, question, signal)
}

async function* answer(parts: AnsweringParts, question: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
  const watch = new StopWatch(parts.telemetry)
  const asked = await understood(parts, question, signal)
  watch.lap('understand')
  yield { kind: 'status', stage: 'searching' }
  const found = await searched(parts, question, asked, signal)
  watch.lap('search')
  yield { kind: 'status', stage: 'reading' }
  const llmDeadlines = parts.llmDeadlines ?? (question.mode === 'spoken' ? spokenDeadlines : undefined)
  const material = await materialFor(parts, question, asked, found, signal)
  watch.lap('read')
  // Whoever begins an answer before it is wanted waits here: what comes now costs more than time.
  yield { kind: 'status', stage: 'writing' }
  const writing = written({ ...parts, llmDeadlines }, question, asked, material, watch, signal)
  let text = ''
  const citations: Citation[] = []
  let next = await writing.next()
  for (; next.done !== true; next = await writing.next()) {
    const part = next.value
    const delta = text === '' ? part.text : `${part.joint ?? '\n\n'}${part.text}`
    text += delta
    citations.push(...part.citations)
    for (const citation of part.citations) yield { kind: 'citation', citation }
    const spoken = question.mode === 'spoken' && part.spoken !== undefined ? { spoken: part.spoken } : {}
    yield { kind: 'delta', text: delta, ...spoken }
  }
  watch.lap('write')
  const draft = next.value
  const made: Answer = {
    answer: text,
    spoken: draft.spoken,
    abstained: draft.abstained,
    confidence: draft.confidence,
    lang: asked.lang,
    citations,
    warnings: [...found.warnings, ...draft.warnings, ...(draft.abstained ? [] : destructiveWarnings(text, asked.lang))],
    conversationId: asked.conversationId,
    traceId: question.traceId ?? randomBytes(16).toString('hex'),
    provider: draft.provider,
    timingsMs: watch.read(),
    costUsd: draft.costUsd,
  }
  await remember(parts, question, asked, made, signal)
  yield { kind: 'done', answer: made }
}

const nothing: SearchResult = { passages: [], relevance: 0, relevant: false, timingsMs: {}, warnings: [] }

async function searched(
  { search }: AnsweringParts,
  { principal }: Question,
  { standalone, found }: Asked,
  signal: AbortSignal,
): Promise<SearchResult> {
  if (found !== undefined) return found
  // Of a question that was nothing but orders to us, nothing is left to look for.
  return standalone === '' ? nothing : await search({ text: standalone, limit: passagesRead, principal }, signal)
}

/** What an answer is made of: it's there already, or it's written from the evidence. */
type Material =
  | { draft: Draft }
  | { evidence: Evidence; nothingFound: () => Draft; now: Date; byModel: ModelWriting | undefined }

async function materialFor(
  parts: AnsweringParts,
  { mode, shownOn }: Question,
  asked: Asked,
  found: SearchResult,
  signal: AbortSignal,
): Promise<Material> {
  const now = parts.clock.now()
  const nothingFound = (): Draft => abstention(asked, found.passages, Math.round(100 * found.relevance) / 100)
  if (found.passages.length === 0) return { draft: nothingFound() }
  if (asked.aboutAge) return { draft: ageDraft(asked, found.passages, now) ?? nothingFound() }
  const evidence = await evidenceFor(parts, asked, found, signal)
  if (evidence === undefined) return { draft: nothingFound() }
  if (asksForOwner(asked.standalone))
    return {
      draft: ownerDraft(evidence, asked, found.passages, { now, lang: asked.lang, shownOn, asked: asked.question }),
    }
  const byModel = parts.llm && modelDraft(evidence, { ...asked, mode, shownOn }, now, parts.softMatch)
  return { evidence, nothingFound, now, byModel }
}

/** Yields the answer's parts as they are ready; returns what else there is to say about it. */
async function* written(
  parts: AnsweringParts,
  { mode, shownOn }: Question,
  asked: Asked,
  material: Material,
  watch: StopWatch,
  signal: AbortSignal,
): AsyncGenerator<AnswerPart, Omit<Draft, 'parts' | 'goesOn'>> {
  if ('draft' in material) return yield* drafted(material.draft, mode)
  const { evidence, nothingFound, now, byModel } = material
  const options: SpokenOptions = { now, lang: asked.lang, shownOn, asked: asked.question }
  const { llm, llmDeadlines: deadlines } = parts
  if (llm === undefined || byModel === undefined) return yield* drafted(extractiveDraft(evidence, options), mode)
  const outcome = yield* byModel({ ...parts, llm, deadlines, onFirstPiece: () => watch.lap('first_token') }, signal)
  if (outcome.kind === 'no-answer' && outcome.shown.length === 0) return yield* drafted(nothingFound(), mode)
  if (outcome.kind === 'failed' || outcome.kind === 'nothing-supported') {
    return yield* drafted(continuedDraft(outcome, evidence, options), mode)
  }
  const cited = new Set(outcome.shown.flatMap((part) => part.citations.map(({ passageId }) => passageId)))
  return {
    spoken: outcome.spoken,
    abstained: false,
    confidence: evidence.confidence,
    warnings: [...outcome.warnings, ...evidence.warnings(cited)],
    provider: outcome.model,
    costUsd: outcome.costUsd,
  }
}

/** An answer that could not be stored is an answer all the same; only its conversation ends. */
async function remember(
  { conversations, clock, log }: AnsweringParts,
  { principal }: Question,
  asked: Asked,
  { traceId, conversationId, lang, answer, abstained, citations }: Answer,
  signal: AbortSignal,
): Promise<void> {
  try {
    await conversations.addTurn(
      {
        traceId,
        conversationId,
        principal: principal.name,
        question: asked.question,
        standalone: asked.standalone,
        lang,
        answer,
        abstained,
        cited: citations.map(({ passageId, quote }) => ({ passageId, quote })),
        at: clock.now(),
      },
      signal,
    )
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, traceId }, 'turn was not stored')
  }
}
